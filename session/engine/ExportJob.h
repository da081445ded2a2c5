#pragma once

// A snapshot out of the store, as the archive of docs/export-format.md, into a pipe of the
// person's.

#include "session/engine/EngineContext.h"

namespace entracte {

// `out`: the writing end of a pipe; nothing else is taken, so that we write, as root, into nothing
// that a person could not write into.
Status exportSnapshot(EngineContext& context, const std::shared_ptr<Session>& session,
                      const SnapshotId& snapshot, int out, const ExportWishes& wishes,
                      JobControl& job);

} // namespace entracte
