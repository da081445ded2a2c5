#include "session/init/SpawnRequest.h"

#include <charconv>

namespace entracte::init {
namespace {

// Takes the next NUL-terminated string off `bytes`.
std::optional<std::string> next(std::string_view& bytes) {
    const auto end = bytes.find('\0');
    if (end == std::string_view::npos)
        return std::nullopt;
    std::string text(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
    return text;
}

bool append(std::string& bytes, const std::string& text) {
    bytes += text;
    bytes += '\0';
    return text.find('\0') == std::string::npos;
}

} // namespace

std::optional<std::string> encodeSpawn(const SpawnRequest& request) {
    std::string bytes;
    bool good = !request.arguments.empty() && !request.arguments.front().empty();
    good = append(bytes, request.workingDirectory) && good;
    append(bytes, std::to_string(request.arguments.size()));
    for (const auto* strings : {&request.arguments, &request.environment})
        for (const auto& text : *strings)
            good = append(bytes, text) && good;
    return good ? std::optional(bytes) : std::nullopt;
}

std::optional<SpawnRequest> decodeSpawn(std::string_view bytes) {
    SpawnRequest request;
    auto directory = next(bytes);
    const auto number = next(bytes);
    if (!directory || !number)
        return std::nullopt;
    std::size_t count = 0;
    const auto [end, error] =
        std::from_chars(number->data(), number->data() + number->size(), count);
    // Each argument takes at least one byte.
    if (error != std::errc{} || end != number->data() + number->size() || count == 0 ||
        count > bytes.size())
        return std::nullopt;
    request.workingDirectory = std::move(*directory);
    while (!bytes.empty()) {
        auto text = next(bytes);
        if (!text)
            return std::nullopt;
        auto& list = request.arguments.size() < count ? request.arguments : request.environment;
        list.push_back(std::move(*text));
    }
    if (request.arguments.size() != count || request.arguments.front().empty())
        return std::nullopt;
    return request;
}

} // namespace entracte::init
