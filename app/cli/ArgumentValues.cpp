#include "app/cli/ArgumentValues.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace entracte::cli {

std::string parseSize(std::optional<std::pair<std::uint16_t, std::uint16_t>>& size,
                      const std::string& text) {
    const auto cross = text.find('x');
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    const auto number = [](std::string_view part, std::uint16_t& value) {
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        return error == std::errc() && end == part.data() + part.size() && value > 0;
    };
    if (cross == std::string::npos || !number(std::string_view(text).substr(0, cross), width) ||
        !number(std::string_view(text).substr(cross + 1), height))
        return "a size is WIDTHxHEIGHT, such as 1280x800, or \"full\"";
    size = {width, height};
    return {};
}

std::string parseSeconds(std::optional<std::uint32_t>& seconds, const std::string& text) {
    if (text == "never" || text == "now") {
        seconds = 0;
        return {};
    }
    constexpr std::pair<std::string_view, std::uint32_t> kUnits[] = {
        {"", 1}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const auto found =
        std::ranges::find(kUnits, unit, &std::pair<std::string_view, std::uint32_t>::first);
    if (error != std::errc() || found == std::end(kUnits) ||
        number > std::numeric_limits<std::uint32_t>::max() / found->second)
        return "a time is a number with s, min, h, d or w, such as 10min";
    seconds = number * found->second;
    return {};
}

std::string parseBytes(std::optional<std::uint64_t>& bytes, const std::string& text) {
    constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
        {"", 1}, {"K", 1ull << 10}, {"M", 1ull << 20}, {"G", 1ull << 30}, {"T", 1ull << 40}};
    if (text == "none") {
        bytes = 0;
        return {};
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const auto& [name, size] : kUnits)
        if (error == std::errc() && unit == name &&
            number <= std::numeric_limits<std::uint64_t>::max() / size) {
            bytes = number * size;
            return {};
        }
    return "an amount of memory is a number with K, M, G or T, such as 2G";
}

std::string parseCount(std::optional<std::uint32_t>& count, std::string text, bool percent) {
    if (text == "none") {
        count = 0;
        return {};
    }
    if (percent && text.ends_with('%'))
        text.pop_back();
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return "this is not a number";
    count = number;
    return {};
}

} // namespace entracte::cli
