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

// Starts what serves it anew when it ended by itself, a few times. Connections of before are gone,
// and their programs are told when they use them.
void keepNetwork(const EngineContext& context, Session& session);

} // namespace entracte
