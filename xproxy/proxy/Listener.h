#pragma once

// The sockets on which an X display is found: /tmp/.X11-unix/XN and the abstract one of the same
// name.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <vector>

namespace entracte::xproxy {

// Both, listening. Busy when a display of that number is being served.
Result<std::vector<UniqueFd>> listenAsDisplay(int number);

} // namespace entracte::xproxy
