#pragma once

// What a repository's files are called (docs/repository-format.md). A file's name is the
// BLAKE2b-256 of its bytes, so that nothing is ever overwritten by something else, several machines
// may write at once, and whoever reads a file knows whether it is whole. A chunk's id is another
// thing: the keyed hash of what it says, known to those with the repository's key only.

#include "session/store/Bytes.h"
#include "session/store/VaultKeys.h"

#include <optional>
#include <string>
#include <string_view>

namespace entracte::repository {

using ChunkId = Address;

struct ObjectName {
    std::array<std::byte, 32> hash{};
    auto operator<=>(const ObjectName&) const = default;
};

enum class Kind : std::uint8_t { Pack, Index, Manifest, Mark };

inline constexpr const char* kKeyFile = "key";
inline constexpr const char* kLeasesFolder = "leases";

std::string hex(ByteView bytes);
// Exactly `bytes.size()` bytes, in small letters.
bool unhex(std::string_view text, std::span<std::byte> bytes);

const char* folderOf(Kind kind);
std::string pathOf(Kind kind, const ObjectName& name);
// Nothing when it is no path that pathOf gives.
std::optional<ObjectName> nameIn(Kind kind, std::string_view path);
ObjectName nameOf(ByteView bytes);

// A path in a repository that one may ask a place for: letters, digits, "-", "_" and "." in steps
// that do not begin with two dots.
bool isSafePath(std::string_view path);

} // namespace entracte::repository
