#pragma once

// The store's care as verbs of the engine: rules applied by hand, and the examination.

#include "session/engine/EngineContext.h"

namespace entracte {

Result<PruneReport> pruneSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                 const std::string& keep, bool dryRun);
Status checkStore(EngineContext& context, std::optional<uid_t> owner, bool readData,
                  JobControl& job);
Status verifySnapshot(EngineContext& context, const SessionId& session, const SnapshotId& snapshot,
                      JobControl& job);
Status repairStore(EngineContext& context, JobControl& job);

} // namespace entracte
