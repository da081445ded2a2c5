#pragma once

// Stored chunks against their addresses, by several threads, without uncompressing them.

#include "session/store/PackShelf.h"
#include "session/store/SnapshotStore.h"

namespace entracte {

Status verifyChunks(const std::vector<ChunkRow>& chunks, const PackShelf& shelf,
                    const std::shared_ptr<const VaultKeys>& keys, const JobStretch& stretch);

} // namespace entracte
