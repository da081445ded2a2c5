#pragma once

// The asked-for end of a session.

#include "session/engine/LiveSessions.h"

namespace entracte {

// Asks all programs to end, and ends those that do not within a few seconds. Snapshots stay.
Status stopSession(EngineContext& context, const std::shared_ptr<Session>& session,
                   JobControl& job);
// Removes a session that does not run, with its snapshots and its layers.
Status removeSession(EngineContext& context, const std::shared_ptr<Session>& session);

} // namespace entracte
