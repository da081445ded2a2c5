#pragma once

// What the store tells of itself, and what it is told to keep to.

#include "session/engine/Types.h"

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

// Disk space of one snapshot, bytes. Deleting it frees `unique`; the rest is shared with others.
struct SnapshotSpace {
    std::uint64_t total = 0;
    std::uint64_t unique = 0;
};

// Of the whole store, bytes.
struct StoreSpace {
    std::uint64_t used = 0;         // on disk, catalog included
    std::uint64_t unreferenced = 0; // of these: what gc would free
    std::uint64_t available = 0;    // that the file system still has
};

// Nothing is written beyond these; 0: no limit. A commit that would is refused with NoSpace.
struct StoreLimits {
    std::uint64_t maxBytes = 0; // of the whole store
    std::uint64_t minFree = 0;  // that the file system keeps for others
};

// Where the snapshots lie, and how much room they have.
struct StoreFacts {
    std::filesystem::path folder;
    StoreSpace space;
    StoreLimits limits;
};

// One thing that check() found. `session` and `snapshot` are empty when it concerns none.
struct StoreFinding {
    SessionId session;
    SnapshotId snapshot;
    std::string what; // a sentence; names the pack, manifest or table
};

struct CheckReport {
    std::vector<StoreFinding> findings; // empty: all is as it was written
    std::uint64_t snapshots = 0;        // that were examined
    std::uint64_t bytesRead = 0;
    bool rebuilt = false; // of a repair: the catalog was made anew
};

struct GcReport {
    std::uint64_t freedBytes = 0;
    std::uint64_t rewrittenBytes = 0; // of living data that had to be moved
};

struct PruneReport {
    std::vector<SnapshotInfo> removed; // with a dry run: that would be
    std::vector<SnapshotInfo> kept;
    std::uint64_t freedBytes = 0;
};

} // namespace entracte
