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
                                  const std::string& comment, Afterwards afterwards,
                                  JobControl& job);

} // namespace entracte
