// Shared memory, pixmaps and their pixels, graphics contexts, cursors.

#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

namespace core = wire::core;
namespace GC = wire::core::GC;
namespace shm = wire::shm;

namespace {
constexpr std::uint8_t kZPixmap = 2;

ClientXid screenDrawable(const ReplayContext& c) {
    return c.record.roots.front();
}
} // namespace

namespace {
bool isOverlay(const StickyKey& key) {
    return key.ext == Ext::Composite && key.opcode == wire::composite::kGetOverlayWindow;
}
} // namespace

void replayOverlay(ReplayContext& c) {
    auto& xids = c.core.link->translator->xids;
    for (const auto& entry : c.record.sticky.inOrder())
        if (Client* client = isOverlay(entry.key) ? c.client(entry.key.client) : nullptr)
            c.ask(*client, entry.request->request, [&xids, &c](const MessageView& reply) {
                xids.fix(c.record.overlay,
                         ServerXid{reply.get(wire::composite::GetOverlayWindowReply::overlay_win)});
            });
}

void replayClientSettings(ReplayContext& c) {
    for (const auto& entry : c.record.sticky.inOrder())
        if (entry.key.object == ClientXid::None && !isOverlay(entry.key))
            if (Client* client = c.client(entry.key.client))
                c.send(*client, entry.request->request, entry.request->bigRequest);
    for (const auto& [id, known] : c.record.clients)
        if (Client* client = c.client(id); client && known.priority != 0)
            c.send(*client, c.as(*client, Ext::Sync, wire::sync::kSetPriority)
                                .u32(0)
                                .u32(static_cast<std::uint32_t>(known.priority))
                                .finish());
}

void replaySegments(ReplayContext& c) {
    for (const auto& segment : c.record.all<ShmSegment>())
        c.nameOf(segment);
    // Those that were detached, too; a pixmap may be another program's than its segment.
    for (const auto& pixmap : c.record.all<Pixmap>())
        c.nameOf(pixmap->segment);
    for (const auto& pixmap : c.record.freedPixmaps())
        c.nameOf(pixmap->segment);
}

namespace {

void createPixmap(ReplayContext& c, const PixmapRef& made) {
    const Pixmap& pixmap = *made;
    Client* owner = c.client(pixmap.owner);
    if (!owner || pixmap.ofWindow != ClientXid::None)
        return;
    const ClientXid id = c.nameOf(made);
    if (pixmap.segment) {
        const ClientXid segment = c.nameOf(pixmap.segment);
        c.send(*owner, c.as(*owner, Ext::Shm, shm::kCreatePixmap)
                           .u32(raw(id))
                           .u32(raw(screenDrawable(c)))
                           .u16(pixmap.width)
                           .u16(pixmap.height)
                           .u8(pixmap.depth)
                           .pad(3)
                           .u32(raw(segment))
                           .u32(pixmap.segmentOffset)
                           .finish());
        return;
    }
    c.send(*owner, c.as(*owner, core::kCreatePixmap, pixmap.depth)
                       .u32(raw(id))
                       .u32(raw(screenDrawable(c)))
                       .u16(pixmap.width)
                       .u16(pixmap.height)
                       .finish());
}

} // namespace

void replayPixmaps(ReplayContext& c) {
    for (const auto& pixmap : c.record.all<Pixmap>())
        createPixmap(c, pixmap);
    for (const auto& pixmap : c.record.freedPixmaps())
        createPixmap(c, pixmap);
}

void replayPixels(ReplayContext& c) {
    paintPixels(c, c.record.all<Pixmap>());
    paintPixels(c, c.record.freedPixmaps());
}

void paintPixels(ReplayContext& c, std::span<const PixmapRef> pixmaps) {
    // On the utility connection, whose graphics contexts have the server's ids of its own range.
    Upstream& utility = *c.core.link->utility;
    auto& xids = c.core.link->translator->xids;
    std::map<std::uint8_t, ServerXid> gcOfDepth;
    const auto request = [](std::uint8_t major, std::uint8_t second) {
        return MessageBuilder::request(wire::kHostOrder, major, second);
    };
    const auto paint = [&](const PixmapRef& painted) {
        const Pixmap& pixmap = *painted;
        if (!pixmap.hasOwnPixels() || !pixmap.image->valid || !c.client(pixmap.owner))
            return;
        const ServerXid target = xids.toServer(c.nameOf(painted));
        const auto [gc, isNew] = gcOfDepth.try_emplace(pixmap.depth, ServerXid::None);
        if (isNew) {
            gc->second = c.core.link->freshUtilityId();
            utility.inject(
                request(core::kCreateGC, 0).u32(raw(gc->second)).u32(raw(target)).u32(0).finish());
        }
        const auto strip = [&, gc = gc->second](std::uint16_t first, std::uint16_t rows,
                                                ByteView data) {
            utility.inject(request(core::kPutImage, kZPixmap)
                               .u32(raw(target))
                               .u32(raw(gc))
                               .u16(pixmap.width)
                               .u16(rows)
                               .u16(0)
                               .u16(first)
                               .u8(0)
                               .u8(pixmap.depth)
                               .u16(0)
                               .bytes(data)
                               .finish());
        };
        forEachStrip(*pixmap.image, strip);
        utility.stream.flush();
    };
    for (const auto& pixmap : pixmaps)
        paint(pixmap);
    for (const auto& [depth, gc] : gcOfDepth)
        utility.inject(request(core::kFreeGC, 0).u32(raw(gc)).finish());
}

void replayCursors(ReplayContext& c) {
    for (const auto& cursor : c.record.all<Cursor>())
        c.nameOf(cursor);
    // Freed ones that grabs keep: the grab may come on another connection.
    for (const auto& entry : c.record.sticky.inOrder())
        c.nameOf(entry.request->cursor);
    for (const auto& [what, grab] : c.record.activeGrabs)
        c.nameOf(grab.cursor);
}

namespace {

void sendClip(ReplayContext& c, Client& owner, const GContext& gc) {
    if (!gc.clip && !gc.clipRegion.shape)
        return;
    const Bytes& rectangles = gc.clip ? gc.clip->data : gc.clipRegion.shape->rectangles;
    const auto origin = [&](std::uint32_t bit) {
        return static_cast<std::uint16_t>(gc.values.has(bit) ? gc.values.at(bit) : 0);
    };
    c.send(owner, c.as(owner, core::kSetClipRectangles, gc.clip ? gc.clip->ordering : 0)
                      .u32(raw(gc.id))
                      .u16(origin(GC::ClipOriginX))
                      .u16(origin(GC::ClipOriginY))
                      .bytes(reordered(rectangles, 16, wire::kHostOrder, owner.order))
                      .finish());
}

} // namespace

void replayGContexts(ReplayContext& c) {
    for (const auto& gc : c.record.all<GContext>()) {
        Client* owner = c.client(gc->owner);
        if (!owner || gc->depth == 0)
            continue;
        ValueList values = gc->values;
        const auto name = [&](std::uint32_t bit, ClientXid id) {
            if (!values.has(bit))
                return;
            if (id == ClientXid::None)
                values.unset(bit);
            else
                values.set(bit, raw(id));
        };
        name(GC::Tile, c.nameOf(gc->tile));
        name(GC::Stipple, c.nameOf(gc->stipple));
        name(GC::Font, c.nameOf(gc->font));
        if (values.has(GC::ClipMask) && values.at(GC::ClipMask) != 0)
            name(GC::ClipMask, c.nameOf(gc->clipMask));
        // The default tile is of the foreground at that time.
        const ValueList now = values;
        const bool hasDefaultTile = !values.has(GC::Tile);
        if (hasDefaultTile)
            values.set(GC::Foreground, gc->tilePixel);
        auto create = c.as(*owner, core::kCreateGC);
        create.u32(raw(gc->id)).u32(raw(c.pixmapOfDepth(*owner, gc->depth))).u32(values.mask);
        values.append(create);
        c.send(*owner, create.finish());
        const std::uint32_t foreground = now.has(GC::Foreground) ? now.at(GC::Foreground) : 0;
        if (hasDefaultTile && foreground != gc->tilePixel)
            c.send(*owner, c.as(*owner, core::kChangeGC)
                               .u32(raw(gc->id))
                               .u32(GC::Foreground)
                               .u32(foreground)
                               .finish());
        if (!gc->dashes.empty())
            c.send(*owner, c.as(*owner, core::kSetDashes)
                               .u32(raw(gc->id))
                               .u16(gc->dashOffset)
                               .u16(static_cast<std::uint16_t>(gc->dashes.size()))
                               .bytes(gc->dashes)
                               .finish());
        sendClip(c, *owner, *gc);
    }
}

} // namespace entracte::xproxy
