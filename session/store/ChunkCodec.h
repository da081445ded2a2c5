#pragma once

// A chunk between its contents and its record in a pack: compressed, addressed, sealed, and back.
// Not for two threads at once: each has its own.

#include "session/store/PackFormat.h"

#include <zstd.h>

#include <memory>

namespace entracte {

struct EncodedChunk {
    RecordHeader header;
    ByteBuffer body; // as stored: sealed when the vault is
};

class ChunkCodec {
public:
    explicit ChunkCodec(std::shared_ptr<const VaultKeys> keys);

    // `prints`: one fingerprint for each page (ChunkKind::Pages), else none.
    Result<EncodedChunk> encode(ChunkKind kind, ByteView content,
                                std::span<const std::uint64_t> prints);
    // Whether the record is what its address says. SnapshotDamaged (without the pack's name).
    Status verify(const RecordHeader& header, ByteView body) const;
    // Verifies, then uncompresses into `content`.
    Status decode(const RecordHeader& header, ByteView body, ByteBuffer& content);
    Result<std::vector<std::uint64_t>> printsOf(const RecordHeader& header, ByteView body) const;
    const VaultKeys& keys() const { return *m_keys; }

private:
    // The body before it was sealed, verified; `kept` owns it when it had to be opened.
    Result<ByteView> opened(const RecordHeader& header, ByteView body, ByteBuffer& kept) const;

    std::shared_ptr<const VaultKeys> m_keys;
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> m_compress;
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> m_uncompress;
};

} // namespace entracte
