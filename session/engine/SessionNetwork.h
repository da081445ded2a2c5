#pragma once

// A session's network, from the helper's side: the cable into it, and the process of the person's
// at the other end (session/network), which ends with the session whether the helper lives or not.

#include "session/container/Cable.h"
#include "session/engine/EngineContext.h"
#include "session/engine/Session.h"

namespace entracte {

// Plugs the cable in (a restored session has its end already) and starts what serves it.
Result<ServedNetwork> connectNetwork(const EngineContext& context, const Person& person,
                                     const NetworkSpec& network, UniqueFd outside,
                                     const RunningContainer& container);

// Gives the session IPv6 too, if it has none yet. A session that does without says so in the log
// only.
void addIpv6(const NetworkSpec& network, pid_t init);

// Follows the computer to a network with IPv6. Starts what serves it anew when it ended by itself,
// a few times. Connections of before are gone, and their programs are told when they use them.
void keepNetwork(const EngineContext& context, Session& session);

} // namespace entracte
