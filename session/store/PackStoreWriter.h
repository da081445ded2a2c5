#pragma once

// A snapshot on its way into the store.

#include "session/store/Catalog.h"
#include "session/store/KnownPages.h"
#include "session/store/PackShelf.h"
#include "session/store/SnapshotStore.h"
#include "session/store/StoreGate.h"

#include <functional>

namespace entracte {

struct WriterParts {
    StoreGate::Pass pass; // no cleaning while chunks are counted on that nothing needs yet
    Catalog& catalog;
    PackShelf& shelf;
    std::shared_ptr<const VaultKeys> keys;
    SessionId session;
    std::optional<SnapshotRow> previous; // whose pages are compared
    std::uint64_t room = 0;              // bytes that may be written
    // The files of the host of an earlier snapshot of the session, as its recipe numbers them.
    std::function<Result<std::vector<FileRow>>(const SnapshotId&)> filesOf;
    // Where an earlier snapshot of the session has its pages.
    std::function<Result<EarlierRecipe>(const SnapshotId&)> pagesOf;
};

std::unique_ptr<SnapshotWriter> makePackStoreWriter(WriterParts parts);

} // namespace entracte
