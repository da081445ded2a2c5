#pragma once

// Asks a new server all that has to be known of it before programs meet it: extensions, picture
// formats, RANDR's and XInput's numbers, atoms, the time. Blocks, programs being held.

#include "session/base/Result.h"
#include "xproxy/proxy/EventLoop.h"
#include "xproxy/proxy/Session.h"
#include "xproxy/proxy/Upstream.h"
#include "xproxy/state/AtomNames.h"

#include <string>

namespace entracte::xproxy {

struct ServerKnowledge {
    ServerFace face;
    std::vector<std::pair<ServerAtom, std::string>> atoms; // all that exist on it
    Clock::time_point asked;                               // just before face.time was
    Bytes token;                                           // random; the window's WM_NAME
};

// `utility` is in host byte order and has sent nothing yet. `window` becomes an unmapped window of
// the proxy's own.
Result<ServerKnowledge> probeServer(Upstream& utility, const SetupInfo& setup, ServerXid window,
                                    Clock::time_point deadline);

// The WM_NAME of a window, empty when there is no such window.
Result<Bytes> readToken(Upstream& utility, ServerXid window, Clock::time_point deadline);

} // namespace entracte::xproxy
