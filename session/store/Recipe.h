#pragma once

// The manifest of a snapshot in a pack: what the engine needs, and from which chunks each of its
// files is put together. Pure functions; the reader takes any bytes.
//
// Three kinds of contents: `images` and `layer` are tar streams (TreeArchiver.h), cut where their
// contents say; `pages` are CRIU's pages-*.img, in runs of pages.

#include "session/store/PackFormat.h"
#include "session/store/SnapshotStore.h"

namespace entracte {

inline constexpr std::uint32_t kRecipeVersion = 2;  // 1 had no files of the host
inline constexpr std::uint32_t kZeros = 0xffffffff; // in a chunk's place: pages of zeros

struct PageRun {
    std::uint32_t chunk = kZeros; // number in the snapshot's list
    std::uint32_t first = 0;      // page in the chunk
    std::uint32_t count = 0;      // pages
};

struct PageFile {
    std::string name;
    std::uint64_t bytes = 0; // a multiple of the page's size
    std::vector<PageRun> runs;
};

struct StreamRecipe {
    std::uint64_t bytes = 0;
    std::vector<std::uint32_t> chunks;
};

// What a chunk of the kind File says: where the contents of one file are.
struct FileRecipe {
    std::uint64_t bytes = 0;
    std::vector<Address> chunks;
};

struct Recipe {
    SnapshotRecord record;
    std::vector<Address> chunks;
    StreamRecipe images, layer;
    std::vector<PageFile> pages;
    std::vector<Address> files; // chunks of the kind File; not among `chunks`
};

ByteBuffer formatRecipe(const Recipe&);
// SnapshotDamaged, HostMismatch for another version's.
Result<Recipe> parseRecipe(ByteView bytes);
ByteBuffer formatFileRecipe(const FileRecipe&);
Result<FileRecipe> parseFileRecipe(ByteView bytes);

// Adds pages to a file; one run where they follow each other.
void addRun(std::vector<PageRun>& runs, PageRun run);

} // namespace entracte
