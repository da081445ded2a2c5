#pragma once

// Cuts a stream of bytes where its contents say (a rolling hash over the last bytes), so that what
// stayed the same is cut the same way even when something before it became longer or shorter; the
// pieces are compressed by a crew.

#include "session/store/ChunkLoader.h"
#include "session/store/Recipe.h"
#include "session/store/SnapshotChunks.h"
#include "session/store/TreeArchiver.h"
#include "session/store/TreeExtractor.h"
#include "session/store/WorkCrew.h"

namespace entracte {

class StreamCutter final : public ByteSink {
public:
    StreamCutter(SnapshotChunks& chunks, std::shared_ptr<const VaultKeys> keys);

    Status write(std::span<const std::byte> bytes) override;
    Result<StreamRecipe> finish();

private:
    Status cut();

    SnapshotChunks& m_chunks;
    std::vector<std::unique_ptr<ChunkCodec>> m_codecs; // one for each worker
    ByteBuffer m_piece;
    std::uint64_t m_hash = 0;
    StreamRecipe m_recipe;
    WorkCrew m_crew; // last: ends before what it works with
};

// The stream again.
class StreamJoiner final : public ByteSource {
public:
    StreamJoiner(ChunkLoader& loader, const StreamRecipe& recipe)
        : m_loader(loader), m_recipe(recipe) {}
    Result<std::span<const std::byte>> read() override;
    Status finish(); // reads what is left, and compares the length

private:
    ChunkLoader& m_loader;
    const StreamRecipe& m_recipe;
    std::size_t m_next = 0;
    std::uint64_t m_bytes = 0;
};

} // namespace entracte
