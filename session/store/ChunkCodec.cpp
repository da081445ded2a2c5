#include "session/store/ChunkCodec.h"

#include <algorithm>

namespace entracte {

namespace {

constexpr int kLevel = 1; // memory pages: higher levels cost much time for few bytes
constexpr std::size_t kPrintSize = sizeof(std::uint64_t);

tl::unexpected<Error> damaged(std::string detail) {
    return fail(Error(ErrorCode::SnapshotDamaged, "A chunk is not as it was written.")
                    .withDetail(std::move(detail)));
}

tl::unexpected<Error> noMemory() {
    return fail(ErrorCode::NoSpace, "There is not enough memory to work on the snapshot.");
}

// What is hashed and sealed with the body: what the header says of the contents.
ByteBuffer describing(const RecordHeader& header) {
    ByteWriter out;
    out.fixed(static_cast<std::uint8_t>(header.kind));
    out.fixed(header.pages);
    out.fixed(header.contentBytes);
    return out.take();
}

} // namespace

ChunkCodec::ChunkCodec(std::shared_ptr<const VaultKeys> keys)
    : m_keys(std::move(keys)), m_compress(ZSTD_createCCtx(), ZSTD_freeCCtx),
      m_uncompress(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (m_compress)
        ZSTD_CCtx_setParameter(m_compress.get(), ZSTD_c_compressionLevel, kLevel);
}

Result<EncodedChunk> ChunkCodec::encode(ChunkKind kind, ByteView content,
                                        std::span<const std::uint64_t> prints) {
    if (!m_compress)
        return noMemory();
    EncodedChunk chunk;
    chunk.header.kind = kind;
    chunk.header.pages = static_cast<std::uint16_t>(prints.size());
    chunk.header.contentBytes = static_cast<std::uint32_t>(content.size());
    chunk.header.sealed = m_keys->sealed();
    const std::size_t front = prints.size() * kPrintSize;
    chunk.body.resize(front + ZSTD_compressBound(content.size()));
    std::ranges::copy(std::as_bytes(prints), chunk.body.begin());
    const std::size_t size =
        ZSTD_compress2(m_compress.get(), chunk.body.data() + front, chunk.body.size() - front,
                       content.data(), content.size());
    if (ZSTD_isError(size))
        return fail(ErrorCode::Internal, "The snapshot could not be compressed.",
                    ZSTD_getErrorName(size));
    chunk.body.resize(front + size);
    const ByteBuffer head = describing(chunk.header);
    chunk.header.address = m_keys->addressOf(head, chunk.body);
    if (chunk.header.sealed)
        chunk.body = m_keys->seal(chunk.body, head);
    chunk.header.bodyBytes = static_cast<std::uint32_t>(chunk.body.size());
    return chunk;
}

Result<ByteView> ChunkCodec::opened(const RecordHeader& header, ByteView body,
                                    ByteBuffer& kept) const {
    if (body.size() != header.bodyBytes || header.sealed != m_keys->sealed())
        return damaged("a record has another size or is sealed otherwise");
    const ByteBuffer head = describing(header);
    ByteView plain = body;
    if (header.sealed) {
        auto unsealed = m_keys->unseal(body, head);
        if (!unsealed)
            return damaged("a sealed record was altered");
        kept = std::move(*unsealed);
        plain = kept;
    }
    if (m_keys->addressOf(head, plain) != header.address)
        return damaged("the hash of a record differs");
    if (plain.size() < header.pages * kPrintSize)
        return damaged("a record is shorter than what it must hold");
    return plain;
}

Status ChunkCodec::verify(const RecordHeader& header, ByteView body) const {
    ByteBuffer kept;
    ENTRACTE_TRY(opened(header, body, kept));
    return {};
}

Status ChunkCodec::decode(const RecordHeader& header, ByteView body, ByteBuffer& content) {
    if (!m_uncompress)
        return noMemory();
    ByteBuffer kept;
    ENTRACTE_ASSIGN(plain, opened(header, body, kept));
    const ByteView frame = plain.subspan(header.pages * kPrintSize);
    // Believed only within the limit that every header is held to.
    content.resize(header.contentBytes);
    const std::size_t size = ZSTD_decompressDCtx(m_uncompress.get(), content.data(), content.size(),
                                                 frame.data(), frame.size());
    if (ZSTD_isError(size))
        return damaged(ZSTD_getErrorName(size));
    if (size != header.contentBytes)
        return damaged("a record holds less than it says");
    return {};
}

Result<std::vector<std::uint64_t>> ChunkCodec::printsOf(const RecordHeader& header,
                                                        ByteView body) const {
    ByteBuffer kept;
    ENTRACTE_ASSIGN(plain, opened(header, body, kept));
    std::vector<std::uint64_t> prints(header.pages);
    std::ranges::copy(plain.first(header.pages * kPrintSize),
                      std::as_writable_bytes(std::span(prints)).begin());
    return prints;
}

} // namespace entracte
