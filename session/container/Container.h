#pragma once

// A session's container: what a program in a session finds around it, made so that CRIU can save
// all of it.
//
// Two lives. A *fresh* container: prepareLayer, mountRoot, then launch, which makes the namespaces
// and executes PID 1. A *restored* one: mountRoot only; CRIU makes the rest from its images. Either
// way the root stays mounted on the host at `mountPoint` as long as the session lives, what is
// bound into it from outside at `mountPoint`.binds/N, and unmountRoot ends both. No cgroup is made.
// Nothing here waits for a program of the session beyond a time limit.
//
// The layer on disk:
//   upper/root        what the session changed beneath /
//   upper/%2Fhome     the same for each other file system of the host that is mounted beneath /,
//                     its path percent-encoded: upper/ is all that a snapshot must keep
//   work/…            overlayfs's own, made anew when absent

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace entracte {

struct ContainerSpec {
    SessionId id;
    Person person;
    std::filesystem::path layer; // on disk, see above (made when absent)
    // On the host: where the session's root is assembled. In a directory that only root may enter.
    std::filesystem::path mountPoint;
    std::vector<SharedFolder> sharedFolders;        // without what is mounted beneath them
    std::map<std::string, std::string> environment; // of PID 1, and so of every program
    NetworkKind network = NetworkKind::None;        // only what prepareLayer writes about it
    bool display = true;                            // false: no X proxy in it (containers in tests)
};

// A mount of the session whose source lies outside: CRIU is told `--external mnt[inside]:key` at
// the dump and `--external mnt[key]:outside` at the restore.
struct ExternalMount {
    std::string inside; // mount point in the session
    std::string key;
    std::string outside; // path on the host
};

struct RunningContainer {
    pid_t init = 0;     // host pid of PID 1, a child of the process that launched it
    UniqueFd initPidfd; // readable when it has ended; killContainer then reaps it
};

// Where our own programs are in a session.
inline constexpr const char* kProgramsInside = "/usr/lib/entracte";

// Prepares a new layer: directories that hide the host's (/dev, /tmp, /run, our state directory),
// our own programs (copied into the layer, so that an upgrade of Entracte does not touch a saved
// session).
Status prepareLayer(const ContainerSpec& spec, const std::filesystem::path& stateDirectory);

// The name server that fits the session's network, in /etc/resolv.conf of a layer that is not
// mounted.
Status writeResolver(const ContainerSpec& spec);

// Mounts the overlay(s), and the shared folders to be bound. InvalidArgument for a shared folder
// that may not be one, KernelUnsuitable when the layer's file system cannot be an upper directory.
// Undone by unmountRoot, also after a crash of the helper. unmountRoot of what is not mounted is no
// error.
Status mountRoot(const ContainerSpec& spec);
Status unmountRoot(const std::filesystem::path& mountPoint);

// The same list at the dump and at the restore of a session.
std::vector<ExternalMount> externalMounts(const ContainerSpec& spec);

// Makes the namespaces and starts entracte-session in them as the person; it listens when this
// returns. Nothing is left on failure but the mounts.
Result<RunningContainer> launch(const ContainerSpec& spec);

// Kills PID 1 (and with it everything in its pid namespace) and waits until it is gone. No error
// when it has ended already.
Status killContainer(const RunningContainer& container);

// A socket that belongs to the network namespace of `init`: CRIU finds only such sockets in a
// session.
Result<UniqueFd> socketInSession(pid_t init, int type);
// Connects such a socket to the unix socket at `path` (as seen in the session; on its root, no
// symbolic link on the way). NotFound when nothing listens there.
Result<UniqueFd> connectInSession(pid_t init, const std::string& path, int type);

// The session's root (O_PATH), with what is mounted in it. Whoever has it looks up paths beneath it
// with RESOLVE_IN_ROOT, and none of the kernel's magic links.
Result<UniqueFd> openRootOfSession(pid_t init);
// The FIFO at `path` (as seen in the session; on its root, no symbolic link on the way), for
// reading and writing, without waiting for anybody. NotFound when something else, or nothing, is
// there.
Result<UniqueFd> openFifoInSession(pid_t init, const std::string& path);

// A System V shared memory segment of the session's ipc namespace, read-write.
struct SysvSegment {
    UniqueFd fd;
    std::uint64_t sizeBytes = 0;
};
Result<SysvSegment> openSysvSegment(pid_t init, int shmid);

} // namespace entracte
