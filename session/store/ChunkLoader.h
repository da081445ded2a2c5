#pragma once

// Contents of stored chunks by their number in a list, verified and uncompressed; the last few stay
// at hand, since pages of one chunk are asked for one after the other. Each thread has its own.

#include "session/store/ChunkCodec.h"
#include "session/store/PackShelf.h"

#include <array>

namespace entracte {

class ChunkLoader {
public:
    ChunkLoader(const PackShelf& shelf, std::shared_ptr<const VaultKeys> keys,
                const std::vector<ChunkRow>& chunks)
        : m_shelf(shelf), m_codec(std::move(keys)), m_chunks(chunks) {}

    // Valid until the next call.
    Result<ByteView> load(std::uint32_t number);

private:
    struct Kept {
        std::uint32_t number = UINT32_MAX;
        std::uint64_t used = 0;
        ByteBuffer content;
    };
    const PackShelf& m_shelf;
    ChunkCodec m_codec;
    const std::vector<ChunkRow>& m_chunks;
    std::array<Kept, 16> m_kept;
    std::uint64_t m_clock = 0;
};

// SnapshotDamaged that names the pack, for what the codec found in a record of it.
Error inPack(const ChunkRow& chunk, const Error& problem);

} // namespace entracte
