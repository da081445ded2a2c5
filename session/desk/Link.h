#pragma once

// Which links of a session may be opened outside, and which only when the person said so.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace entracte::desk {

// The link as it may be opened outside: http, https with a host and nothing before it, or mailto
// (without attachments), with everything that is no letter of RFC 3986, or means something to a
// shell, percent-encoded.
std::optional<std::string> safeLink(std::string_view text);

// Of a safe link: it may lead to what answers only because the person asks (this computer, the
// network at home).
bool leadsInside(std::string_view link);

} // namespace entracte::desk
