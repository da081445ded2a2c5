#pragma once

// Brings chunks from a repository: of each pack only the stretches that are needed, several packs
// at a time, into a file without a name, sealed as they are. A chunk is opened, and compared with
// its id, when it is asked for.

#include "app/repository/Repository.h"
#include "session/base/UniqueFd.h"

namespace entracte::repository {

// Bytes fetched so far, and of how many. An error ends it.
using FetchProgress = std::function<Status(std::uint64_t done, std::uint64_t all)>;

class Fetcher {
public:
    // SnapshotDamaged when one of them is nowhere.
    static Result<std::unique_ptr<Fetcher>> fetch(Repository& repository, const Chunks& chunks,
                                                  const std::vector<ChunkId>& wanted,
                                                  const FetchProgress& progress = {});
    // One of those that were wanted.
    Result<ByteBuffer> open(Sealer& sealer, const ChunkId& id) const;
    std::uint64_t bytes() const { return m_bytes; } // read from the repository

private:
    Fetcher() = default;
    struct Place {
        std::uint64_t offset = 0; // in the file
        std::uint32_t bytes = 0;
        std::uint32_t length = 0;
    };
    UniqueFd m_file;
    std::unordered_map<ChunkId, Place, IdHash> m_places;
    std::uint64_t m_bytes = 0;
};

// The ids of a snapshot's chunks, in order.
Result<std::vector<ChunkId>> recipeOf(Sealer& sealer, const Fetcher& fetched,
                                      const Manifest& manifest);

// The snapshot's stream, `take`n piece by piece. Every byte is what was pushed, or it ends with
// SnapshotDamaged.
Status pull(Repository& repository, const Manifest& manifest,
            const std::function<Status(ByteView)>& take, const FetchProgress& progress = {});

} // namespace entracte::repository
