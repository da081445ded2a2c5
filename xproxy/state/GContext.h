#pragma once

// A graphics context: its 23 components, clip rectangles and dashes.

#include "xproxy/state/Font.h"
#include "xproxy/state/Pixmap.h"
#include "xproxy/state/SmallResources.h"
#include "xproxy/state/ValueList.h"

#include <optional>

namespace entracte::xproxy {

struct GContext : Resource {
    static constexpr ResourceKind kKind = ResourceKind::GContext;
    GContext(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}

    std::uint8_t depth = 0;
    std::uint32_t root = 0; // of the drawable it was made for
    ValueList values;       // tile, stipple, font and clip mask by id; kept alive below
    PixmapRef tile;
    std::uint32_t tilePixel = 0; // of the default tile: the foreground that it was made with
    PixmapRef stipple;
    PixmapRef clipMask;
    FontRef font;
    struct Rectangles {
        std::uint8_t ordering = 0;
        std::int16_t x = 0;
        std::int16_t y = 0;
        Bytes data; // x, y, width, height of 16 bits each, host order
    };
    std::optional<Rectangles> clip; // in place of a clip mask
    RegionClip clipRegion;          // in place of both
    Bytes dashes;                   // SetDashes; empty: the Dashes component holds
    std::uint16_t dashOffset = 0;
};

} // namespace entracte::xproxy
