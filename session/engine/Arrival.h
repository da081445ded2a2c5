#pragma once

// Whether a session of another machine could live here, before anything of it has come.

#include "session/engine/EngineContext.h"

namespace entracte {

// Processor, kernel, room: what another machine compares with its own, as JSON.
std::string arrivalFacts();
// What is missing here, a sentence each. `needs.facts` is a stranger's.
std::vector<std::string> checkArrival(EngineContext& context, const ArrivalNeeds& needs);

} // namespace entracte
