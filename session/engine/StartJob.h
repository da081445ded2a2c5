#pragma once

// A new session, from nothing to its first program. Whatever fails: nothing of it is left.

#include "session/engine/LiveSessions.h"

namespace entracte {

Result<SessionInfo> startSession(EngineContext& context, const Person& person,
                                 const SessionSpec& spec, JobControl& job);

} // namespace entracte
