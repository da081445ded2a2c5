#include "app/cli/move/MoveProtocol.h"

#include "session/base/Printable.h"

#include <sodium.h>
#include <zstd.h>

namespace entracte::cli {

namespace {

constexpr int kLevel = 1; // a link is rarely faster than this
constexpr std::uint32_t kAsked = 1u << 31;
constexpr std::size_t kEntry = 20; // bytes

void putNumber(std::string& to, std::uint32_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        to += static_cast<char>(number >> shift & 0xff);
}

std::uint32_t numberAt(std::string_view from, std::size_t at) {
    std::uint32_t number = 0;
    for (unsigned i = 0; i < 4; ++i)
        number |= static_cast<std::uint32_t>(static_cast<unsigned char>(from[at + i])) << (8 * i);
    return number;
}

} // namespace

ChunkHash hashChunk(std::span<const std::byte> bytes) {
    ChunkHash hash;
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.bytes.data()), hash.bytes.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    return hash;
}

std::string formatRecipe(std::span<const RecipeEntry> entries) {
    std::string payload;
    payload.reserve(entries.size() * kEntry);
    for (const RecipeEntry& entry : entries) {
        payload.append(reinterpret_cast<const char*>(entry.hash.bytes.data()),
                       entry.hash.bytes.size());
        putNumber(payload, entry.bytes | (entry.asked ? kAsked : 0));
    }
    return payload;
}

Result<std::vector<RecipeEntry>> parseRecipe(std::string_view payload) {
    if (payload.empty() || payload.size() % kEntry != 0 || payload.size() / kEntry > kMaxBatch)
        return badProtocol("a recipe of " + std::to_string(payload.size()) + " bytes");
    std::vector<RecipeEntry> entries(payload.size() / kEntry);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string_view text = payload.substr(i * kEntry, kEntry);
        std::memcpy(entries[i].hash.bytes.data(), text.data(), entries[i].hash.bytes.size());
        const std::uint32_t number = numberAt(text, 16);
        entries[i].asked = (number & kAsked) != 0;
        entries[i].bytes = number & ~kAsked;
        if (entries[i].bytes == 0 || entries[i].bytes > kMaxChunk)
            return badProtocol("a chunk of " + std::to_string(entries[i].bytes) + " bytes");
    }
    return entries;
}

std::string formatBits(const std::vector<bool>& bits) {
    std::string payload((bits.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (bits[i])
            payload[i / 8] =
                static_cast<char>(static_cast<unsigned char>(payload[i / 8]) | (1u << (i % 8)));
    return payload;
}

Result<std::vector<bool>> parseBits(std::string_view payload, std::size_t count) {
    if (payload.size() != (count + 7) / 8)
        return badProtocol("an answer of " + std::to_string(payload.size()) + " bytes");
    std::vector<bool> bits(count);
    for (std::size_t i = 0; i < count; ++i)
        bits[i] = (static_cast<unsigned char>(payload[i / 8]) >> (i % 8) & 1u) != 0;
    return bits;
}

std::string compress(std::string_view bytes) {
    std::string packed(ZSTD_compressBound(bytes.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), kLevel));
    return packed;
}

Result<std::string> decompress(std::string_view packed, std::size_t bytes) {
    std::string plain(bytes, '\0');
    const std::size_t got =
        ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
    if (ZSTD_isError(got) != 0 || got != bytes)
        return badProtocol("data that cannot be unpacked");
    return plain;
}

nlohmann::json errorToJson(const Error& error) {
    return {{"code", errorInfo(error.code()).name},
            {"sentence", error.sentence()},
            {"hint", error.hint()}};
}

Error errorFromJson(const std::string& payload) {
    const auto object = parseObject(payload);
    if (!object)
        return object.error();
    const auto sentence = textIn(*object, "sentence", 2000);
    return {errorCodeFromName(textIn(*object, "code", 40)),
            sentence.empty() ? "The other machine gave up without a reason." : sentence,
            {},
            textIn(*object, "hint", 2000)};
}

Result<nlohmann::json> parseObject(const std::string& payload) {
    auto object = nlohmann::json::parse(payload, nullptr, false);
    if (!object.is_object())
        return badProtocol("a frame that is no object");
    return object;
}

std::string textIn(const nlohmann::json& object, const char* key, std::size_t limit) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? printable(found->get<std::string>(), limit)
                                                       : std::string();
}

tl::unexpected<Error> badProtocol(std::string detail) {
    return fail(ErrorCode::System,
                "The other machine's Entracte said something senseless (" + detail + ").", {},
                "The same version is needed on both.");
}

} // namespace entracte::cli
