#pragma once

// A core font: the server's font is wholly described by the name that it was opened by, and another
// server may mean something else by that name. So what it is like is kept, too.

#include "xproxy/state/Resource.h"

#include <cstdint>
#include <optional>
#include <string>

namespace entracte::xproxy {

struct FontMetrics {
    std::int16_t ascent = 0; // pixels
    std::int16_t descent = 0;
    std::int16_t narrowest = 0; // character, pixels
    std::int16_t widest = 0;
    std::string fullName; // by its property FONT; empty: it has none
    bool looksLike(const FontMetrics& other) const {
        return ascent == other.ascent && descent == other.descent && narrowest == other.narrowest &&
               widest == other.widest;
    }
};

struct Font : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Font;
    Font(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::string name;
    std::optional<FontMetrics> metrics; // none: the server was not asked yet
};
using FontRef = std::shared_ptr<Font>;

} // namespace entracte::xproxy
