#pragma once

// Looks, before anything is frozen, for what CRIU cannot save, and names the program, the reason
// and the remedy; and warns of what a snapshot would lose.
//
// Reads /proc as root while the session runs on: what vanishes meanwhile is no finding, and what
// appears afterwards is CRIU's to refuse. All names in it were chosen by programs; they are made
// printable.

#include "session/base/Result.h"
#include "session/engine/Types.h"

#include <cstdint>
#include <vector>

namespace entracte {

// `init`: host pid of the session's PID 1. `ownSockets`: inodes of unix sockets whose peers outside
// are ours (the X proxy's upstream, our control connections), which the driver saves as external.
// Blockers first.
Result<std::vector<Finding>> preflight(pid_t init, const std::vector<std::uint64_t>& ownSockets);

// Only the connections to the outside: what is quick enough to be asked while the display is still.
Result<std::vector<Finding>> preflightConnections(pid_t init,
                                                  const std::vector<std::uint64_t>& ownSockets);

} // namespace entracte
