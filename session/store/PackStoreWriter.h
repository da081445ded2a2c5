#pragma once

// A snapshot on its way into the store.

#include "session/store/Catalog.h"
#include "session/store/PackShelf.h"
#include "session/store/SnapshotStore.h"
#include "session/store/StoreGate.h"

namespace entracte {

struct WriterParts {
    StoreGate::Pass pass; // no cleaning while chunks are counted on that nothing needs yet
    Catalog& catalog;
    PackShelf& shelf;
    std::shared_ptr<const VaultKeys> keys;
    SessionId session;
    std::optional<SnapshotRow> previous; // whose pages are compared
    std::uint64_t room = 0;              // bytes that may be written
};

std::unique_ptr<SnapshotWriter> makePackStoreWriter(WriterParts parts);

} // namespace entracte
