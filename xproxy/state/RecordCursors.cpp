// Cursors of the core protocol. What they are made of is taken at once: it is usually freed at
// once.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

ImageRef capture(const RequestContext& c, ClientXid id) {
    const auto pixmap = c.record.find<Pixmap>(id);
    if (!pixmap)
        return nullptr;
    auto image = std::make_shared<Image>();
    c.effects.captures.push_back({id, pixmap->width, pixmap->height, image});
    return image;
}

template <std::size_t Count>
void readColors(const MessageView& view, std::size_t offset, std::array<std::uint16_t, Count>& to) {
    for (std::size_t i = 0; i < Count; ++i)
        to[i] = view.u16(offset + 2 * i);
}

} // namespace

void recordCursorRequest(const RequestContext& c) {
    Record& record = c.record;
    switch (c.opcode) {
    case core::kCreateCursor: {
        using namespace core::CreateCursor;
        const ClientXid id = xidOf(c.view, cid);
        if (!c.mayCreate(id))
            break;
        const auto cursor = record.create<Cursor>(id, c.client);
        cursor->source =
            BitmapCursor{capture(c, xidOf(c.view, core::CreateCursor::source)),
                         capture(c, xidOf(c.view, mask)), c.view.get(x), c.view.get(y)};
        readColors(c.view, fore_red.offset, cursor->colors);
        c.effects.created = id;
        break;
    }
    case core::kCreateGlyphCursor: {
        using namespace core::CreateGlyphCursor;
        const ClientXid id = xidOf(c.view, cid);
        if (!c.mayCreate(id))
            break;
        const auto cursor = record.create<Cursor>(id, c.client);
        cursor->source = GlyphCursor{record.find<Font>(xidOf(c.view, source_font)),
                                     record.find<Font>(xidOf(c.view, mask_font)),
                                     c.view.get(source_char), c.view.get(mask_char)};
        readColors(c.view, fore_red.offset, cursor->colors);
        c.effects.created = id;
        break;
    }
    case core::kRecolorCursor:
        if (const auto cursor = record.find<Cursor>(xidOf(c.view, core::RecolorCursor::cursor)))
            readColors(c.view, core::RecolorCursor::fore_red.offset, cursor->colors);
        break;
    case core::kFreeCursor:
        record.forget<Cursor>(xidOf(c.view, core::FreeCursor::cursor));
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
