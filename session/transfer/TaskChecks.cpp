// Who the processes of images are: core-*.img, pstree.img, seccomp.img (core.proto, creds.proto,
// pstree.proto, seccomp.proto).

#include "session/transfer/ImageMessages.h"

namespace entracte::images {

namespace {

constexpr std::uint32_t kProcessesMagic = 0x50273030;
constexpr std::uint32_t kCoreMagic = 0x55053847;
constexpr std::uint32_t kSeccompMagic = 0x64413049;

constexpr std::size_t kMaxTasks = 100'000;
constexpr std::size_t kMaxChain = 64; // filters of one process, one on top of the other

namespace process { // pstree_entry
constexpr std::uint32_t kPid = 1, kParent = 2, kThreads = 5;
}
namespace core { // core_entry, task_core_entry, thread_core_entry
constexpr std::uint32_t kTask = 3, kIds = 4, kThread = 5;
constexpr std::uint32_t kState = 1, kLimits = 8, kOldFilterMode = 11, kOldFilter = 12,
                        kLoginUid = 13, kOomScore = 14;
constexpr std::uint32_t kNice = 3, kPolicy = 4, kPriority = 5, kCreds = 10, kFilterMode = 11,
                        kFilter = 12;
constexpr std::uint64_t kDead = 2, kZombie = 6, kModeFilter = 2;
} // namespace core
namespace creds {
constexpr std::uint32_t kUid = 1, kGid = 2, kLast = 8; // 1, 3, 5, 7: users; 2, 4, 6, 8: groups
constexpr std::uint32_t kInheritable = 9, kPermitted = 10, kEffective = 11, kBounding = 12,
                        kSecureBits = 13, kGroups = 14, kProfile = 15, kSocketProfile = 16,
                        kAppArmor = 17, kNoNewPrivileges = 18, kAmbient = 19;
} // namespace creds
namespace filter { // seccomp_filter
constexpr std::uint32_t kProgram = 1, kPrevious = 2, kFlags = 3;
constexpr std::uint64_t kForAllThreads = 1, kKnownFlags = 1 | 2 | 4; // TSYNC, LOG, SPEC_ALLOW
} // namespace filter

struct Filter {
    std::string program;
    std::optional<std::uint64_t> previous;
    std::uint64_t flags = 0;
};

Result<std::vector<Filter>> readFilters(const ImageSet& images) {
    ENTRACTE_ASSIGN(entries, entriesOf(images, "seccomp.img", kSeccompMagic));
    std::vector<Filter> filters;
    for (const Bytes entry : entries) {
        ENTRACTE_ASSIGN(whole, Message::parse(entry, "seccomp.img"));
        for (const auto& field : whole.fields()) {
            if (field.number != 1 || field.wireType != 2)
                return fail(damagedImage("seccomp.img holds something else than filters"));
            ENTRACTE_ASSIGN(one, Message::parse(field.bytes, "seccomp.img"));
            filters.push_back({std::string(one.text(filter::kProgram)),
                               one.number(filter::kPrevious), one.numberOr(filter::kFlags, 0)});
        }
    }
    return filters;
}

class Tasks {
public:
    Tasks(const ImageSet& images, const ImageRules& rules, std::vector<Filter> filters)
        : m_images(images), m_rules(rules), m_filters(std::move(filters)) {}

    Status check(std::uint32_t pid, bool leader, Facts& facts) {
        const std::string name = "core-" + std::to_string(pid) + ".img";
        ENTRACTE_ASSIGN(entries, entriesOf(m_images, name, kCoreMagic));
        if (entries.size() != 1)
            return fail(damagedImage(name + " does not describe one process"));
        ENTRACTE_ASSIGN(whole, Message::parse(entries[0], name));
        ENTRACTE_ASSIGN(task, whole.inner(core::kTask, name));
        ENTRACTE_ASSIGN(thread, whole.inner(core::kThread, name));
        if (whole.has(core::kIds))
            return forbidden("namespaces in a format of old");
        if (leader && !task)
            return fail(damagedImage(name + " lacks its process"));
        if (task)
            ENTRACTE_TRY(checkTask(*task));
        const std::uint64_t state = leader ? task->numberOr(core::kState, 0) : 1;
        if (state == core::kDead || state == core::kZombie) {
            facts.ended.insert(pid); // it ends before it has done anything
            return {};
        }
        if (!thread)
            return fail(damagedImage(name + " lacks its credentials"));
        ENTRACTE_TRY(checkThread(*thread));
        return checkFilter(*thread, leader);
    }

private:
    Status checkTask(const Message& task) const {
        const auto login = task.number(core::kLoginUid);
        if (login && *login != UINT32_MAX && *login != m_rules.uid)
            return forbidden("a process that says it is another user's");
        if (static_cast<std::int32_t>(task.numberOr(core::kOomScore, 0)) < 0)
            return forbidden("a process that is never ended for want of memory");
        if (task.has(core::kOldFilterMode) || task.has(core::kOldFilter))
            return forbidden("a filter of an old format");
        ENTRACTE_ASSIGN(limits, task.inner(core::kLimits, "the limits of a process"));
        if (!limits)
            return {};
        // rlimit_entry cur, max; in the order of getrlimit(2): 13 is RLIMIT_NICE, 14 RLIMIT_RTPRIO
        std::size_t number = 0;
        for (const auto& field : limits->fields()) {
            if (field.number != 1 || field.wireType != 2)
                return fail(damagedImage("the limits of a process"));
            ENTRACTE_ASSIGN(one, Message::parse(field.bytes, "the limits of a process"));
            if ((number == 13 || number == 14) &&
                (one.numberOr(1, 0) != 0 || one.numberOr(2, 0) != 0))
                return forbidden("the right to go before other people's programs");
            ++number;
        }
        return {};
    }

    Status checkThread(const Message& thread) {
        const std::uint64_t policy = thread.numberOr(core::kPolicy, 0);
        const std::uint64_t nice = thread.numberOr(core::kNice, 0); // zigzag: odd is negative
        if ((policy != 0 && policy != 3 && policy != 5) || (nice & 1) != 0 ||
            thread.numberOr(core::kPriority, 0) != 0)
            return forbidden("a process that goes before other people's programs");
        ENTRACTE_ASSIGN(found, thread.inner(core::kCreds, "the credentials of a process"));
        if (!found)
            return fail(damagedImage("a process without credentials"));
        return checkCredentials(*found);
    }

    Status checkCredentials(const Message& found) {
        for (std::uint32_t field = creds::kUid; field <= creds::kLast; field += 2)
            if (found.number(field) != m_rules.uid)
                return forbidden("a process of another user");
        for (std::uint32_t field = creds::kGid; field <= creds::kLast; field += 2)
            if (const auto group = found.number(field); !group || !isGroup(*group))
                return forbidden("a process of another group");
        ENTRACTE_ASSIGN(groups, found.numbers(creds::kGroups, "the groups of a process"));
        for (const std::uint64_t group : groups)
            if (!isGroup(group))
                return forbidden("a process in a group that you are not in");
        for (const std::uint32_t field : {creds::kInheritable, creds::kPermitted, creds::kEffective,
                                          creds::kBounding, creds::kAmbient}) {
            ENTRACTE_ASSIGN(words, found.numbers(field, "the capabilities of a process"));
            for (const std::uint64_t word : words)
                if (word != 0)
                    return forbidden("a process with capabilities");
        }
        if (found.numberOr(creds::kSecureBits, 1) != 0 ||
            found.numberOr(creds::kNoNewPrivileges, 0) != 1)
            return forbidden("a process that may gain privileges");
        if (!found.text(creds::kProfile).empty() || !found.text(creds::kSocketProfile).empty() ||
            found.has(creds::kAppArmor))
            return forbidden("a process with a security label");
        return {};
    }

    bool isGroup(std::uint64_t group) const {
        return group == m_rules.gid ||
               (group <= UINT32_MAX && m_rules.groups.contains(static_cast<std::uint32_t>(group)));
    }

    // Ours comes before whatever the program added (Firefox, Chromium): CRIU installs a chain from
    // its first entry on, and a filter that is there earlier could have the others' installing
    // answered with a false yes. "Previous" names the next of the chain.
    // CRIU gives the filters of the leader to all threads when they are marked so, and then writes
    // none for the others. Otherwise none is marked: where another thread has a filter of its own,
    // the kernel attaches nothing and answers with that thread's number, which CRIU takes for a
    // yes.
    Status checkFilter(const Message& thread, bool leader) {
        if (!leader && !thread.has(core::kFilterMode)) {
            if (!m_leaderFiltersAll)
                return forbidden("a process without the filter of a session");
            return {};
        }
        if (thread.numberOr(core::kFilterMode, 0) != core::kModeFilter)
            return forbidden("a process without the filter of a session");
        if (leader)
            m_leaderFiltersAll = false;
        else if (m_leaderFiltersAll)
            return forbidden("a thread with a filter beside its process's");
        std::optional<std::uint64_t> index = thread.number(core::kFilter);
        std::size_t marked = 0;
        for (std::size_t depth = 0; index; ++depth) {
            if (*index >= m_filters.size() || depth >= kMaxChain)
                return fail(damagedImage("a filter that is not there"));
            const Filter& one = m_filters[*index];
            if ((one.flags & ~filter::kKnownFlags) != 0)
                return forbidden("a filter with unknown flags");
            marked += (one.flags & filter::kForAllThreads) != 0 ? 1 : 0;
            if (depth == 0 && one.program != m_rules.filter)
                return fail(ErrorCode::HostMismatch,
                            "The session was made by another version of Entracte, whose filter "
                            "of system calls differs from this one's.",
                            {}, "Nothing was changed. Use the same version on both machines.");
            if (!one.previous) {
                const bool all = marked == depth + 1;
                if (marked != 0 && (!all || !leader))
                    return forbidden("a filter that is some threads' only");
                m_leaderFiltersAll = leader && all;
                return {};
            }
            index = one.previous;
        }
        return forbidden("a process without the filter of a session");
    }

    const ImageSet& m_images;
    const ImageRules& m_rules;
    const std::vector<Filter> m_filters;
    bool m_leaderFiltersAll = false; // of the process whose threads are being looked at
};

} // namespace

Status checkTasks(const ImageSet& images, const ImageRules& rules, Facts& facts) {
    if (rules.uid == 0)
        return forbidden("a process of root");
    ENTRACTE_ASSIGN(filters, readFilters(images));
    ENTRACTE_ASSIGN(processes, entriesOf(images, "pstree.img", kProcessesMagic));
    Tasks tasks(images, rules, std::move(filters));
    std::set<std::uint32_t> all;
    for (const Bytes entry : processes) {
        ENTRACTE_ASSIGN(one, Message::parse(entry, "pstree.img"));
        const std::uint64_t pid = one.numberOr(process::kPid, 0);
        const std::uint64_t parent = one.numberOr(process::kParent, 0);
        if (pid == 0 || pid > (1u << 22) || (pid == 1) != facts.processes.empty() ||
            (pid == 1 ? parent != 0
                      : !facts.processes.contains(static_cast<std::uint32_t>(parent))))
            return fail(damagedImage("the tree of processes is none"));
        ENTRACTE_ASSIGN(threads, one.numbers(process::kThreads, "pstree.img"));
        // Of a process that has ended CRIU's dump has no thread's number, but what lay in its
        // memory; its restore reads none.
        if (threads.size() == 1 && threads.front() != pid) {
            ENTRACTE_TRY(tasks.check(static_cast<std::uint32_t>(pid), true, facts));
            if (facts.ended.contains(static_cast<std::uint32_t>(pid)))
                threads.front() = pid;
        }
        if (threads.empty() || threads.front() != pid)
            return fail(damagedImage("a process without a first thread"));
        for (const std::uint64_t thread : threads) {
            if (thread == 0 || thread > (1u << 22) ||
                !all.insert(static_cast<std::uint32_t>(thread)).second || all.size() > kMaxTasks)
                return fail(damagedImage("a thread that is there twice"));
            ENTRACTE_TRY(tasks.check(static_cast<std::uint32_t>(thread), thread == pid, facts));
        }
        facts.processes.insert(static_cast<std::uint32_t>(pid));
    }
    if (facts.processes.empty())
        return fail(damagedImage("there are no processes"));
    // CRIU reads what is there by number: nothing that was not looked at may lie beside it.
    for (const auto& [name, content] : images)
        if (const auto number = numberIn(name, "core"); number && !all.contains(*number))
            return fail(damagedImage(name + " belongs to no process"));
    return {};
}

} // namespace entracte::images
