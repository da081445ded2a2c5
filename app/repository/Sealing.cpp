#include "app/repository/Sealing.h"

#include <algorithm>

namespace entracte::repository {

namespace {

constexpr int kLevel = 3; // links are slower than this
constexpr std::size_t kMagic = 8;

std::string_view magicOf(ObjectKind kind) {
    switch (kind) {
    case ObjectKind::Index:
        return "ENTRRIDX";
    case ObjectKind::Manifest:
        return "ENTRRMAN";
    case ObjectKind::Mark:
        return "ENTRRMRK";
    case ObjectKind::Lease:
        break;
    }
    return "ENTRRLEA";
}

ByteBuffer headOf(std::string_view magic) {
    ByteWriter out;
    out.raw(std::as_bytes(std::span(magic)));
    out.fixed(kFormatVersion);
    return out.take();
}

ByteBuffer chunkContext(const ChunkId& id, std::uint32_t length) {
    ByteWriter out;
    out.raw(std::as_bytes(std::span(std::string_view("chunk"))));
    out.raw(id);
    out.fixed(length);
    return out.take();
}

} // namespace

Error damagedRepository(std::string detail) {
    return {ErrorCode::SnapshotDamaged,
            "The repository is damaged: something in it is not as it was written.",
            std::move(detail), "\"entracte remote check\" tells what it concerns."};
}

ByteBuffer packHead() {
    return headOf("ENTRPACK");
}

Sealer::Sealer(Keys keys)
    : m_keys(std::move(keys)), m_compress(ZSTD_createCCtx(), ZSTD_freeCCtx),
      m_uncompress(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (m_compress)
        ZSTD_CCtx_setParameter(m_compress.get(), ZSTD_c_compressionLevel, kLevel);
}

ChunkId Sealer::idOf(ByteView content) const {
    constexpr std::string_view kPurpose = "chunk";
    return m_keys->addressOf(std::as_bytes(std::span(kPurpose)), content);
}

Result<ByteBuffer> Sealer::seal(ByteView content, ByteView context) {
    if (!m_compress)
        return fail(ErrorCode::NoSpace, "There is not enough memory to compress.");
    ByteBuffer packed(ZSTD_compressBound(content.size()));
    const std::size_t size = ZSTD_compress2(m_compress.get(), packed.data(), packed.size(),
                                            content.data(), content.size());
    if (ZSTD_isError(size))
        return fail(ErrorCode::Internal, "The snapshot could not be compressed.",
                    ZSTD_getErrorName(size));
    return m_keys->seal(ByteView(packed).first(size), context);
}

Result<ByteBuffer> Sealer::open(ByteView sealed, ByteView context, std::uint64_t length) {
    const auto packed = m_keys->unseal(sealed, context);
    if (!packed)
        return fail(damagedRepository("something was altered, or sealed for another purpose"));
    if (!m_uncompress)
        return fail(ErrorCode::NoSpace, "There is not enough memory to uncompress.");
    ByteBuffer content(length);
    const std::size_t size = ZSTD_decompressDCtx(m_uncompress.get(), content.data(), content.size(),
                                                 packed->data(), packed->size());
    if (ZSTD_isError(size) || size != length)
        return fail(damagedRepository("something has another length than it says"));
    return content;
}

Result<ByteBuffer> Sealer::sealChunk(const ChunkId& id, ByteView content) {
    return seal(content, chunkContext(id, static_cast<std::uint32_t>(content.size())));
}

Result<ByteBuffer> Sealer::openChunk(const ChunkId& id, std::uint32_t length, ByteView record) {
    if (length > kMaxChunk)
        return fail(damagedRepository("a chunk is larger than any that we write"));
    ENTRACTE_ASSIGN(content, open(record, chunkContext(id, length), length));
    if (idOf(content) != id)
        return fail(damagedRepository("a chunk is another than its name says"));
    return std::move(content);
}

Result<ByteBuffer> Sealer::sealObject(ObjectKind kind, ByteView content) {
    if (content.size() > kMaxObject)
        return fail(ErrorCode::NoSpace, "The snapshot is too large for a repository.");
    ByteWriter context;
    context.raw(headOf(magicOf(kind)));
    context.fixed(static_cast<std::uint32_t>(content.size()));
    ENTRACTE_ASSIGN(sealed, seal(content, context.bytes()));
    ByteBuffer file = context.take();
    file.insert(file.end(), sealed.begin(), sealed.end());
    return file;
}

Result<ByteBuffer> Sealer::openObject(ObjectKind kind, ByteView file) {
    ByteReader in(file);
    const auto magic = in.raw(kMagic);
    const auto version = in.fixed<std::uint32_t>();
    const auto length = in.fixed<std::uint32_t>();
    if (!length || !std::ranges::equal(*magic, std::as_bytes(std::span(magicOf(kind)))))
        return fail(damagedRepository("a file is of another kind"));
    if (*version != kFormatVersion)
        return fail(ErrorCode::HostMismatch, "The repository was written by a newer Entracte.", {},
                    "Update Entracte on this computer.");
    if (*length > kMaxObject)
        return fail(damagedRepository("a file would become larger than any that we write"));
    const std::size_t head = file.size() - in.left();
    return open(file.subspan(head), file.first(head), *length);
}

} // namespace entracte::repository
