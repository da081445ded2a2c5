#pragma once

// RENDER glyphs. Several glyph sets (ReferenceGlyphSet) may share one store.

#include "xproxy/state/Resource.h"

#include <array>
#include <map>

namespace entracte::xproxy {

struct Glyph {
    std::array<std::uint16_t, 6> info{}; // width, height, x, y, x offset, y offset
    Bytes image;
};

struct GlyphStore {
    std::uint32_t format = 0;      // PictFormat
    std::uint8_t bitsPerPixel = 0; // of that format
    std::map<std::uint32_t, Glyph> glyphs;
};

struct GlyphSet : Resource {
    static constexpr ResourceKind kKind = ResourceKind::GlyphSet;
    GlyphSet(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::shared_ptr<GlyphStore> store;
};

} // namespace entracte::xproxy
