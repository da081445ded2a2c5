#pragma once

// An exported session into the store, as a new, suspended session of the person's. Who reads the
// file has no privileges and checks all of it (transfer/UnpackInChild.h); only then a session is
// made. What arrives by a move becomes a snapshot of the session that arrived before by the same
// move, or of the one that left here earlier (MoveMarks.h).

#include "session/engine/EngineContext.h"

namespace entracte {

// `in`: read to its end.
Result<SessionInfo> importSession(EngineContext& context, const Person& person, int in,
                                  const ImportWishes& wishes, JobControl& job);

} // namespace entracte
