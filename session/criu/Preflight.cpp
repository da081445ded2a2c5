#include "session/criu/Preflight.h"

#include "session/base/Printable.h"
#include "session/criu/ProcessTable.h"
#include "session/criu/SessionMounts.h"
#include "session/criu/UnixPeers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>

namespace entracte {
namespace {

constexpr const char* kCloseIt = "Close it and try again.";
constexpr std::size_t kMaxFindings = 200;    // a person reads them
constexpr std::size_t kMaxMaps = 16 << 20;   // bytes of one process's /proc/PID/maps
constexpr std::size_t kMaxFdinfo = 1 << 20;  // bytes; an inotify has a line for each watch
constexpr off_t kMaxDeletedFile = 1LL << 30; // --ghost-limit in CriuCommand.cpp
constexpr auto kMqueueMagic = 0x19800202;    // mq_overview(7)
constexpr unsigned kMemoryDevices = 1;       // major numbers (Linux, devices.txt)
constexpr unsigned kAuxiliaryTerminals = 5;
constexpr unsigned kPseudoTerminals = 136;
constexpr unsigned kPseudoTerminalsEnd = 144;
// Where a shell keeps its terminal while it looks after jobs: dash and zsh 10, bash 255.
constexpr int kFirstKeptFd = 10;

struct Obstacle {
    std::string_view target; // what a descriptor's link or a mapping's name begins with
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

const Obstacle* obstacleOf(std::string_view target) {
    const auto found = std::ranges::find_if(
        kObstacles, [&](const Obstacle& obstacle) { return target.starts_with(obstacle.target); });
    return found == kObstacles.end() ? nullptr : &*found;
}

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
    return leadingNumber<std::uint64_t>(target.substr(opening.size()));
}

// Devices that CRIU knows, and /dev/fuse, whose file system is named where it is mounted.
bool isSavableDevice(const struct stat& info) {
    const auto device = ::major(info.st_rdev);
    return device == kMemoryDevices || device == kAuxiliaryTerminals ||
           (device >= kPseudoTerminals && device < kPseudoTerminalsEnd);
}

// The text from the n-th field on, counted from 0, of fields parted by blanks.
std::string_view fromField(std::string_view line, int n) {
    for (;; --n) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (n == 0)
            return line;
        line.remove_prefix(std::min(line.find(' '), line.size()));
    }
}

// What follows `label` in a line of fdinfo, up to the next blank.
std::string_view valueOf(std::string_view line, std::string_view label) {
    const auto start = line.find(label);
    if (start == std::string_view::npos)
        return {};
    line.remove_prefix(start + label.size());
    return line.substr(0, line.find_first_of(" \t"));
}

std::string bytesOfHex(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        bytes += static_cast<char>(leadingNumber<unsigned>(hex.substr(at, 2), 16));
    return bytes;
}

// The members' sockets whose peer none of them has open, with the path of the peer.
using OutsideSockets = std::unordered_map<std::uint64_t, std::string>;

Result<OutsideSockets> outsideSockets(pid_t init, const std::vector<SessionProcess>& members,
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
          m_mounts(init), m_outside(std::move(outside)) {}

    void look(const SessionProcess& process) {
        if (process.tracer != 0)
            block(process, "is being debugged or traced, and cannot be saved",
                  "End the debugger and try again.");
        lookAtNamespaces(process);
        lookAtMappings(process);
        forEachDescriptor(process, [&](int fds, const char* name, const std::string& target) {
            lookAtConnection(process, target);
            lookAtFile(process, fds, name, target);
        });
    }

    void lookAtConnections(const SessionProcess& process) {
        forEachDescriptor(process, [&](int, const char*, const std::string& target) {
            lookAtConnection(process, target);
        });
    }

    // UDP datagrams that have arrived and were not read: CRIU leaves them behind.
    void lookAtDatagrams(pid_t init) {
        for (const char* table : {"udp", "udp6", "udplite", "udplite6"}) {
            const auto text =
                textAt(m_init.get(), (std::string("net/") + table).c_str(), kMaxFdinfo);
            forEachLine(text, [&](std::string_view line) {
                const auto queues = fromField(line, 4); // "tx_queue:rx_queue …", after its state
                const auto colon = queues.find(':');
                if (colon != std::string_view::npos &&
                    leadingNumber<std::uint64_t>(queues.substr(colon + 1), 16) != 0)
                    m_unread = true;
            });
        }
        if (m_unread)
            m_findings.push_back({false, "network", init,
                                  "A program has received datagrams (UDP) that it has not read; "
                                  "they are not part of a snapshot.",
                                  "Programs that use UDP send again what was lost."});
    }

    std::vector<Finding> take() {
        std::ranges::stable_sort(m_findings, std::greater(), &Finding::blocks);
        return std::move(m_findings);
    }

private:
    void add(bool blocks, const SessionProcess& process, std::string_view reason,
             std::string remedy) {
        auto sentence = process.name + " " + std::string(reason) + ".";
        if (m_findings.size() >= kMaxFindings ||
            !m_said.insert(std::to_string(process.pid) + sentence).second)
            return;
        m_findings.push_back(
            {blocks, process.name, process.pid, std::move(sentence), std::move(remedy)});
    }
    void block(const SessionProcess& process, std::string_view reason, std::string remedy) {
        add(true, process, reason, std::move(remedy));
    }

    void lookAtNamespaces(const SessionProcess& process) {
        for (const char* name :
             {"ns/user", "ns/pid", "ns/mnt", "ns/net", "ns/ipc", "ns/uts", "ns/time"}) {
            auto& ours = m_namespaces[name];
            if (ours.empty())
                ours = linkAt(m_init.get(), name);
            const auto its = linkAt(process.directory.get(), name);
            if (!its.empty() && !ours.empty() && its != ours) {
                block(process,
                      "has a sandbox of its own (a nested namespace), which cannot be saved",
                      "Close it, or start it without its sandbox (Chromium: --no-sandbox).");
                return;
            }
        }
    }

    void lookAtMappings(const SessionProcess& process) {
        const auto maps = textAt(process.directory.get(), "maps", kMaxMaps);
        forEachLine(maps, [&](std::string_view line) {
            const auto name = fromField(line, 5); // after range, permissions, offset, device, inode
            if (const auto* obstacle = obstacleOf(name))
                return block(process, obstacle->reason, obstacle->remedy);
            // Anonymous shared memory is a mapping of /dev/zero to the kernel.
            if (name.starts_with("/dev/") && !name.starts_with("/dev/zero") &&
                !name.starts_with("/dev/shm/"))
                block(process,
                      "has the memory of a device mapped (" + printable(name, 60) +
                          "), which cannot be saved",
                      kCloseIt);
        });
    }

    void lookAtConnection(const SessionProcess& process, const std::string& target) {
        const auto inode = socketInode(target);
        const auto found = inode ? m_outside.find(*inode) : m_outside.end();
        if (found != m_outside.end())
            block(process,
                  "is connected to a program outside the session" +
                      (found->second.empty() ? "" : " (" + printable(found->second, 120) + ")"),
                  "Close it, or start the other program in the session too.");
    }

    void lookAtFile(const SessionProcess& process, int fds, const char* name,
                    const std::string& target) {
        constexpr std::string_view anonymous = "anon_inode:";
        if (const auto* obstacle = obstacleOf(target))
            return block(process, obstacle->reason, obstacle->remedy);
        if (target.starts_with(anonymous)) {
            const auto kind = std::string_view(target).substr(anonymous.size());
            if (std::ranges::find(kSavable, kind) == kSavable.end())
                block(process,
                      "has something open that cannot be saved (" + printable(kind, 40) + ")",
                      kCloseIt);
            else if (kind == "inotify")
                lookAtWatches(process, name);
            else if (kind == "[eventfd]")
                lookAtCounter(process, name);
            return;
        }
        if (target == "/dev/tty" && !process.terminal)
            return block(process, "keeps a terminal open that is not its own any more", kCloseIt);
        lookAtShell(process, name, target);
        if (!target.starts_with('/'))
            return;
        if (isMessageQueue(fds, name, target))
            return block(process, "uses a POSIX message queue, which cannot be saved", kCloseIt);
        lookAtNode(process, fds, name, target);
    }

    // A terminal controls those that descend from the session's leader when it becomes theirs
    // (fork(2)). CRIU gives it to the leader only, after it has made the others.
    void lookAtShell(const SessionProcess& process, const char* fd, const std::string& target) {
        if (process.terminal && process.pid == process.group && process.pid != process.leader &&
            leadingNumber<int>(fd) >= kFirstKeptFd &&
            (target == "/dev/tty" || target.starts_with("/dev/pts/")))
            add(false, process,
                "is a shell within a shell; after a resume it cannot bring jobs to the foreground "
                "any more",
                "Leave it with \"exit\" before, or open another terminal instead.");
    }

    void lookAtNode(const SessionProcess& process, int fds, const char* name,
                    const std::string& target) {
        struct stat info {};
        if (::fstatat(fds, name, &info, 0) < 0)
            return;
        if (S_ISCHR(info.st_mode) && !isSavableDevice(info))
            return block(process,
                         "has a device open that cannot be saved (" + printable(target, 60) + ")",
                         kCloseIt);
        if (S_ISBLK(info.st_mode))
            return block(process, "has a disk open directly, which cannot be saved", kCloseIt);
        if (S_ISREG(info.st_mode) && info.st_nlink == 0 &&
            static_cast<off_t>(info.st_blocks) * 512 > kMaxDeletedFile)
            return block(process, "has a deleted file open that is larger than 1 GiB", kCloseIt);
        if (info.st_nlink == 0)
            return; // also what never was in a folder (memfd)
        const auto text = descriptorInfo(process, name);
        forEachLine(text, [&](std::string_view line) {
            if (line.starts_with("mnt_id:") &&
                !m_mounts.has(leadingNumber<std::uint64_t>(line.substr(7))))
                block(process,
                      "has a file open on a file system that is no longer there (" +
                          printable(target, 120) + ")",
                      kCloseIt);
        });
    }

    void lookAtWatches(const SessionProcess& process, const char* name) {
        const auto text = descriptorInfo(process, name);
        forEachLine(text, [&](std::string_view line) {
            if (line.starts_with("inotify ") &&
                m_mounts.isDeleted(leadingNumber<std::uint64_t>(valueOf(line, " sdev:"), 16),
                                   leadingNumber<int>(valueOf(line, " fhandle-type:"), 16),
                                   bytesOfHex(valueOf(line, " f_handle:"))))
                block(process, "watches a folder that has been deleted",
                      "Close the window that shows the folder, or the program, and try again.");
        });
    }

    void lookAtCounter(const SessionProcess& process, const char* name) {
        const auto text = descriptorInfo(process, name);
        forEachLine(text, [&](std::string_view line) {
            if (line.starts_with("eventfd-semaphore:") && leadingNumber<int>(line.substr(18)) != 0)
                add(false, process,
                    "waits with an eventfd semaphore, which a resume makes a plain counter",
                    "It is seldom used; should the program hang after a resume, start it anew.");
        });
    }

    static std::string descriptorInfo(const SessionProcess& process, const char* name) {
        return textAt(process.directory.get(), (std::string("fdinfo/") + name).c_str(), kMaxFdinfo);
    }

    UniqueFd m_init; // its directory in /proc
    SessionMounts m_mounts;
    OutsideSockets m_outside;
    std::unordered_map<std::string, std::string> m_namespaces;
    std::set<std::string> m_said;
    std::vector<Finding> m_findings;
    bool m_unread = false;
};

// One that is there for another look: a program that has just begun was no member yet at the first,
// though what accepted its connection had it already.
Result<OutsideSockets> lastingOutsideSockets(pid_t init, const std::vector<SessionProcess>& members,
                                             const std::vector<std::uint64_t>& ownSockets) {
    ENTRACTE_ASSIGN(outside, outsideSockets(init, members, ownSockets));
    if (outside.empty())
        return outside;
    ENTRACTE_ASSIGN(still, outsideSockets(init, sessionProcesses(init), ownSockets));
    std::erase_if(outside, [&](const auto& socket) { return !still.contains(socket.first); });
    return outside;
}

Result<Walk> beginWalk(pid_t init, const std::vector<SessionProcess>& members,
                       const std::vector<std::uint64_t>& ownSockets) {
    if (members.empty())
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    ENTRACTE_ASSIGN(outside, lastingOutsideSockets(init, members, ownSockets));
    return Walk(init, std::move(outside));
}

} // namespace

Result<std::vector<Finding>> preflight(pid_t init, const std::vector<std::uint64_t>& ownSockets) {
    const auto members = sessionProcesses(init);
    ENTRACTE_ASSIGN(walk, beginWalk(init, members, ownSockets));
    for (const auto& process : members)
        walk.look(process);
    walk.lookAtDatagrams(init);
    return walk.take();
}

Result<std::vector<Finding>> preflightConnections(pid_t init,
                                                  const std::vector<std::uint64_t>& ownSockets) {
    const auto members = sessionProcesses(init);
    ENTRACTE_ASSIGN(walk, beginWalk(init, members, ownSockets));
    for (const auto& process : members)
        walk.lookAtConnections(process);
    return walk.take();
}

} // namespace entracte
