#pragma once

// The pages of an earlier snapshot by their places in its files, for a snapshot of which somebody
// has compared them already (SnapshotWriter::countOnPages): they need only be named.

#include "session/store/Catalog.h"
#include "session/store/Recipe.h"

#include <map>

namespace entracte {

struct EarlierRecipe {
    std::vector<PageFile> pages;
    std::vector<ChunkRow> chunks; // by the numbers in their runs
};

struct KnownRun {
    const ChunkRow* chunk = nullptr; // null: zeros, or nothing is known of them
    bool zeros = false;
    std::uint32_t first = 0; // page in the chunk
    std::uint32_t count = 0; // pages
};

// Thread-safe: it does not change.
class KnownPages {
public:
    KnownPages() = default; // nothing is known
    KnownPages(EarlierRecipe earlier, const SameFiles& same);

    bool empty() const { return m_files.empty(); }
    // `count` pages of the file from `first` on, in their order; all of them.
    std::vector<KnownRun> of(const std::string& file, std::uint64_t first,
                             std::uint64_t count) const;

private:
    struct Run {
        std::uint64_t at = 0; // page in the file
        std::uint64_t count = 0;
        std::uint32_t chunk = kNone; // of m_chunks, or kZeros
        std::uint32_t first = 0;
    };
    static constexpr std::uint32_t kNone = kZeros - 1;

    std::vector<ChunkRow> m_chunks;
    std::map<std::string, std::vector<Run>> m_files; // without gaps
};

} // namespace entracte
