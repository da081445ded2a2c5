#pragma once

// An exported session into the store, as a new, suspended session of the person's. Who reads the
// file has no privileges and checks all of it (transfer/UnpackInChild.h); only then a session is
// made.

#include "session/engine/EngineContext.h"

namespace entracte {

// `in`: read to its end. `name`: empty for the one that the file says.
Result<SessionInfo> importSession(EngineContext& context, const Person& person, int in,
                                  const std::string& name, JobControl& job);

} // namespace entracte
