#pragma once

// A session back from a snapshot (shared design, "A restore, step by step"). Everything is made
// beside what is there: a new layer, a new mount, a new screen. Whatever fails, all of it is taken
// away again; the snapshot and the session's old layer are untouched.

#include "session/engine/LiveSessions.h"

namespace entracte {

// The newest snapshot when `snapshot` is empty.
Result<SessionInfo> resumeSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                  const SnapshotId& snapshot,
                                  const std::optional<ScreenSpec>& screen, JobControl& job);

} // namespace entracte
