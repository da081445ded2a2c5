#pragma once

// What the helper remembers of moves to other machines, so that a session never runs on both sides
// (docs/moving.md). The machines never talk here: two command lines do, and ask their helpers for
// single steps. Each step is on the disk before it is told.
//
//   where it was:    nothing -> Given -> Gone, or the session is removed
//   where it comes:  Arriving -> nothing, once it is resumed or taken; or dropped
//
// What became of a move that arrived is kept in STATE/moves/ID, also when its session is long gone:
// who asks later ("did you take it?") gets the same answer.

#include "session/engine/EngineContext.h"

namespace entracte {

// Refuses what the move has not brought, or what another machine may run.
Status mayResume(const SessionRecord& record, const std::string& move);
Status mayOpenBeside(const SessionRecord& record);

// The session that a move arrives at: the one that arrived by it already, or that left here
// earlier. Null: a new one.
std::shared_ptr<Session> arrivesAt(EngineContext& context, const Person& person,
                                   const ImportWishes& wishes);
Status beginArrival(EngineContext& context, Session& session, const ImportWishes& wishes);
// It is here, and ours.
void settleArrival(SessionRecord& record);

Status takeMoveStep(EngineContext& context, const std::shared_ptr<Session>& session, MoveStep step,
                    const std::string& move, const std::string& peer);

Status noteFate(const EngineContext& context, const SessionRecord& record, const std::string& move,
                MoveFate fate);
void forgetFate(const EngineContext& context, const std::string& move);
Result<MoveFate> fateOf(EngineContext& context, uid_t owner, const std::string& move);

// After a start: what was taken in the very moment of a crash, and of which nobody heard, waits for
// its word again.
void settleMoves(EngineContext& context);

} // namespace entracte
