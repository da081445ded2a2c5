#pragma once

// Bytes between memory and a repository: compressed, then sealed with the repository's key, and
// back. Opening takes any bytes: what was not sealed with the key, for this purpose, is refused,
// and nothing becomes larger than its limit. Not for two threads at once: each has its own.

#include "app/repository/Names.h"
#include "session/base/Result.h"

#include <zstd.h>

#include <memory>

namespace entracte::repository {

inline constexpr std::uint32_t kMaxChunk = 1 << 20;    // bytes, uncompressed
inline constexpr std::uint64_t kMaxPack = 64 << 20;    // bytes of a file
inline constexpr std::uint64_t kMaxObject = 64 << 20;  // bytes of an index, a manifest, a mark
inline constexpr std::uint64_t kMaxManifest = 4 << 20; // bytes of a manifest's file
inline constexpr std::size_t kPackHead = 12;           // magic and version
inline constexpr std::uint32_t kFormatVersion = 1;

using Keys = std::shared_ptr<const VaultKeys>;

enum class ObjectKind : std::uint8_t { Index, Manifest, Mark, Lease };

class Sealer {
public:
    explicit Sealer(Keys keys);

    ChunkId idOf(ByteView content) const;
    // A record of a pack.
    Result<ByteBuffer> sealChunk(const ChunkId& id, ByteView content);
    // SnapshotDamaged unless it is the chunk of this id and length.
    Result<ByteBuffer> openChunk(const ChunkId& id, std::uint32_t length, ByteView record);

    // A file of its own: magic, version, length of what is in it, sealed.
    Result<ByteBuffer> sealObject(ObjectKind kind, ByteView content);
    // SnapshotDamaged; HostMismatch for a newer version's.
    Result<ByteBuffer> openObject(ObjectKind kind, ByteView file);

    const VaultKeys& keys() const { return *m_keys; }

private:
    Result<ByteBuffer> seal(ByteView content, ByteView context);
    Result<ByteBuffer> open(ByteView sealed, ByteView context, std::uint64_t length);

    Keys m_keys;
    std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> m_compress;
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> m_uncompress;
};

ByteBuffer packHead();

Error damagedRepository(std::string detail);

} // namespace entracte::repository
