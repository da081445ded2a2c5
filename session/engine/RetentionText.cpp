#include "session/engine/RetentionText.h"

#include <charconv>
#include <map>

namespace entracte {

namespace {

constexpr std::uint64_t kMost = 100'000; // of hours, days, …

// In the order in which they are written.
constexpr std::pair<std::string_view, std::uint32_t Retention::*> kCounts[] = {
    {"hourly", &Retention::hourly},
    {"daily", &Retention::daily},
    {"weekly", &Retention::weekly},
    {"monthly", &Retention::monthly},
    {"last", &Retention::last}};

tl::unexpected<Error> unclear() {
    return fail(ErrorCode::InvalidArgument, "This does not say which snapshots are to be kept.", {},
                "Say it as \"hourly=24 daily=7 weekly=4 monthly=6\".");
}

} // namespace

Result<std::optional<Retention>> parseRetention(std::string_view text) {
    std::map<std::string_view, std::uint64_t> named;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" ,"), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty())
            continue;
        const auto equals = word.find('=');
        if (equals == std::string_view::npos)
            return unclear();
        const auto number = word.substr(equals + 1);
        std::uint64_t value = 0;
        const auto [stop, error] =
            std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc() || stop != number.data() + number.size() ||
            !named.emplace(word.substr(0, equals), value).second)
            return unclear();
    }
    if (named.empty())
        return std::optional<Retention>();
    Retention retention{0, 0, 0, 0, 0, 0};
    for (const auto& [name, member] : kCounts)
        if (const auto found = named.extract(name)) {
            if (found.mapped() > kMost)
                return unclear();
            retention.*member = static_cast<std::uint32_t>(found.mapped());
        }
    if (const auto found = named.extract("bytes"))
        retention.maxBytes = found.mapped();
    if (!named.empty())
        return unclear();
    return std::optional(retention);
}

std::string formatRetention(const Retention& retention) {
    std::string text;
    const auto add = [&text](std::string_view name, std::uint64_t value) {
        if (value > 0)
            text += (text.empty() ? "" : " ") + std::string(name) + "=" + std::to_string(value);
    };
    for (const auto& [name, member] : kCounts)
        add(name, retention.*member);
    add("bytes", retention.maxBytes);
    return text;
}

} // namespace entracte
