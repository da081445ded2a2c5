// Pixmaps, graphics contexts, fonts.

#include "xproxy/state/Accepted.h"
#include "xproxy/state/Recorder.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace GC = wire::core::GC;

namespace {

constexpr std::uint32_t kAllGcBits = (1u << 23) - 1;

void applyValues(Record& record, GContext& gc, const ValueList& given) {
    const ValueList changes = acceptedByGContext(record, gc, given);
    if (changes.has(GC::Tile))
        gc.tile = record.find<Pixmap>(ClientXid{changes.at(GC::Tile)});
    if (changes.has(GC::Stipple))
        gc.stipple = record.find<Pixmap>(ClientXid{changes.at(GC::Stipple)});
    if (changes.has(GC::Font))
        gc.font = record.find<Font>(ClientXid{changes.at(GC::Font)});
    if (changes.has(GC::ClipMask)) {
        gc.clipMask = record.find<Pixmap>(ClientXid{changes.at(GC::ClipMask)});
        gc.clip.reset();
        gc.clipRegion = {};
    }
    if (changes.has(GC::DashList))
        gc.dashes.clear();
    if (changes.has(GC::DashOffset))
        gc.dashOffset = static_cast<std::uint16_t>(changes.at(GC::DashOffset));
    gc.values.merge(changes);
}

void copyGc(const RequestContext& c) {
    using namespace core::CopyGC;
    const auto from = c.record.find<GContext>(xidOf(c.view, src_gc));
    const auto to = c.record.find<GContext>(xidOf(c.view, dst_gc));
    if (!from || !to || from == to || from->depth != to->depth)
        return;
    const std::uint32_t mask = c.view.get(value_mask) & kAllGcBits;
    // What the source never set has its default, and so has the copy.
    to->values.mask &= ~mask;
    to->values.merge(from->values, mask);
    if (mask & GC::Tile) {
        to->tile = from->tile;
        to->tilePixel = from->tilePixel;
    }
    if (mask & GC::Stipple)
        to->stipple = from->stipple;
    if (mask & GC::Font)
        to->font = from->font;
    if (mask & GC::ClipMask) {
        to->clipMask = from->clipMask;
        to->clip = from->clip;
        to->clipRegion = from->clipRegion;
    }
    if (mask & GC::DashList)
        to->dashes = from->dashes;
    if (mask & GC::DashOffset)
        to->dashOffset = from->dashOffset;
}

void createGc(const RequestContext& c) {
    using namespace core::CreateGC;
    const ClientXid id = xidOf(c.view, cid);
    if (!c.mayCreate(id))
        return;
    const auto gc = c.record.create<GContext>(id, c.client);
    const ClientXid on = xidOf(c.view, drawable);
    if (const auto pixmap = c.record.find<Pixmap>(on))
        gc->depth = pixmap->depth;
    else if (const auto window = c.record.find<Window>(on))
        gc->depth = window->depth;
    else if (const auto buffer = c.record.find<BackBuffer>(on))
        gc->depth = buffer->pixels->depth;
    applyValues(c.record, *gc,
                ValueList::parse(c.view, c.view.get(value_mask) & kAllGcBits, kFixedSize));
    if (gc->values.has(GC::Foreground))
        gc->tilePixel = gc->values.at(GC::Foreground);
    c.effects.created = id;
}

void createPixmap(const RequestContext& c) {
    using namespace core::CreatePixmap;
    const ClientXid id = xidOf(c.view, pid);
    if (!c.mayCreate(id))
        return;
    const auto pixmap = c.record.create<Pixmap>(id, c.client);
    pixmap->width = c.view.get(width);
    pixmap->height = c.view.get(height);
    pixmap->depth = c.view.get(depth);
    c.effects.created = id;
}

// Whether the server takes the two together. A drawable may be a stranger's.
bool goesWith(const Record& record, const GContext& gc, ClientXid drawable) {
    if (const auto pixmap = record.find<Pixmap>(drawable))
        return pixmap->depth == gc.depth;
    if (const auto window = record.find<Window>(drawable))
        return !window->isInputOnly() && window->depth == gc.depth;
    if (const auto buffer = record.find<BackBuffer>(drawable))
        return buffer->pixels->depth == gc.depth;
    return !record.isOfPrograms(drawable);
}

// The font that a text item changes to stays the graphics context's (X protocol, section 10
// "PolyText8"). Items: 255 and the font's id, most significant byte first; or length, distance,
// text.
void polyText(const RequestContext& c, std::size_t bytesOfCharacter) {
    using namespace core::PolyText8;
    constexpr std::uint8_t kFontShift = 255;
    constexpr std::size_t kTextHeader = 2;
    constexpr std::size_t kFontItem = 5;
    const auto& v = c.view;
    markDrawn(c.record, xidOf(v, drawable));
    const auto of = c.record.find<GContext>(xidOf(v, core::PolyText8::gc));
    if (!of || !goesWith(c.record, *of, xidOf(v, drawable)))
        return;
    for (std::size_t at = kFixedSize; at + kTextHeader < v.size();) {
        if (v.u8(at) != kFontShift) {
            at += kTextHeader + v.u8(at) * bytesOfCharacter;
            continue;
        }
        if (at + kFontItem > v.size())
            return;
        ValueList values;
        values.set(GC::Font, std::uint32_t{v.u8(at + 1)} << 24 | std::uint32_t{v.u8(at + 2)} << 16 |
                                 std::uint32_t{v.u8(at + 3)} << 8 | v.u8(at + 4));
        if (!c.record.find<Font>(ClientXid{values.at(GC::Font)}))
            return; // BadFont: what follows is not looked at
        applyValues(c.record, *of, values);
        at += kFontItem;
    }
}

} // namespace

void recordGraphicsRequest(const RequestContext& c) {
    Record& record = c.record;
    switch (c.opcode) {
    case core::kPolyText8:
        polyText(c, 1);
        break;
    case core::kPolyText16:
        polyText(c, 2);
        break;
    case core::kCreatePixmap:
        createPixmap(c);
        break;
    case core::kFreePixmap:
        c.effects.withhold = record.freePixmap(xidOf(c.view, core::FreePixmap::pixmap));
        break;
    case core::kCreateGC:
        createGc(c);
        break;
    case core::kChangeGC:
        if (const auto gc = record.find<GContext>(xidOf(c.view, core::ChangeGC::gc)))
            applyValues(record, *gc,
                        ValueList::parse(c.view,
                                         c.view.get(core::ChangeGC::value_mask) & kAllGcBits,
                                         core::ChangeGC::kFixedSize));
        break;
    case core::kCopyGC:
        copyGc(c);
        break;
    case core::kSetDashes:
        if (const auto gc = record.find<GContext>(xidOf(c.view, core::SetDashes::gc))) {
            using namespace core::SetDashes;
            const ByteView dashes = c.view.part(kFixedSize, c.view.get(dashes_len));
            if (dashes.empty() || std::ranges::find(dashes, std::byte{0}) != dashes.end())
                break; // BadValue
            gc->dashes = copyOf(dashes);
            gc->dashOffset = c.view.get(dash_offset);
            gc->values.set(GC::DashOffset, gc->dashOffset);
        }
        break;
    case core::kSetClipRectangles:
        if (const auto gc = record.find<GContext>(xidOf(c.view, core::SetClipRectangles::gc))) {
            using namespace core::SetClipRectangles;
            if (c.view.get(ordering) > core::ClipOrdering::YXBanded)
                break; // BadValue
            gc->clipRegion = {};
            gc->clip = GContext::Rectangles{
                c.view.get(ordering), c.view.get(clip_x_origin), c.view.get(clip_y_origin),
                reordered(c.view.tail(kFixedSize), 16, c.view.order(), wire::kHostOrder)};
            gc->clipMask.reset();
            gc->values.unset(GC::ClipMask);
            gc->values.set(GC::ClipOriginX, static_cast<std::uint32_t>(std::int32_t{gc->clip->x}));
            gc->values.set(GC::ClipOriginY, static_cast<std::uint32_t>(std::int32_t{gc->clip->y}));
        }
        break;
    case core::kFreeGC:
        record.forget<GContext>(xidOf(c.view, core::FreeGC::gc));
        break;
    case core::kOpenFont: {
        using namespace core::OpenFont;
        const ClientXid id = xidOf(c.view, fid);
        if (!c.mayCreate(id))
            break;
        record.create<Font>(id, c.client)->name =
            textOf(c.view.part(kFixedSize, c.view.get(name_len)));
        record.capturesDue = true; // what it is like
        c.effects.created = id;
        break;
    }
    case core::kCloseFont:
        record.forget<Font>(xidOf(c.view, core::CloseFont::font));
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
