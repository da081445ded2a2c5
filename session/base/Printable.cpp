#include "session/base/Printable.h"

#include <cstdint>

namespace entracte {
namespace {

struct Character {
    std::size_t length = 1; // bytes
    bool fit = false;
};

// Code points that move text about or hide: C1 controls, line and paragraph separators,
// bidirectional and zero-width formatting, byte order mark, noncharacters (Unicode, sections 23.2
// and 23.7).
bool isHidden(std::uint32_t point) {
    return (point >= 0x80 && point < 0xa0) || point == 0xad ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
           (point >= 0xfff0 && point <= 0xfffc) || (point & 0xfffe) == 0xfffe ||
           (point >= 0xe0000 && point <= 0xe007f);
}

Character characterAt(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    if (first < 0x80)
        return {1, first >= 0x20 && first != 0x7f};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || bytes.size() < length)
        return {};
    std::uint32_t point = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(bytes[i]);
        if ((next & 0xc0) != 0x80)
            return {};
        point = point << 6 | (next & 0x3fU);
    }
    const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return {};
    return {length, !isHidden(point)};
}

} // namespace

std::string printable(std::string_view bytes, std::size_t limit) {
    std::string text;
    while (!bytes.empty()) {
        const auto character = characterAt(bytes);
        const std::size_t width = character.fit ? character.length : 1;
        if (text.size() + width > limit)
            return text + "…";
        if (character.fit)
            text += bytes.substr(0, character.length);
        else
            text += '?';
        bytes.remove_prefix(character.length);
    }
    return text;
}

} // namespace entracte
