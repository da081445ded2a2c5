#pragma once

// A snapshot of a running session (shared design, "A snapshot, step by step"), or its suspension.
//
// Both dump in one frozen moment. A snapshot copies the layer in it, thaws, and stores afterwards.
// A suspension stores in it: the programs stay frozen until the snapshot is committed and read back
// from the disk, and only then CRIU ends them; all its images are complete at that point (criu's
// post-dump stage). Whatever fails before that, CRIU thaws them and the session goes on.

#include "session/engine/LiveSessions.h"

namespace entracte {

enum class Afterwards { GoOn, End };

Result<SnapshotInfo> takeSnapshot(EngineContext& context, const std::shared_ptr<Session>& session,
                                  const std::string& comment, SnapshotOrigin origin,
                                  Afterwards afterwards, JobControl& job);
// The same for who holds the session already.
Result<SnapshotInfo> takeSnapshot(EngineContext& context, const JobUse& use,
                                  const std::string& comment, SnapshotOrigin origin,
                                  Afterwards afterwards, JobControl& job);

// The session ends here because it goes on elsewhere (Departure.h). What fails before
// it is marked as given leaves it running, or suspended here.
Result<SnapshotInfo> departSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                   UniqueFd out, UniqueFd talk, const DepartWishes& wishes,
                                   JobControl& job);

// When a snapshot that was taken at `taken` (Unix, ms) is to be said to have been taken: after all
// others of its session. The newest is what a resume takes; a clock that was set back, and that of
// the machine which a session came from, do not decide about it.
std::int64_t takenAfterOthers(const SnapshotStore& store, const SessionId& session,
                              std::int64_t taken);

// With what deleting it would free, as the store knows it now.
SnapshotInfo withSpace(const SnapshotStore& store, SnapshotInfo info);
// Tells of the newest snapshots again: what one frees depends on its neighbours.
void tellSpace(const EngineContext& context, const SessionId& session);
// Removes what the session's retention does not keep.
void applyRetention(EngineContext& context, const JobUse& use);

} // namespace entracte
