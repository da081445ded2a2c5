#pragma once

// Whether a session can live on another server, and how that server's numbers are matched with
// those that programs know. Decided before anything is touched.

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/ServerProbe.h"

namespace entracte::xproxy {

// ScreenUnavailable, with what is missing, when programs use something that the server does not
// have.
Status checkSuitable(const Core& core, const ServerFace& server);

// A translator for the server. `face` is what programs know; numbers of RANDR that are new are
// added to it.
std::unique_ptr<Translator> makeTranslator(Core& core, const ServerKnowledge& server,
                                           std::int64_t clientNow);

} // namespace entracte::xproxy
