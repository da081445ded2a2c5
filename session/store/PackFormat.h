#pragma once

// What a pack file is made of, as bytes: a header, then records one after the other, each a header
// and a body. Everything is little-endian. Pure functions; the readers take any bytes.
//
//   body, before it is sealed:  fingerprints (8 bytes for each page, chunks of pages only), then
//   one
//                               zstd frame that holds `contentBytes`
//   body, sealed:               nonce (24), ciphertext, tag (16); the record's header is its
//   context

#include "session/base/Result.h"
#include "session/store/Bytes.h"
#include "session/store/VaultKeys.h"

#include <cstdint>
#include <string>

namespace entracte {

inline constexpr std::uint32_t kPackVersion = 1;
inline constexpr std::size_t kPackHeaderSize = 48;
inline constexpr std::size_t kRecordHeaderSize = 64;
inline constexpr std::size_t kPageSize = 4096;    // of CRIU's pages-*.img
inline constexpr std::size_t kMaxChunkPages = 32; // 128 KiB
inline constexpr std::size_t kMaxChunkContent = kMaxChunkPages * kPageSize;
inline constexpr std::size_t kMaxManifestContent = 128ull << 20;

enum class ChunkKind : std::uint8_t { Pages = 1, Stream = 2, Manifest = 3, File = 4 };

struct PackHeader {
    std::uint64_t id = 0;
    VaultId vault = kClearVault;
};

struct RecordHeader {
    ChunkKind kind = ChunkKind::Stream;
    bool sealed = false;
    std::uint16_t pages = 0;        // fingerprints in front of the frame
    std::uint32_t bodyBytes = 0;    // on disk, after this header
    std::uint32_t contentBytes = 0; // uncompressed
    Address address{};
};

ByteBuffer formatPackHeader(const PackHeader&);
// SnapshotDamaged; HostMismatch for another version's.
Result<PackHeader> parsePackHeader(ByteView bytes);

ByteBuffer formatRecordHeader(const RecordHeader&);
Result<RecordHeader> parseRecordHeader(ByteView bytes);

// "0123456789abcdef.pack"
std::string packName(std::uint64_t id);
std::optional<std::uint64_t> packIdOf(const std::string& name);

// "The snapshot is damaged: pack 0123… is not as it was written."
Error damagedPack(std::uint64_t pack, std::string detail);

} // namespace entracte
