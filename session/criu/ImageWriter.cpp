#include "session/criu/ImageWriter.h"

#include <array>
#include <cstring>

namespace entracte {
namespace {

constexpr std::uint32_t kCommonMagic = 0x54564319;

void appendWord(std::string& to, std::uint32_t word) {
    std::array<char, sizeof word> bytes{};
    std::memcpy(bytes.data(), &word, sizeof word);
    to.append(bytes.data(), bytes.size());
}

std::optional<std::uint32_t> takeWord(std::string_view& from) {
    std::uint32_t word = 0;
    if (from.size() < sizeof word)
        return std::nullopt;
    std::memcpy(&word, from.data(), sizeof word);
    from.remove_prefix(sizeof word);
    return word;
}

} // namespace

void ProtobufWriter::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        m_message += static_cast<char>((value & 0x7f) | 0x80);
    m_message += static_cast<char>(value);
}

void ProtobufWriter::number(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3);
    varint(value);
}

void ProtobufWriter::bytes(std::uint32_t field, std::string_view value) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(value.size());
    m_message.append(value);
}

void ProtobufWriter::copy(const ProtobufReader::Field& field) {
    varint(std::uint64_t{field.number} << 3 | field.wireType);
    if (field.wireType == 0)
        varint(field.value);
    else if (field.wireType == 2) {
        varint(field.bytes.size());
        m_message.append(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size());
    } else
        m_message.append(reinterpret_cast<const char*>(&field.value), field.wireType == 1 ? 8 : 4);
}

Result<std::vector<Bytes>> splitImage(std::string_view image, std::uint32_t magic) {
    const auto damaged = [] {
        return fail(ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
                    "an image is not whole", "Resume an older snapshot.");
    };
    if (takeWord(image) != kCommonMagic || takeWord(image) != magic)
        return damaged();
    std::vector<Bytes> entries;
    while (!image.empty()) {
        const auto size = takeWord(image);
        if (!size || *size > image.size())
            return damaged();
        entries.push_back(std::as_bytes(std::span(image.substr(0, *size))));
        image.remove_prefix(*size);
    }
    return entries;
}

std::string beginImage(std::uint32_t magic) {
    std::string image;
    appendWord(image, kCommonMagic);
    appendWord(image, magic);
    return image;
}

void appendEntry(std::string& image, std::string_view message) {
    appendWord(image, static_cast<std::uint32_t>(message.size()));
    image.append(message);
}

} // namespace entracte
