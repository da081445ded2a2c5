#pragma once

// Which font of a server takes the place of one that it lacks: programs have laid out their text
// with the widths and heights of the one that they know.

#include "xproxy/state/Font.h"
#include "xproxy/state/Wire.h"

#include <span>
#include <vector>

namespace entracte::xproxy {

// Of a reply to QueryFont, host byte order; the full name is an atom of the server's.
struct QueriedFont {
    FontMetrics metrics;
    std::uint32_t fullNameAtom = 0;
};
QueriedFont readFont(const MessageView& reply);

// Up to `most` of the listed names, the likest first, as they are to be opened: one that the server
// scales is given the size. Only what tells what it is by its name (X Logical Font Description).
std::vector<std::string> likeNames(const std::string& name, const FontMetrics& wanted,
                                   std::span<const std::string> listed, std::size_t most);

// Less is more alike; 0: text looks the same.
int distance(const FontMetrics& one, const FontMetrics& other);

} // namespace entracte::xproxy
