#include "session/engine/SessionCgroup.h"

#include "session/engine/Processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace entracte {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPeriod = 100'000; // microseconds; the kernel's own default
constexpr int kRounds = 20;                // a program may start others while it is moved
constexpr int kTries = 20; // the owner's group may go with another session in that moment

std::string readText(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// The kernel says in the write itself what it thinks of it.
bool writeText(const fs::path& path, const std::string& text) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    return file &&
           ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::vector<std::string> wordsIn(const fs::path& path) {
    std::istringstream in(readText(path));
    return {std::istream_iterator<std::string>(in), {}};
}

// Of version 2 controllers reach a group's children only when it says so, and it may not hold
// processes of its own then: the kernel refuses that for memory's, and takes it for the others',
// whose children nobody can enter from then on (cgroups(7), "domain invalid").
void handDown(const GroupPlace& place) {
    const auto enabled = wordsIn(place.path / "cgroup.subtree_control");
    std::string missing;
    for (const std::string& name : wordsIn(place.path / "cgroup.controllers"))
        if ((name == "memory" || name == "cpu" || name == "pids") &&
            std::ranges::find(enabled, name) == enabled.end())
            missing += '+' + name + ' ';
    if (missing.empty())
        return;
    const bool root = !fs::exists(place.path / "cgroup.type"); // which may hold anything
    const fs::path processes = place.path / "cgroup.procs";
    const auto inTheWay = root ? std::vector<std::string>() : wordsIn(processes);
    if (!inTheWay.empty()) {
        // Others' processes are nobody's to move: no controllers then.
        if (!place.kept && inTheWay != std::vector{std::to_string(::getpid())})
            return;
        const fs::path aside = place.path / (place.kept ? kKeeperGroup : kHelperGroup);
        if (::mkdir(aside.c_str(), 0755) != 0 && errno != EEXIST)
            return;
        for (const std::string& pid : inTheWay)
            writeText(aside / "cgroup.procs", pid);
        if (!wordsIn(processes).empty())
            return;
    }
    writeText(place.path / "cgroup.subtree_control", missing);
}

std::uint64_t numberIn(const fs::path& path) {
    return std::strtoull(readText(path).c_str(), nullptr, 10);
}

// `wanted` 0: no limit, which a machine without the controller has anyway.
Status set(const fs::path& path, std::uint64_t wanted, const std::string& text, const char* what) {
    if ((path.empty() || !fs::exists(path)) && wanted == 0)
        return {};
    if (path.empty() || !writeText(path, text))
        return fail(ErrorCode::KernelUnsuitable,
                    std::string("This machine cannot limit a session's ") + what + ".",
                    path.string(), "Its control groups lack the controller.");
    return {};
}

} // namespace

SessionCgroup::SessionCgroup(const SessionId& id, uid_t owner, const GroupPlaces& places,
                             const SessionLimits& together)
    : m_name(kGroupPrefix + id), m_owner(kPersonPrefix + std::to_string(owner)),
      m_group(m_owner / m_name), m_places(places), m_together(together) {}

std::set<fs::path> SessionCgroup::paths(const fs::path& group) const {
    std::set<fs::path> all;
    for (const auto& [controller, place] : m_places)
        all.insert(place.path / group);
    return all;
}

Status SessionCgroup::make() const {
    std::map<fs::path, GroupPlace> places;
    for (const auto& [controller, place] : m_places)
        places.emplace(place.path, place);
    for (const auto& [path, place] : places) {
        const fs::path owner = path / m_owner;
        const auto made = [&] {
            if (place.version == 2)
                handDown(place);
            if (::mkdir(owner.c_str(), 0755) != 0 && errno != EEXIST)
                return false;
            if (place.version == 2)
                handDown({owner, 2, true});
            return ::mkdir((path / m_group).c_str(), 0755) == 0 || errno == EEXIST;
        };
        int tries = 1;
        while (!made())
            if (errno != ENOENT || ++tries > kTries)
                return fail(Error::fromErrno("A control group for the session could not be made"));
    }
    if (const auto limited = limit(m_owner, m_together); !limited)
        spdlog::warn("the sessions of one person: {}", limited.error().forLog());
    return {};
}

Status SessionCgroup::enter(pid_t init) const {
    ENTRACTE_TRY(make());
    for (const fs::path& path : paths(m_group)) {
        std::set<pid_t> moved;
        for (int round = 0; round < kRounds; ++round) {
            bool news = false;
            for (const pid_t pid : processesBeneath(init))
                if (moved.insert(pid).second) {
                    news = true;
                    writeText(path / "cgroup.procs", std::to_string(pid));
                }
            if (!news)
                break;
        }
    }
    return {};
}

Result<std::vector<UniqueFd>> SessionCgroup::doors() const {
    std::vector<UniqueFd> open;
    for (const fs::path& path : paths(m_group)) {
        UniqueFd door(::open((path / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
        if (!door)
            return fail(Error::fromErrno("The session's control group could not be opened"));
        open.push_back(std::move(door));
    }
    return open;
}

bool SessionCgroup::isFirstVersion(const char* controller) const {
    const auto found = m_places.find(controller);
    return found != m_places.end() && found->second.version == 1;
}

fs::path SessionCgroup::file(const fs::path& group, const char* controller, const char* v1,
                             const char* v2) const {
    const auto found = m_places.find(controller);
    if (found == m_places.end())
        return {};
    return found->second.path / group / (found->second.version == 1 ? v1 : v2);
}

// Version 1 refuses less than what is used; version 2 would kill programs until
// it fits, so it is first asked to give back what the session can do without.
Status SessionCgroup::limitMemory(const fs::path& group, std::uint64_t bytes) const {
    const fs::path limit = file(group, "memory", "memory.limit_in_bytes", "memory.max");
    if (bytes == 0)
        return set(limit, 0, isFirstVersion("memory") ? "-1" : "max", "memory");
    if (numberIn(limit) == bytes)
        return {};
    const fs::path used = file(group, "memory", "memory.usage_in_bytes", "memory.current");
    const auto excess = [&] {
        const std::uint64_t now = numberIn(used);
        return now > bytes ? now - bytes : 0;
    };
    if (!isFirstVersion("memory") && excess() > 0)
        writeText(limit.parent_path() / "memory.reclaim", std::to_string(excess()));
    const bool fits = isFirstVersion("memory") || excess() == 0;
    if (fits && set(limit, bytes, std::to_string(bytes), "memory"))
        return {};
    if (excess() == 0)
        return set(limit, bytes, std::to_string(bytes), "memory");
    constexpr double kMega = 1e6;
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} {:.0f} MB of memory now, more than that.",
                            group == m_group ? "The session uses" : "They use",
                            static_cast<double>(numberIn(used)) / kMega),
                limit.string(), "End a program in it, or allow it more.");
}

Status SessionCgroup::limit(const SessionLimits& limits) const {
    return limit(m_group, limits);
}

Status SessionCgroup::limit(const fs::path& group, const SessionLimits& limits) const {
    ENTRACTE_TRY(limitMemory(group, limits.memoryBytes));
    const std::uint64_t quota = limits.cpuPercent * kPeriod / 100;
    ENTRACTE_TRY(set(file(group, "cpu", "cpu.cfs_quota_us", "cpu.max"), limits.cpuPercent,
                     isFirstVersion("cpu") ? (quota > 0 ? std::to_string(quota) : "-1")
                                           : (quota > 0 ? std::to_string(quota) : "max") + " " +
                                                 std::to_string(kPeriod),
                     "processor time"));
    return set(file(group, "pids", "pids.max", "pids.max"), limits.processes,
               limits.processes > 0 ? std::to_string(limits.processes) : "max", "processes");
}

SessionUsage SessionCgroup::usage() const {
    SessionUsage usage;
    usage.memoryBytes =
        numberIn(file(m_group, "memory", "memory.usage_in_bytes", "memory.current"));
    usage.processes =
        static_cast<std::uint32_t>(numberIn(file(m_group, "pids", "pids.current", "pids.current")));
    const fs::path cpu = file(m_group, "cpuacct", "cpuacct.usage", "cpu.stat");
    if (cpu.filename() == "cpuacct.usage") {
        usage.cpuMicros = numberIn(cpu) / 1000; // nanoseconds
    } else {
        std::istringstream in(readText(cpu));
        for (std::string name; in >> name;)
            if (name == "usage_usec")
                in >> usage.cpuMicros;
    }
    return usage;
}

void SessionCgroup::remove() const {
    for (const fs::path& path : paths(m_group))
        for (int round = 0; round < 50 && ::rmdir(path.c_str()) != 0 && errno == EBUSY; ++round)
            ::usleep(20'000);                  // its last process is just being reaped
    for (const fs::path& path : paths(m_name)) // where helpers before this one had it
        ::rmdir(path.c_str());
    for (const fs::path& path : paths(m_owner))
        ::rmdir(path.c_str()); // not while it holds others
}

} // namespace entracte
