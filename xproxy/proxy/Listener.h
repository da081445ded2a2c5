#pragma once

// The sockets on which an X display is found: /tmp/.X11-unix/XN and the abstract one of the same
// name.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <cstdint>
#include <vector>

namespace entracte::xproxy {

// Both, listening. Busy when a display of that number is being served.
Result<std::vector<UniqueFd>> listenAsDisplay(int number);
// The process that connected, 0 if it is not to be had. Later the kernel may tell something else: a
// restored socket was connected by whoever restored it.
std::int32_t peerOf(int socket);

} // namespace entracte::xproxy
