#include "session/store/Essentials.h"

#include "session/store/Directories.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

namespace entracte {

namespace {

constexpr char kMagic[] = "ENTRESSE";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kCheckSize = 32;
constexpr std::size_t kMaxFile = 64ull << 20; // bytes
constexpr std::size_t kMaxKey = 4096;
constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxInfo = 4ull << 20;

std::array<std::byte, kCheckSize> checkOf(ByteView bytes) {
    std::array<std::byte, kCheckSize> check;
    ::crypto_generichash(reinterpret_cast<unsigned char*>(check.data()), check.size(),
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                         nullptr, 0);
    return check;
}

tl::unexpected<Error> damaged(const char* detail) {
    return fail(Error(ErrorCode::SnapshotDamaged,
                      "The keys that are kept beside the store's catalog are damaged.")
                    .withDetail(detail));
}

void writeBlob(ByteWriter& out, ByteView bytes) {
    out.number(bytes.size());
    out.raw(bytes);
}

std::optional<ByteBuffer> readBlob(ByteReader& in, std::size_t limit) {
    const auto size = in.number(limit);
    const auto bytes = size ? in.raw(*size) : std::nullopt;
    return bytes ? std::optional(ByteBuffer(bytes->begin(), bytes->end())) : std::nullopt;
}

// As many as are said to follow, each at least a byte long.
template <typename Read>
bool readEach(ByteReader& in, Read read) {
    const auto count = in.number(in.left());
    for (std::uint64_t i = 0; count && i < *count; ++i)
        if (!read())
            return false;
    return count.has_value();
}

bool readVault(ByteReader& in, VaultRow& vault) {
    const auto id = in.fixed<VaultId>();
    const auto sealed = in.fixed<std::uint8_t>();
    const auto owned = in.fixed<std::uint8_t>();
    const auto owner = in.fixed<std::uint32_t>();
    auto key = readBlob(in, kMaxKey);
    if (!id || !sealed || !owned || !owner || !key || *sealed > 1 || *owned > 1)
        return false;
    vault = {*id, *sealed == 1, std::move(*key), std::nullopt, false};
    if (*owned == 1)
        vault.owner = *owner;
    return true;
}

} // namespace

ByteBuffer formatEssentials(const Essentials& essentials) {
    ByteWriter out;
    out.raw(std::as_bytes(std::span(kMagic, 8)));
    out.fixed(kVersion);
    out.number(essentials.vaults.size());
    for (const VaultRow& vault : essentials.vaults) {
        out.fixed(vault.id);
        out.fixed(static_cast<std::uint8_t>(vault.sealed));
        out.fixed(static_cast<std::uint8_t>(vault.owner.has_value()));
        out.fixed(static_cast<std::uint32_t>(vault.owner.value_or(0)));
        writeBlob(out, vault.key);
    }
    out.number(essentials.sessions.size());
    for (const auto& [session, vault] : essentials.sessions) {
        out.text(session);
        out.fixed(vault);
    }
    out.number(essentials.edited.size());
    for (const EditedSnapshot& edited : essentials.edited) {
        out.text(edited.session);
        out.text(edited.id);
        out.fixed(static_cast<std::uint8_t>(edited.pinned));
        writeBlob(out, edited.info);
    }
    out.number(essentials.removed.size());
    for (const Address& address : essentials.removed)
        out.raw(address);
    const auto check = checkOf(out.bytes());
    out.raw(check);
    return out.take();
}

Result<Essentials> parseEssentials(ByteView bytes) {
    if (bytes.size() < 8 + sizeof kVersion + kCheckSize)
        return damaged("they are too short");
    const ByteView content = bytes.first(bytes.size() - kCheckSize);
    if (!std::ranges::equal(checkOf(content), bytes.last(kCheckSize)))
        return damaged("their hash differs");
    ByteReader in(content);
    if (std::memcmp(in.raw(8)->data(), kMagic, 8) != 0)
        return damaged("they do not begin as such a file does");
    if (const auto version = *in.fixed<std::uint32_t>(); version != kVersion)
        return fail(ErrorCode::HostMismatch,
                    fmt::format("The keys beside the store's catalog were written by another "
                                "Entracte (format {}; this one reads format {}).",
                                version, kVersion),
                    {}, "Nothing was changed. Use the newer Entracte.");
    Essentials essentials;
    const bool whole =
        readEach(in, [&] { return readVault(in, essentials.vaults.emplace_back()); }) &&
        readEach(in,
                 [&] {
                     auto& [session, vault] = essentials.sessions.emplace_back();
                     auto id = in.text(kMaxId);
                     const auto number = in.fixed<VaultId>();
                     session = id.value_or("");
                     vault = number.value_or(kClearVault);
                     return number && parseId(session);
                 }) &&
        readEach(in,
                 [&] {
                     EditedSnapshot& edited = essentials.edited.emplace_back();
                     edited.session = in.text(kMaxId).value_or("");
                     edited.id = in.text(kMaxId).value_or("");
                     const auto pinned = in.fixed<std::uint8_t>();
                     auto info = readBlob(in, kMaxInfo);
                     if (!pinned || !info || !parseId(edited.session) || !parseId(edited.id))
                         return false;
                     edited.pinned = *pinned == 1;
                     edited.info = std::move(*info);
                     return true;
                 }) &&
        readEach(in, [&] {
            Address& address = essentials.removed.emplace_back();
            const auto raw = in.raw(address.size());
            if (raw)
                std::ranges::copy(*raw, address.begin());
            return raw.has_value();
        });
    if (!whole || in.left() != 0)
        return damaged("they are not put together as such a file is");
    return essentials;
}

Result<ByteBuffer> readEssentials(int folder) {
    struct stat info {};
    if (::fstatat(folder, kEssentialsName, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(ErrorCode::NotFound, "There are no keys beside the store's catalog.");
    ENTRACTE_ASSIGN(
        text, readFileAt(folder, kEssentialsName,
                         std::min<std::size_t>(kMaxFile, static_cast<std::size_t>(info.st_size))));
    const ByteView bytes = std::as_bytes(std::span(text));
    return ByteBuffer(bytes.begin(), bytes.end());
}

Status writeEssentials(int folder, ByteView bytes) {
    return writeFileDurably(folder, kEssentialsName,
                            {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace entracte
