#pragma once

// From an empty server to the record: an ordered list of named steps. Each step puts requests in
// the programs' world together and sends them through translation, most of them as the program that
// owns the thing; no program sees an answer.

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/Pump.h"
#include "xproxy/proxy/RequestPath.h"

namespace entracte::xproxy {

// Programs are connected to the new server (Client::upstream) and it knows nothing of them yet.
// Errors of single requests are logged and counted, not fatal; a failure names its step.
Status replayRecord(Core& core, RequestPath& requests, Pump& pump, Clock::time_point deadline);

// Requests (programs' world, host byte order) that give top-level windows back the hints which
// their programs set: for the window manager to put them where they were, the replay had others
// there.
std::vector<Bytes> properHints(const Record& record);

} // namespace entracte::xproxy
