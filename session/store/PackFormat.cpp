#include "session/store/PackFormat.h"

#include <fmt/format.h>
#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace entracte {

namespace {

constexpr char kPackMagic[] = "ENTRPACK";
constexpr std::uint32_t kRecordMagic = 0x4b484345; // "ECHK"
constexpr std::size_t kCheckSize = 16;
constexpr const char* kSuffix = ".pack";

// Shows damage; the record's address shows more.
void addCheck(ByteWriter& out) {
    std::array<std::byte, kCheckSize> check;
    ::crypto_generichash(reinterpret_cast<unsigned char*>(check.data()), check.size(),
                         reinterpret_cast<const unsigned char*>(out.bytes().data()),
                         out.bytes().size(), nullptr, 0);
    out.raw(check);
}

bool checks(ByteView bytes) {
    ByteWriter again;
    again.raw(bytes.first(bytes.size() - kCheckSize));
    addCheck(again);
    return std::ranges::equal(again.bytes(), bytes);
}

tl::unexpected<Error> damaged(const char* detail) {
    return fail(
        Error(ErrorCode::SnapshotDamaged, "A pack is not as it was written.").withDetail(detail));
}

} // namespace

ByteBuffer formatPackHeader(const PackHeader& header) {
    ByteWriter out;
    out.raw(std::as_bytes(std::span(kPackMagic, 8)));
    out.fixed(kPackVersion);
    out.fixed(header.vault);
    out.fixed(header.id);
    out.fixed(std::uint64_t{0}); // room for what is to come
    addCheck(out);
    return out.take();
}

Result<PackHeader> parsePackHeader(ByteView bytes) {
    if (bytes.size() != kPackHeaderSize || std::memcmp(bytes.data(), kPackMagic, 8) != 0)
        return damaged("it does not begin as a pack does");
    if (!checks(bytes))
        return damaged("the hash of its header differs");
    ByteReader in(bytes.subspan(8));
    PackHeader header;
    const auto version = *in.fixed<std::uint32_t>();
    header.vault = *in.fixed<std::uint32_t>();
    header.id = *in.fixed<std::uint64_t>();
    if (version != kPackVersion)
        return fail(ErrorCode::HostMismatch,
                    fmt::format("The pack {} was written by another Entracte (format {}; this one "
                                "reads format {}).",
                                packName(header.id), version, kPackVersion));
    if (*in.fixed<std::uint64_t>() != 0)
        return damaged("its header holds what it should not");
    return header;
}

ByteBuffer formatRecordHeader(const RecordHeader& header) {
    ByteWriter out;
    out.fixed(kRecordMagic);
    out.fixed(static_cast<std::uint8_t>(header.kind));
    out.fixed(static_cast<std::uint8_t>(header.sealed));
    out.fixed(header.pages);
    out.fixed(header.bodyBytes);
    out.fixed(header.contentBytes);
    out.raw(header.address);
    addCheck(out);
    return out.take();
}

Result<RecordHeader> parseRecordHeader(ByteView bytes) {
    if (bytes.size() != kRecordHeaderSize || !checks(bytes))
        return damaged("the hash of a record's header differs");
    ByteReader in(bytes);
    if (*in.fixed<std::uint32_t>() != kRecordMagic)
        return damaged("a record does not begin as one does");
    RecordHeader header;
    const auto kind = *in.fixed<std::uint8_t>();
    const auto sealed = *in.fixed<std::uint8_t>();
    header.kind = static_cast<ChunkKind>(kind);
    header.sealed = sealed == 1;
    header.pages = *in.fixed<std::uint16_t>();
    header.bodyBytes = *in.fixed<std::uint32_t>();
    header.contentBytes = *in.fixed<std::uint32_t>();
    std::ranges::copy(*in.raw(header.address.size()), header.address.begin());
    if (kind < 1 || kind > 4 || sealed > 1)
        return damaged("a record is of no kind that there is");
    const bool pages = header.kind == ChunkKind::Pages;
    if (header.pages > kMaxChunkPages || pages != (header.pages > 0) ||
        (pages && header.contentBytes != header.pages * kPageSize))
        return damaged("a record tells of other pages than it has");
    const bool list = header.kind == ChunkKind::Manifest || header.kind == ChunkKind::File;
    const std::size_t most = list ? kMaxManifestContent : kMaxChunkContent;
    if (header.contentBytes > most ||
        header.bodyBytes > ZSTD_COMPRESSBOUND(most) + 8 * kMaxChunkPages + VaultKeys::kSealOverhead)
        return damaged("a record is larger than any that is written");
    return header;
}

std::string packName(std::uint64_t id) {
    return fmt::format("{:016x}{}", id, kSuffix);
}

std::optional<std::uint64_t> packIdOf(const std::string& name) {
    std::uint64_t id = 0;
    if (name.size() != 16 + 5 || !name.ends_with(kSuffix))
        return std::nullopt;
    for (std::size_t i = 0; i < 16; ++i) {
        const char digit = name[i];
        if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f')))
            return std::nullopt;
        id = id << 4 | static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return id;
}

Error damagedPack(std::uint64_t pack, std::string detail) {
    return Error(ErrorCode::SnapshotDamaged, "The snapshot is damaged: the pack " + packName(pack) +
                                                 " is not as it was written.")
        .withDetail(packName(pack) + ": " + std::move(detail))
        .withHint("Nothing was changed. Resume from another snapshot of this session.");
}

} // namespace entracte
