#pragma once

// CRIU, run as a program: typed options in, a result or one sentence out. The full log stays in the
// images directory (dump.log, restore.log) for whoever wants the detail.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/container/Container.h"
#include "session/criu/CriuLog.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace entracte {

class MemoryAhead;

struct DumpOptions {
    pid_t root = 0;               // host pid of the session's PID 1
    std::filesystem::path images; // existing directory; what lies in it is removed
    bool leaveRunning = true;     // false: the processes are gone after success
    std::vector<ExternalMount> mounts;
    std::vector<std::uint64_t> externalUnix; // inodes of connected unix sockets with a peer outside
    std::function<Status()> whileFrozen; // called when all is dumped and everything still frozen
    bool verbose = false;                // CRIU tells every step in its log
    // Packets are held back while all is frozen. Where there is no TCP connection, Criu::dump does
    // without, if it has `whileFrozen` to look once more; false: the caller has looked before.
    bool lockNetwork = true;
    // Memory that was dumped before (MemoryAhead.h); it serves for one try, and the images are not
    // whole until it is merged into them.
    MemoryAhead* ahead = nullptr;
    std::filesystem::path aheadImages; // of `ahead`; set by dump()
};

struct DumpResult {
    std::uint32_t frozenMicros =
        0; // from the first frozen task to the last thawed, whileFrozen included
    std::uint64_t imageBytes = 0;
};

struct InheritedSocket {
    std::uint64_t inode = 0; // as it was at the dump
    UniqueFd fd;             // what the session gets in its place
};

struct RestoreOptions {
    std::filesystem::path images;
    std::filesystem::path root; // where the session's root is mounted on the host
    std::vector<ExternalMount> mounts;
    std::vector<InheritedSocket> sockets;
    // Makes the session's network, in the namespace of this process (the host's number), which is
    // empty: nothing of it is in the images.
    std::function<Status(pid_t init)> network;
    // Older images hold the network, and `network` is not given: the network namespace with a new
    // cable for the session's eth0 (Cable.h), where CRIU runs; -1: it has none.
    int outsideNetwork = -1;
    // Open cgroup.procs: the control groups that it comes back in. Memory is charged to the group
    // that a process is in when it first touches it, and stays there (cgroup v1 and v2 alike).
    std::vector<int> groups;
    bool verbose = false;
};

class Criu {
public:
    // The first CRIU that works on this kernel (proved by a dump and restore of a small process
    // with a TCP and a unix connection; the proof is remembered in `cacheDirectory` for this kernel
    // and this file): $ENTRACTE_CRIU, the installed one, the private ones that set-up unpacked.
    // Only `preferred`, when it is given.
    static Result<Criu> find(const std::filesystem::path& preferred,
                             const std::filesystem::path& cacheDirectory);
    explicit Criu(std::filesystem::path program) : m_program(std::move(program)) {}

    const std::filesystem::path& program() const { return m_program; }
    Result<std::string> version() const;

    // Whatever fails, all goes on. When what stood in the way passes by itself, the same options
    // will do for another try.
    using DumpOutcome = tl::expected<DumpResult, CriuFailure>;
    DumpOutcome dump(const DumpOptions& options) const;
    // The host pid of the restored PID 1.
    Result<pid_t> restore(RestoreOptions options) const;

private:
    DumpOutcome dumpOnce(const DumpOptions& options) const;
    bool canDoWithoutLock() const;

    std::filesystem::path m_program;
};

// What the restore needs to know of images beforehand. Reads them in an unprivileged child, since a
// program of the session shapes what is in them.
struct ImageFacts {
    std::vector<std::string>
        boundSocketPaths; // unix sockets with a path, whose directory must exist
};
Result<ImageFacts> inspectImages(const std::filesystem::path& images);

// The regular files and directories that are open or mapped, as the session names them.
Result<std::vector<std::string>> filesInImages(const std::filesystem::path& images);
// Lets CRIU open these files as they are now, whatever they were like at the dump.
Status forgetFileSizes(const std::filesystem::path& images, const std::vector<std::string>& paths);

} // namespace entracte
