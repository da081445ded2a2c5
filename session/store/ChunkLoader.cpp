#include "session/store/ChunkLoader.h"

#include <algorithm>

namespace entracte {

Error inPack(const ChunkRow& chunk, const Error& problem) {
    if (problem.code() != ErrorCode::SnapshotDamaged)
        return problem;
    return damagedPack(chunk.pack, problem.detail());
}

Result<ByteView> ChunkLoader::load(std::uint32_t number) {
    auto kept = std::ranges::find(m_kept, number, &Kept::number);
    if (kept == m_kept.end()) {
        kept = std::ranges::min_element(m_kept, {}, &Kept::used);
        kept->number = UINT32_MAX; // until it is there
        const ChunkRow& chunk = m_chunks.at(number);
        ENTRACTE_ASSIGN(record, m_shelf.read(chunk));
        if (auto decoded = m_codec.decode(record.header, record.body, kept->content); !decoded)
            return fail(inPack(chunk, decoded.error()));
        kept->number = number;
    }
    kept->used = ++m_clock;
    return ByteView(kept->content);
}

} // namespace entracte
