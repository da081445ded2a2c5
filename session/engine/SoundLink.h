#pragma once

// Lets the person hear what a session plays, from the helper's side: opens the FIFO that the
// session's sound server writes into, and starts a process of the person's that reads it
// (session/sound). Programs of the session hold nothing of it, so a dump need not know of it; a
// restored session has another FIFO, and another such process.

#include "session/engine/EngineContext.h"
#include "session/engine/Session.h"

namespace entracte {

// Ends the process that it had, and starts another, which also ends with the helper. Nothing when
// the session is private, or has no such FIFO (an older one). What goes wrong is logged.
void linkSound(const EngineContext& context, Session& session);

// Starts another when it ended by itself, a few times.
void keepSound(const EngineContext& context, Session& session);

} // namespace entracte
