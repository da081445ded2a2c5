#include "session/desk/Notice.h"

#include "session/base/Printable.h"

#include <algorithm>
#include <cctype>

namespace entracte::desk {
namespace {

constexpr std::size_t kFixed = 6; // texts before the actions
constexpr std::size_t kMaxWord = 100;
constexpr std::size_t kMaxLines = 20;
constexpr std::int32_t kMaxExpiry = 10 * 60 * 1000;

bool isIconName(std::string_view name) {
    return name.size() <= 64 && !name.starts_with('.') &&
           std::ranges::all_of(name, [](unsigned char c) {
               return (std::isalnum(c) && c < 128) || c == '-' || c == '_' || c == '.';
           });
}

} // namespace

std::string encodeNotice(const Notice& notice) {
    std::vector<std::string> all{std::to_string(notice.urgency),
                                 std::to_string(notice.expiresMs),
                                 notice.program,
                                 notice.icon,
                                 notice.summary,
                                 notice.body};
    for (const auto& [key, label] : notice.actions) {
        all.push_back(key);
        all.push_back(label);
    }
    return joined(all);
}

std::optional<Notice> decodeNotice(std::string_view payload) {
    const auto all = texts(payload);
    if (!all || all->size() < kFixed || (all->size() - kFixed) % 2 != 0)
        return std::nullopt;
    const auto urgency = number((*all)[0]);
    const auto expiry = number((*all)[1]);
    if (!urgency || !expiry)
        return std::nullopt;
    Notice notice;
    notice.urgency = std::clamp(*urgency, 0, 2);
    notice.expiresMs = std::clamp(*expiry, -1, kMaxExpiry);
    notice.program = printable((*all)[2], kMaxWord);
    notice.icon = isIconName((*all)[3]) ? (*all)[3] : std::string();
    notice.summary = printable((*all)[4], kMaxSummary);
    notice.body = shownText((*all)[5], kMaxBody, kMaxLines);
    for (std::size_t at = kFixed; at < all->size() && notice.actions.size() < kMaxActions; at += 2)
        if (const auto& key = (*all)[at]; key.size() <= kMaxWord && printable(key) == key)
            notice.actions.emplace_back(key, printable((*all)[at + 1], kMaxWord));
    return notice;
}

std::string shownText(std::string_view text, std::size_t limit, std::size_t lines) {
    std::string shown;
    for (text = text.substr(0, limit); !text.empty() && lines > 0; --lines) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        shown += (shown.empty() ? "" : "\n") + printable(line, limit);
    }
    return shown;
}

std::string withoutMarkup(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        switch (c) {
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '&':
            escaped += "&amp;";
            break;
        default:
            escaped += c;
        }
    return escaped;
}

} // namespace entracte::desk
