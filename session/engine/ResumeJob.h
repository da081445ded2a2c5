#pragma once

// A session back from a snapshot (shared design, "A restore, step by step"). Everything is made
// beside what is there: a new layer, a new mount, a new screen. Whatever fails, all of it is taken
// away again; the snapshot and the session's old layer are untouched. One thing comes last, and may
// fail without that: storing what came by a move (ArrivedRound.h).

#include "session/engine/LiveSessions.h"

namespace entracte {

// What is brought back: a snapshot of the session itself, or of another one of the same person.
struct SnapshotSource {
    SessionId session;
    SnapshotId snapshot; // the newest when empty
};

Result<SessionInfo> resumeSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                  const SnapshotId& snapshot, const ResumeWishes& wishes,
                                  JobControl& job);

// The same for who holds the session already.
Result<SessionInfo> resumeFrom(EngineContext& context, const JobUse& use,
                               const SnapshotSource& source, const ResumeWishes& wishes,
                               JobControl& job);

// What resumeFrom would refuse before it makes anything, but for memory that the session's own
// programs may still hold.
Status checkResumable(EngineContext& context, Session& session, const SnapshotSource& source,
                      FilesPolicy files, JobControl& job);

} // namespace entracte
