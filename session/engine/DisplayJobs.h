#pragma once

// A running session to another screen, or to none. Its programs notice nothing.

#include "session/engine/LiveSessions.h"

namespace entracte {

// The new screen must be there before the old one is left.
Status attachSession(EngineContext& context, const std::shared_ptr<Session>& session,
                     const ScreenSpec& screen, JobControl& job);
Status detachSession(EngineContext& context, const std::shared_ptr<Session>& session,
                     JobControl& job);

} // namespace entracte
