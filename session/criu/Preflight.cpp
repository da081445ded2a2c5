#include "session/criu/Preflight.h"

#include "session/base/Printable.h"
#include "session/base/UniqueFd.h"
#include "session/criu/UnixPeers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace entracte {
namespace {

constexpr const char* kCloseIt = "Close it and try again.";
constexpr std::size_t kMaxFds = 65536;    // looked at, of one process
constexpr std::size_t kMaxFindings = 200; // a person reads them
constexpr auto kMqueueMagic = 0x19800202; // mq_overview(7)

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory openDirectory(int at, const char* name) {
    const int fd = ::openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* stream = fd >= 0 ? ::fdopendir(fd) : nullptr;
    if (fd >= 0 && !stream)
        ::close(fd);
    return {stream, ::closedir};
}

std::string linkAt(int at, const char* name) {
    std::array<char, 512> text{};
    const ssize_t got = ::readlinkat(at, name, text.data(), text.size());
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

struct Process {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t tracer = 0;
    std::string name;
    UniqueFd directory; // /proc/PID
};

template <typename Number>
Number number(std::string_view text) {
    Number value = 0;
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::optional<Process> readProcess(pid_t pid) {
    Process process;
    process.pid = pid;
    process.directory = UniqueFd(
        ::open(("/proc/" + std::to_string(pid)).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd status(
        process.directory ? ::openat(process.directory.get(), "status", O_RDONLY | O_CLOEXEC) : -1);
    std::array<char, 4096> text{};
    const ssize_t got = status ? ::read(status.get(), text.data(), text.size()) : -1;
    if (got <= 0)
        return std::nullopt;
    // The kernel escapes line ends in the name (proc(5)), so each line is what it says.
    std::string_view rest(text.data(), static_cast<std::size_t>(got));
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1);
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        const auto key = line.substr(0, colon);
        const auto value = line.substr(colon + 1);
        if (key == "Name")
            process.name = printable(value.substr(std::min<std::size_t>(1, value.size())), 32);
        else if (key == "PPid")
            process.parent = number<pid_t>(value);
        else if (key == "TracerPid")
            process.tracer = number<pid_t>(value);
    }
    return process;
}

// All in the pid namespace of `init`, and all that descends from such.
std::vector<Process> processesOf(pid_t init, const std::string& pidNamespace) {
    std::unordered_map<pid_t, Process> all;
    const auto proc = openDirectory(AT_FDCWD, "/proc");
    while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr)
        if (const auto pid = number<pid_t>(entry->d_name); pid > 0)
            if (auto process = readProcess(pid))
                all.emplace(pid, std::move(*process));

    std::unordered_map<pid_t, bool> belongs = {{init, true}};
    for (const auto& [pid, process] : all)
        if (linkAt(process.directory.get(), "ns/pid") == pidNamespace)
            belongs[pid] = true;
    for (bool grew = true; grew;) { // generations of nested namespaces: few
        grew = false;
        for (const auto& [pid, process] : all)
            if (!belongs[pid] && belongs[process.parent])
                grew = belongs[pid] = true;
    }
    std::vector<Process> members;
    for (auto& [pid, process] : all)
        if (belongs[pid])
            members.push_back(std::move(process));
    std::ranges::sort(members, {}, &Process::pid);
    return members;
}

struct Obstacle {
    std::string_view target; // what the descriptor's link begins with
    const char* reason;
    const char* remedy;
};

constexpr std::array kObstacles = {
    Obstacle{"anon_inode:[io_uring]", "uses io_uring, which cannot be saved", kCloseIt},
    Obstacle{"anon_inode:[userfaultfd]", "uses userfaultfd, which cannot be saved", kCloseIt},
    Obstacle{"anon_inode:[perf_event]", "uses performance counters, which cannot be saved",
             kCloseIt},
    Obstacle{"anon_inode:bpf", "has loaded a BPF program, which cannot be saved", kCloseIt},
    Obstacle{"anon_inode:kvm", "runs a virtual machine, which cannot be saved", kCloseIt},
    Obstacle{"/dev/dri/", "uses the GPU directly and cannot be saved",
             "Close it, or start it with software rendering (LIBGL_ALWAYS_SOFTWARE=1)."},
    Obstacle{"/dev/nvidia", "uses the GPU directly and cannot be saved", kCloseIt},
    Obstacle{"/dev/kfd", "uses the GPU directly and cannot be saved", kCloseIt},
    Obstacle{"/secretmem", "uses secret memory (memfd_secret), which cannot be saved", kCloseIt},
};

// Kinds of anonymous inode that CRIU saves.
constexpr std::array<std::string_view, 7> kSavable = {
    "[eventfd]", "[eventpoll]", "[signalfd]", "[timerfd]", "inotify", "[fanotify]", "[pidfd]"};

bool isMessageQueue(int fds, const char* name, std::string_view target) {
    if (target.find('/', 1) != std::string_view::npos)
        return false; // a queue has a name in one flat directory
    const UniqueFd file(::openat(fds, name, O_PATH | O_CLOEXEC));
    struct statfs info {};
    return file && ::fstatfs(file.get(), &info) == 0 && info.f_type == kMqueueMagic;
}

// The inode of "socket:[12]".
std::optional<std::uint64_t> socketInode(std::string_view target) {
    constexpr std::string_view opening = "socket:[";
    if (!target.starts_with(opening))
        return std::nullopt;
    return number<std::uint64_t>(target.substr(opening.size()));
}

// Calls `visit` with the directory of the process's descriptors, each one's name, and its target.
template <typename Visit>
void forEachDescriptor(const Process& process, Visit visit) {
    const auto fds = openDirectory(process.directory.get(), "fd");
    std::size_t count = 0;
    while (const dirent* entry = fds ? ::readdir(fds.get()) : nullptr)
        if (entry->d_name[0] != '.' && ++count <= kMaxFds)
            visit(::dirfd(fds.get()), entry->d_name, linkAt(::dirfd(fds.get()), entry->d_name));
}

// The members' sockets whose peer none of them has open, with the path of the peer.
using OutsideSockets = std::unordered_map<std::uint64_t, std::string>;

Result<OutsideSockets> outsideSockets(pid_t init, const std::vector<Process>& members,
                                      const std::vector<std::uint64_t>& ownSockets) {
    std::set<std::uint64_t> inside;
    for (const auto& process : members)
        forEachDescriptor(process, [&](int, const char*, const std::string& target) {
            if (const auto inode = socketInode(target))
                inside.insert(*inode);
        });
    ENTRACTE_ASSIGN(connections, unixConnections(init));
    OutsideSockets outside;
    for (auto& connection : connections)
        if (inside.contains(connection.inode) && !inside.contains(connection.peer) &&
            std::ranges::find(ownSockets, connection.inode) == ownSockets.end())
            outside.emplace(connection.inode, std::move(connection.path));
    return outside;
}

class Walk {
public:
    Walk(pid_t init, OutsideSockets outside)
        : m_init(::open(("/proc/" + std::to_string(init)).c_str(),
                        O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
          m_outside(std::move(outside)) {}

    void look(const Process& process) {
        if (process.tracer != 0)
            add(process, "is being debugged or traced, and cannot be saved",
                "End the debugger and try again.");
        lookAtNamespaces(process);
        forEachDescriptor(process, [&](int fds, const char* name, const std::string& target) {
            lookAtTarget(process, fds, name, target);
        });
    }

    std::vector<Finding> take() { return std::move(m_findings); }

private:
    void add(const Process& process, std::string_view reason, std::string remedy) {
        auto sentence = process.name + " " + std::string(reason) + ".";
        if (m_findings.size() >= kMaxFindings ||
            !m_said.insert(std::to_string(process.pid) + sentence).second)
            return;
        m_findings.push_back(
            {true, process.name, process.pid, std::move(sentence), std::move(remedy)});
    }

    void lookAtNamespaces(const Process& process) {
        for (const char* name :
             {"ns/user", "ns/pid", "ns/mnt", "ns/net", "ns/ipc", "ns/uts", "ns/time"}) {
            auto& ours = m_namespaces[name];
            if (ours.empty())
                ours = linkAt(m_init.get(), name);
            const auto its = linkAt(process.directory.get(), name);
            if (!its.empty() && !ours.empty() && its != ours) {
                add(process, "has a sandbox of its own (a nested namespace), which cannot be saved",
                    "Close it, or start it without its sandbox (Chromium: --no-sandbox).");
                return;
            }
        }
    }

    void lookAtTarget(const Process& process, int fds, const char* name,
                      const std::string& target) {
        constexpr std::string_view anonymous = "anon_inode:";
        for (const auto& obstacle : kObstacles)
            if (target.starts_with(obstacle.target))
                return add(process, obstacle.reason, obstacle.remedy);
        if (target.starts_with(anonymous)) {
            const auto kind = std::string_view(target).substr(anonymous.size());
            if (std::ranges::find(kSavable, kind) == kSavable.end())
                add(process,
                    "has something open that cannot be saved (" + printable(kind, 40) + ")",
                    kCloseIt);
        } else if (const auto inode = socketInode(target)) {
            const auto found = m_outside.find(*inode);
            if (found != m_outside.end())
                add(process,
                    "is connected to a program outside the session" +
                        (found->second.empty() ? "" : " (" + printable(found->second, 120) + ")"),
                    "Close it, or start the other program in the session too.");
        } else if (target.starts_with('/') && isMessageQueue(fds, name, target)) {
            add(process, "uses a POSIX message queue, which cannot be saved", kCloseIt);
        }
    }

    UniqueFd m_init; // its directory in /proc
    OutsideSockets m_outside;
    std::unordered_map<std::string, std::string> m_namespaces;
    std::set<std::string> m_said;
    std::vector<Finding> m_findings;
};

} // namespace

Result<std::vector<Finding>> preflight(pid_t init, const std::vector<std::uint64_t>& ownSockets) {
    const auto pidNamespace =
        linkAt(AT_FDCWD, ("/proc/" + std::to_string(init) + "/ns/pid").c_str());
    if (pidNamespace.empty())
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    const auto members = processesOf(init, pidNamespace);
    ENTRACTE_ASSIGN(outside, outsideSockets(init, members, ownSockets));
    Walk walk(init, std::move(outside));
    for (const auto& process : members)
        walk.look(process);
    return walk.take();
}

} // namespace entracte
