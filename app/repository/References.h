#pragma once

// What the snapshots of a repository need: the common half of check and prune.

#include "app/repository/Fetcher.h"

#include <unordered_set>

namespace entracte::repository {

struct Survey {
    Read<Manifest> manifests;
    Read<Index> indexes;
    Read<Mark> marks;
    Repository::Packs packs;
};
// Manifests first: what a snapshot needs was written before it, and so is seen after it.
Result<Survey> survey(Repository& repository);

using ChunkSet = std::unordered_set<ChunkId, IdHash>;

struct Needs {
    ChunkSet chunks;
    std::vector<std::pair<ObjectName, Error>> broken; // snapshots that cannot be had whole, and why
};
// Of the snapshots that `considered` has.
Result<Needs> needsOf(Repository& repository, const Chunks& chunks,
                      const std::vector<std::pair<ObjectName, Manifest>>& considered);

} // namespace entracte::repository
