#pragma once

// What the engine asks of a session's display: the three verbs of every participant (prepare,
// commit, abort), and a screen to show itself on. The engine does not know that X is spoken behind
// it.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace entracte {

struct DisplayStatus {
    bool attached = false;
    std::uint32_t windows = 0; // mapped top-level windows
    std::uint32_t clients = 0;
    std::uint32_t rebuildMicros = 0;
};

class DisplayParticipant {
public:
    virtual ~DisplayParticipant() = default;

    // Still, and everything captured. The inodes are of unix stream sockets of the session whose
    // peers are outside (the upstream X connections); no other connection to the outside is open
    // afterwards.
    virtual Result<std::vector<std::uint64_t>> prepare(std::chrono::milliseconds limit) = 0;
    // After the thaw, whether the dump succeeded or not: go on.
    virtual Status goOn() = 0;
    // A new display channel (session/base/DisplayChannel.h): the end for the screen. Waits, at most
    // `limit`, until all windows are rebuilt on it when `wait`.
    virtual Result<UniqueFd> openChannel() = 0;
    virtual Status waitAttached(std::chrono::milliseconds limit) = 0;
    virtual Status detach(std::chrono::milliseconds limit) = 0;
    virtual Result<DisplayStatus> status() = 0;
    // How long nobody has typed, clicked or moved the pointer in one of its windows.
    virtual Result<std::chrono::milliseconds> sinceInput() = 0;
};

// `sessionInit` is the host pid of the session's PID 1: the participant reaches the session's
// sockets beneath /proc/PID/root and makes its own sockets in that process's network namespace.
using DisplayParticipantFactory =
    std::function<std::unique_ptr<DisplayParticipant>(pid_t sessionInit)>;

} // namespace entracte
