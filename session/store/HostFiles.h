#pragma once

// Files of the host that snapshots have in common: libraries, programs, fonts. Each is stored once,
// as long as it is the same by all that the file system says of it, and read only when it is
// stored; every snapshot that needs it counts on what is there. The contents are in the store
// before a snapshot that needs them exists.
//
// The catalog holds no names: what tells a file from others is a keyed hash.

#include "session/store/Catalog.h"
#include "session/store/PackShelf.h"
#include "session/store/SnapshotStore.h"

namespace entracte {

struct StockParts {
    Catalog& catalog;
    PackShelf& shelf;
    std::shared_ptr<const VaultKeys> keys;
    std::uint64_t room = 0; // bytes that may be written
};

struct StockedFiles {
    // For each that was asked for: nullopt when it is not as its facts say.
    std::vector<std::optional<FileRow>> files;
    std::uint64_t read = 0;    // bytes of files that were not there before
    std::uint64_t written = 0; // bytes of chunks
};

// What was stored stays, also when a later one fails or the job is cancelled. The caller keeps
// the store from being cleaned.
Result<StockedFiles> stockHostFiles(const StockParts&, const std::vector<FileFacts>&,
                                    const FileOpener&, const JobStretch&);

// Writes a stored file to `to`; verified as it is read.
Status writeHostFile(const Address& list, const Catalog&, const PackShelf&,
                     const std::shared_ptr<const VaultKeys>&, int to);

} // namespace entracte
