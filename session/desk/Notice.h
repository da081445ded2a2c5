#pragma once

// A notification on its way to the person's desktop. Whoever reads one from a frame gets only what
// may be shown: bounded, one line where a line is meant, no control characters, and an icon that is
// a name and never a file.

#include "session/desk/Frame.h"

#include <utility>

namespace entracte::desk {

inline constexpr std::size_t kMaxSummary = 200; // bytes
inline constexpr std::size_t kMaxBody = 2000;
inline constexpr std::size_t kMaxActions = 6;

struct Notice {
    int urgency = 1;                    // 0-2: low, normal, critical
    std::int32_t expiresMs = -1;        // -1: as usual there, 0: never
    std::string program, icon, summary; // one line each; icon: a name or empty
    std::string body;                   // plain text
    std::vector<std::pair<std::string, std::string>> actions; // key, label
};

std::string encodeNotice(const Notice& notice);
std::optional<Notice> decodeNotice(std::string_view payload);

// At most `lines` lines.
std::string shownText(std::string_view text, std::size_t limit, std::size_t lines);
// "<b>" as "&lt;b&gt;", for servers that read markup.
std::string withoutMarkup(std::string_view text);

} // namespace entracte::desk
