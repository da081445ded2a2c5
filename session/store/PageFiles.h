#pragma once

// CRIU's pages-*.img into chunks and back, by several threads. A page that the previous snapshot of
// the session holds (its contents are compared) is not written again, a page of zeros never; new
// ones are put together, up to 32 in a chunk.

#include "session/store/ChunkLoader.h"
#include "session/store/KnownPages.h"
#include "session/store/PagePrints.h"
#include "session/store/Recipe.h"
#include "session/store/SnapshotChunks.h"

#include <functional>

namespace entracte {

// The previous snapshot's chunks, as far as they are worth a comparison.
struct PreviousPages {
    std::vector<ChunkRow> chunks;
    PagePrints prints;
};

using Progress = std::function<Status(std::uint64_t bytes)>; // called by one thread at a time

// A name that is stored by pages: CRIU's, of whole pages.
bool isPageFile(const std::string& name, std::uint64_t bytes);

// Of the files `names` in `directory`. What is known of them is not even read.
Result<std::vector<PageFile>> storePages(int directory, const std::vector<std::string>& names,
                                         SnapshotChunks& chunks, const PackShelf& shelf,
                                         const std::shared_ptr<const VaultKeys>& keys,
                                         const PreviousPages& previous, const KnownPages& known,
                                         const Progress& progress);

// Makes the files in `directory`, with holes where there are zeros.
Status restorePages(int directory, const std::vector<PageFile>& files,
                    const std::vector<ChunkRow>& chunks, const PackShelf& shelf,
                    const std::shared_ptr<const VaultKeys>& keys, const Progress& progress);

} // namespace entracte
