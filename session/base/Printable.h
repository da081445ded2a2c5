#pragma once

// Makes a stranger's bytes fit to be shown or logged.

#include <cstddef>
#include <string>
#include <string_view>

namespace entracte {

// Valid, printable UTF-8 stays; every other byte, control and format characters and line ends
// included, becomes "?"; at most `limit` bytes, then "…". Never splits a character.
std::string printable(std::string_view bytes, std::size_t limit = 200);

} // namespace entracte
