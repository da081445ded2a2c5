#pragma once

// A session's network, from the helper's side: the cable into it, and the process of the person's
// at the other end (session/network), which ends with the session whether the helper lives or not.

#include "session/base/Subprocess.h"
#include "session/container/Cable.h"
#include "session/engine/EngineContext.h"

namespace entracte {

// Plugs the cable in (a restored session has its end already) and starts what serves it.
Result<Subprocess> connectNetwork(const EngineContext& context, const Person& person,
                                  const NetworkSpec& network, const UniqueFd& outside,
                                  const RunningContainer& container);

} // namespace entracte
