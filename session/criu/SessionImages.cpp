#include "session/criu/SessionImages.h"

#include "session/criu/ImageWriter.h"

#include <map>
#include <vector>

namespace entracte {
namespace {

constexpr std::uint32_t kMagic = 0x50273030;

// pstree_entry (pstree.proto)
constexpr std::uint32_t kPid = 1, kParent = 2, kGroup = 3, kSession = 4;

using Number = std::uint64_t;

struct Process {
    std::vector<ProtobufReader::Field> fields; // point into the image
    Number pid = 0, parent = 0, group = 0, session = 0;
    Number newSession = 0;
    bool changed = false;
};

Error damaged(const char* detail) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.", detail,
            "Resume an older snapshot."};
}

Result<std::vector<Process>> read(std::string_view image) {
    ENTRACTE_ASSIGN(entries, splitImage(image, kMagic));
    std::vector<Process> processes;
    for (const auto entry : entries) {
        Process process;
        ProtobufReader reader(entry);
        while (const auto field = reader.next()) {
            process.fields.push_back(*field);
            switch (field->number) {
            case kPid:
                process.pid = field->value;
                break;
            case kParent:
                process.parent = field->value;
                break;
            case kGroup:
                process.group = field->value;
                break;
            case kSession:
                process.session = process.newSession = field->value;
                break;
            }
        }
        if (reader.bad() || process.pid == 0)
            return fail(damaged("the entry of a process is malformed"));
        processes.push_back(std::move(process));
    }
    return processes;
}

class Family {
public:
    // A parent stands before its children in the image.
    explicit Family(std::vector<Process>& processes) {
        for (auto& process : processes)
            m_byPid.emplace(process.pid, &process);
    }

    Process* find(Number pid) const {
        const auto found = m_byPid.find(pid);
        return found == m_byPid.end() ? nullptr : found->second;
    }

    // Whether CRIU can give it its session.
    bool canBeMade(const Process& process) const {
        const Process* parent = find(process.parent);
        if (!parent || parent->parent == 0 || process.session == process.pid)
            return true; // PID 1, its children, and leaders
        if (parent->session == process.session)
            return true; // if the parent can
        // Born before an ancestor left that session.
        std::size_t steps = 0;
        for (const Process* ancestor = parent; ancestor; ancestor = find(ancestor->parent))
            if (ancestor->pid == process.session || ++steps > m_byPid.size())
                return true;
        return false;
    }

private:
    std::map<Number, Process*> m_byPid;
};

// Whether anything changed.
bool mend(std::vector<Process>& processes) {
    const Family family(processes);
    bool any = false;
    for (auto& process : processes) {
        const Process* parent = family.find(process.parent);
        if (!family.canBeMade(process)) {
            process.newSession = process.group = process.pid;
            process.changed = any = true;
        } else if (parent && parent->changed && parent->session == process.session &&
                   process.session != process.pid) {
            process.newSession = parent->newSession;
            process.changed = true;
        }
    }
    // A group lies within one session: those whose group's first process is in another one follow
    // the leader of theirs.
    for (auto& process : processes) {
        if (!process.changed || process.group == process.newSession)
            continue;
        const Process* first = family.find(process.group);
        if (!first || first->newSession != process.newSession)
            process.group = process.newSession;
    }
    return any;
}

} // namespace

Result<std::string> mendSessions(std::string_view image) {
    ENTRACTE_ASSIGN(processes, read(image));
    if (!mend(processes))
        return std::string();
    std::string mended = beginImage(kMagic);
    for (const auto& process : processes) {
        ProtobufWriter entry;
        for (const auto& field : process.fields) {
            if (field.number == kGroup)
                entry.number(kGroup, process.group);
            else if (field.number == kSession)
                entry.number(kSession, process.newSession);
            else
                entry.copy(field);
        }
        appendEntry(mended, entry.message());
    }
    return mended;
}

} // namespace entracte
