#pragma once

// A cursor with all that is needed to make it again: the pixmaps, pictures and fonts that it was
// made from are usually freed at once, so their pixels are taken when the cursor is made.

#include "xproxy/state/Font.h"
#include "xproxy/state/Image.h"
#include "xproxy/state/Resource.h"

#include <array>
#include <string>
#include <variant>
#include <vector>

namespace entracte::xproxy {

struct Cursor;

struct BitmapCursor { // CreateCursor
    ImageRef source;
    ImageRef mask; // null: none
    std::uint16_t x = 0;
    std::uint16_t y = 0;
};
struct GlyphCursor { // CreateGlyphCursor
    FontRef source;
    FontRef mask; // null: none
    std::uint16_t sourceChar = 0;
    std::uint16_t maskChar = 0;
};
struct PictureCursor { // RENDER CreateCursor
    ImageRef source;
    std::uint32_t format = 0; // PictFormat
    std::uint16_t x = 0;
    std::uint16_t y = 0;
};
struct AnimatedCursor { // RENDER CreateAnimCursor
    struct Frame {
        std::shared_ptr<Cursor> cursor;
        std::uint32_t delay; // ms
    };
    std::vector<Frame> frames;
};

struct Cursor : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Cursor;
    Cursor(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::variant<std::monostate, BitmapCursor, GlyphCursor, PictureCursor, AnimatedCursor> source;
    std::array<std::uint16_t, 6> colors{}; // foreground and background: red, green, blue
    std::string name;                      // XFIXES SetCursorName; empty: none
};
using CursorRef = std::shared_ptr<Cursor>;

} // namespace entracte::xproxy
