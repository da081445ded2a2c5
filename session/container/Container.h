#pragma once

// A session's container: what a program in a session finds around it, made so that CRIU can save all of it.
//
// Two lives. A *fresh* container: mountRoot, then launch, which makes the namespaces and executes PID 1. A
// *restored* one: mountRoot only; CRIU makes the rest from its images. Either way the root stays mounted
// on the host beneath `mountPoint` as long as the session lives, and unmountRoot ends it. Nothing here
// waits for a program of the session.

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
    std::filesystem::path layer;      // on disk: upper/ and work/ of the overlay (made when absent)
    std::filesystem::path mountPoint; // on the host: where the session's root is assembled
    std::vector<SharedFolder> sharedFolders;
    std::map<std::string, std::string> environment; // of PID 1, and so of every program
};

// A mount of the session whose source lies outside: CRIU is told `--external mnt[inside]:key` at the
// dump and `--external mnt[key]:outside` at the restore.
struct ExternalMount {
    std::string inside; // mount point in the session
    std::string key;
    std::string outside; // path on the host
};

struct RunningContainer {
    pid_t init = 0;     // host pid of PID 1
    UniqueFd initPidfd; // readable when it has ended
};

// Prepares a new layer: directories that hide the host's (/tmp, /run, our state directory), our own
// programs (copied into the layer, so that an upgrade of Entracte does not touch a saved session).
Status prepareLayer(const ContainerSpec& spec, const std::filesystem::path& stateDirectory);

// Mounts the overlay(s) at spec.mountPoint. Undone by unmountRoot, also after a crash of the helper.
Status mountRoot(const ContainerSpec& spec);
Status unmountRoot(const std::filesystem::path& mountPoint);

std::vector<ExternalMount> externalMounts(const ContainerSpec& spec);

// Makes the namespaces and starts entracte-session in them as the person.
Result<RunningContainer> launch(const ContainerSpec& spec);

// Kills PID 1 (and with it everything in its pid namespace) and waits until it is gone.
Status killContainer(const RunningContainer& container);

// A socket that belongs to the network namespace of `init`: CRIU finds only such sockets in a session.
Result<UniqueFd> socketInSession(pid_t init, int type);
// Connects to a unix socket at `path` (as seen in the session), symlinks resolved within the session's root.
Result<UniqueFd> connectInSession(pid_t init, const std::string& path, int type);

} // namespace entracte
