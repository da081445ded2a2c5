#pragma once

// Asks the server about everything that the record says it holds, and compares. All questions are
// sent at once, so that an audit costs little more than one round trip and the server's own work.

#include "xproxy/proxy/Pump.h"
#include "xproxy/proxy/RequestPath.h"
#include "xproxy/replay/AuditReport.h"

namespace entracte::xproxy {

enum class AuditDepth : std::uint8_t {
    State,      // all but contents: after every replay
    WithPixels, // the captured contents of pixmaps too: when a person asks
};

// Programs are held and all that they sent has been done. What differs is looked at a second time,
// because a window manager may be at work. A server that does not answer by the deadline makes the
// report incomplete.
AuditReport auditServer(Core& core, RequestPath& requests, Pump& pump, AuditDepth depth,
                        Clock::time_point deadline);

} // namespace entracte::xproxy
