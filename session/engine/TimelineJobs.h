#pragma once

// Along a session's timeline: back to an earlier snapshot, or a second session from one of them.

#include "session/engine/LiveSessions.h"

namespace entracte {

// A session that runs is saved (SnapshotOrigin::Rollback) and ended first. When the earlier state
// cannot be brought back then, the present one is, and the error says so.
Result<SessionInfo> rollBack(EngineContext& context, const std::shared_ptr<Session>& session,
                             const SnapshotId& snapshot, const ResumeWishes& wishes,
                             JobControl& job);

// The newest snapshot when `snapshot` is empty. Whatever fails: nothing of the new session is left.
Result<SessionInfo> cloneSession(EngineContext& context, const std::shared_ptr<Session>& source,
                                 const SnapshotId& snapshot, const std::string& name,
                                 const ResumeWishes& wishes, JobControl& job);

} // namespace entracte
