#pragma once

// What the two command lines of a move say to each other over the person's ssh (docs/moving.md).
//
// The receiving one begins with kMoveMagic; what a login shell says before is skipped. From then on
// both send frames: one byte of kind, four of length (little endian), the payload. Each side
// believes nothing: lengths are limited, numbers checked, contents compared with their hashes.

#include "session/base/Result.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entracte::cli {

inline constexpr int kMoveProtocol = 2;
inline constexpr std::string_view kMoveMagic = "\nENTRACTE-MOVE-BEGINS\n";
inline constexpr std::size_t kMaxNoise = 64 * 1024;    // bytes before the magic
inline constexpr std::uint32_t kMaxFrame = 16u << 20;  // bytes of a payload
inline constexpr std::size_t kMaxChunk = 64 * 1024;    // bytes
inline constexpr std::size_t kMaxBatch = 4096;         // chunks of a recipe
inline constexpr std::size_t kMaxDataBytes = 8u << 20; // of one Data frame, unpacked

// > from the machine that gives, < from the one that takes. JSON but for Recipe, Wanted and Data.
enum class FrameKind : std::uint8_t {
    Alive = 0, // <> nothing; so that silence means a cut link
    Failed,    // <> what went wrong, instead of an answer
    Hello,     // <  protocol, version, user, uid, host, facts, state
    Offer,     // >  which move of which session, what it needs
    Answer,    // <  what is missing
    Round,     // >  an exported snapshot follows
    Files,     // >  files of the host that are in it: perhaps the other side has the same
    Recipe,    // >  the next chunks, by hash; some are asked about
    Wanted,    // <  a bit for each that was asked about
    Data,      // >  those that are wanted, one after the other, compressed
    RoundEnd,  // >  how much it was
    Arrived,   // <  imported
    Go,        // >  it is yours: resume it
    Runs,      // <  done; with "storing": Stored follows
    Ask,       // >  what became of that move?
    Fate,      // <
    Drop,      // >  it shall not arrive
    Dropped,   // <
    Stored,    // <  what came last is a snapshot there, or why not; to who said "hears_stored"
};

struct Frame {
    FrameKind kind = FrameKind::Alive;
    std::string payload;
};

// BLAKE2b, 128 bits: names a chunk within one move. The whole is verified again by the import.
struct ChunkHash {
    std::array<std::byte, 16> bytes{};
    bool operator==(const ChunkHash&) const = default;
};
struct ChunkHashHasher {
    std::size_t operator()(const ChunkHash& hash) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, hash.bytes.data(), sizeof value);
        return value;
    }
};
ChunkHash hashChunk(std::span<const std::byte> bytes);

struct RecipeEntry {
    ChunkHash hash;
    std::uint32_t bytes = 0; // 1..kMaxChunk
    bool asked = false;
};
std::string formatRecipe(std::span<const RecipeEntry> entries);
Result<std::vector<RecipeEntry>> parseRecipe(std::string_view payload);

std::string formatBits(const std::vector<bool>& bits);
Result<std::vector<bool>> parseBits(std::string_view payload, std::size_t count);

std::string compress(std::string_view bytes);
// Exactly that many bytes, or an error.
Result<std::string> decompress(std::string_view packed, std::size_t bytes);

nlohmann::json errorToJson(const Error& error);
// Of the other side: its words are made printable.
Error errorFromJson(const std::string& payload);
// An object, or an error.
Result<nlohmann::json> parseObject(const std::string& payload);
// The text there, made printable and not longer; empty when there is none.
std::string textIn(const nlohmann::json& object, const char* key, std::size_t limit);

// What the other side said makes no sense.
tl::unexpected<Error> badProtocol(std::string detail);

} // namespace entracte::cli
