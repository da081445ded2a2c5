#include "xproxy/replay/FontMatch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

// X Logical Font Description, 3: fourteen fields, each after a hyphen.
enum Part : std::uint8_t {
    Foundry,
    Family,
    Weight,
    Slant,
    SetWidth,
    AddStyle,
    Pixels,
    Points,
    ResolutionX,
    ResolutionY,
    Spacing,
    AverageWidth,
    Registry,
    Encoding
};
constexpr std::size_t kParts = 14;
using Description = std::array<std::string, kParts>;

std::optional<Description> describe(std::string_view name) {
    if (name.empty() || name[0] != '-')
        return {};
    Description parts;
    std::size_t part = 0;
    for (const char c : name.substr(1)) {
        if (c == '-') {
            if (++part == kParts)
                return {};
        } else {
            parts[part] += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
    }
    return part + 1 == kParts ? std::optional(parts) : std::nullopt;
}

std::string nameOf(const Description& parts) {
    std::string name;
    for (const auto& part : parts)
        name += "-" + part;
    return name;
}

int number(const std::string& text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool isOfCells(const std::string& spacing) {
    return spacing == "c" || spacing == "m";
}

// What is wanted, from the best that is known of it.
Description wish(const std::string& name, const FontMetrics& metrics) {
    if (auto full = describe(metrics.fullName))
        return *full;
    if (auto own = describe(name))
        return *own;
    Description made;
    made[Pixels] = std::to_string(metrics.ascent + metrics.descent);
    made[Spacing] = metrics.narrowest == metrics.widest ? "c" : "p";
    made[AverageWidth] = std::to_string(metrics.widest * 10);
    made[Registry] = "iso8859";
    made[Encoding] = "1";
    return made;
}

// Letters first, then cells, then size, then looks.
int unlikeness(const Description& wanted, const Description& candidate) {
    int points = 0;
    if (candidate[Registry] != wanted[Registry] || candidate[Encoding] != wanted[Encoding])
        points += candidate[Registry] == "iso10646" ? 400 : 1000;
    const bool cells = isOfCells(wanted[Spacing]);
    if (cells != isOfCells(candidate[Spacing]))
        points += 300;
    const int size = number(candidate[Pixels]);
    points += size == 0 ? 15 : 10 * std::abs(size - number(wanted[Pixels]));
    if (const int width = number(candidate[AverageWidth]); cells && width != 0)
        points += 2 * std::abs(width - number(wanted[AverageWidth]));
    points += candidate[Family] == wanted[Family] ? 0 : 12;
    points += candidate[Weight] == wanted[Weight] ? 0 : 6;
    points += candidate[Slant] == wanted[Slant] ? 0 : 6;
    return points;
}

} // namespace

QueriedFont readFont(const MessageView& reply) {
    using namespace core::QueryFontReply;
    QueriedFont font;
    font.metrics.ascent = reply.get(font_ascent);
    font.metrics.descent = reply.get(font_descent);
    font.metrics.narrowest = reply.get(min_bounds_character_width);
    font.metrics.widest = reply.get(max_bounds_character_width);
    constexpr std::size_t kProperty = 8;
    const std::size_t count = reply.get(properties_len);
    for (std::size_t i = 0, at = kFixedSize; i < count && at + kProperty <= reply.size();
         ++i, at += kProperty)
        if (reply.u32(at) == core::Atom::FONT)
            font.fullNameAtom = reply.u32(at + 4);
    return font;
}

std::vector<std::string> likeNames(const std::string& name, const FontMetrics& wanted,
                                   std::span<const std::string> listed, std::size_t most) {
    const Description wished = wish(name, wanted);
    std::vector<std::pair<int, std::string>> found;
    for (const auto& candidate : listed) {
        auto parts = describe(candidate);
        if (!parts)
            continue;
        const int points = unlikeness(wished, *parts);
        if (number((*parts)[Pixels]) == 0) { // it is scaled to what is asked for
            (*parts)[Pixels] = wished[Pixels];
            (*parts)[Points] = (*parts)[ResolutionX] = (*parts)[ResolutionY] = "*";
            (*parts)[AverageWidth] = "*";
        }
        found.emplace_back(points, nameOf(*parts));
    }
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(most, found.size()));
    std::ranges::partial_sort(found, end);
    std::vector<std::string> names;
    for (auto at = found.begin(); at != end; ++at)
        names.push_back(at->second);
    return names;
}

int distance(const FontMetrics& one, const FontMetrics& other) {
    // Text that is too wide runs into its neighbour; too high, it is cut off.
    return 3 * std::abs(one.widest - other.widest) + 2 * std::abs(one.narrowest - other.narrowest) +
           std::abs(one.ascent - other.ascent) + std::abs(one.descent - other.descent);
}

} // namespace entracte::xproxy
