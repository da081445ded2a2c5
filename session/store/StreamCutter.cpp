#include "session/store/StreamCutter.h"

#include <array>

namespace entracte {

namespace {

constexpr std::size_t kLeast = 8 * 1024; // bytes of a piece
constexpr std::size_t kMost = kMaxChunkContent;
// One byte in 32 Ki ends a piece: the hash's upper bits, which the last 64 bytes decide.
constexpr std::uint64_t kMask = 0x7fffull << 49;

// Any fixed numbers will do (splitmix64).
constexpr std::array<std::uint64_t, 256> makeGear() {
    std::array<std::uint64_t, 256> gear{};
    std::uint64_t state = 0x656e747261637465;
    for (std::uint64_t& value : gear) {
        std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        value = mixed ^ (mixed >> 31);
    }
    return gear;
}
constexpr auto kGear = makeGear();

} // namespace

StreamCutter::StreamCutter(SnapshotChunks& chunks, std::shared_ptr<const VaultKeys> keys)
    : m_chunks(chunks), m_crew(WorkCrew::usualSize()) {
    for (std::size_t i = 0; i < m_crew.size(); ++i)
        m_codecs.push_back(std::make_unique<ChunkCodec>(keys));
}

Status StreamCutter::write(std::span<const std::byte> bytes) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        m_hash = (m_hash << 1) + kGear[static_cast<std::uint8_t>(bytes[at])];
        const std::size_t size = m_piece.size() + at + 1 - start;
        if (size < kLeast || (size < kMost && (m_hash & kMask) != 0))
            continue;
        m_piece.insert(m_piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(start),
                       bytes.begin() + static_cast<std::ptrdiff_t>(at + 1));
        start = at + 1;
        ENTRACTE_TRY(cut());
    }
    m_piece.insert(m_piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(start), bytes.end());
    return {};
}

Status StreamCutter::cut() {
    const std::uint32_t number = m_chunks.reserve();
    m_recipe.chunks.push_back(number);
    m_recipe.bytes += m_piece.size();
    m_hash = 0;
    auto piece = std::make_shared<const ByteBuffer>(std::exchange(m_piece, {}));
    return m_crew.submit([this, number, piece](std::size_t worker) -> Status {
        ENTRACTE_ASSIGN(chunk, m_codecs[worker]->encode(ChunkKind::Stream, *piece, {}));
        return m_chunks.fill(number, chunk);
    });
}

Result<StreamRecipe> StreamCutter::finish() {
    if (!m_piece.empty())
        ENTRACTE_TRY(cut());
    ENTRACTE_TRY(m_crew.finish());
    return std::move(m_recipe);
}

Result<std::span<const std::byte>> StreamJoiner::read() {
    if (m_next == m_recipe.chunks.size())
        return std::span<const std::byte>();
    ENTRACTE_ASSIGN(content, m_loader.load(m_recipe.chunks[m_next++]));
    m_bytes += content.size();
    return content;
}

Status StreamJoiner::finish() {
    for (;;) {
        ENTRACTE_ASSIGN(bytes, read());
        if (bytes.empty())
            break;
    }
    if (m_bytes != m_recipe.bytes)
        return fail(Error(ErrorCode::SnapshotDamaged,
                          "The snapshot is damaged: its manifest is not as it was written.")
                        .withDetail("a stream has another length than its chunks"));
    return {};
}

} // namespace entracte
