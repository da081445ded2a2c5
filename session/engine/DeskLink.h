#pragma once

// A session's link to the person's desktop, from the helper's side: connects PID 1 with a process
// of the person's (session/desk), which ends when the link does. The link may stay open through a
// dump: CRIU is told of it, as of the X connections, and a restored session finds it closed.

#include "session/engine/EngineContext.h"
#include "session/engine/Session.h"

namespace entracte {

// Ends the process that it had, and starts another, which also ends with the helper. Nothing when
// the session is private, or its PID 1 knows of no such link (an older one). What goes wrong is
// logged: a session without notifications is one all the same. Waits for nothing that a session
// decides.
// `restored`: the session has just come out of a snapshot, which a program of it may have asked
// for.
void linkToDesk(const EngineContext& context, Session& session, bool restored = false);

// So that it takes back what it shows.
void endDesk(LiveSession& live);

// Connects anew when the process ended by itself, or PID 1 took no link before, a few times. What a
// session had shown at once is not shown at once again.
void keepDesk(const EngineContext& context, Session& session);

// What becomes readable when a program of the session asks for the session to be saved, or when the
// process has ended; -1 when there is none.
int deskWish(const Session& session);
// Hears that wish, and tells the observer. The process is the person's, who may ask for it anyway.
void hearDesk(const EngineContext& context, Session& session);
// What is owed (Session::owedOutcome), to whoever asked for the session to be saved.
void tellDesk(Session& session);

// Before a dump: PID 1 has taken the link, or there is none any more. Waits a moment for that.
void settleDesk(LiveSession& live);

// The session's end of the link, which a dump leaves alone; nothing when there is none.
std::vector<std::uint64_t> deskSockets(const LiveSession& live);

} // namespace entracte
