// RENDER's glyph sets and pictures, XFIXES regions.

#include "xproxy/replay/Steps.h"
#include "xproxy/state/WindowTree.h"

#include <algorithm>
#include <set>

namespace entracte::xproxy {

namespace render = wire::render;

namespace {

constexpr std::size_t kGlyphBytesAtOnce = 128u << 10;

void addGlyphs(ReplayContext& c, Client& owner, ClientXid set, const GlyphStore& store) {
    auto next = store.glyphs.begin();
    while (next != store.glyphs.end()) {
        auto last = next;
        std::size_t bytes = 0;
        std::uint32_t count = 0;
        while (last != store.glyphs.end() && (count == 0 || bytes < kGlyphBytesAtOnce)) {
            bytes += last->second.image.size() + 16;
            ++last;
            ++count;
        }
        auto request = c.as(owner, Ext::Render, render::kAddGlyphs);
        request.u32(raw(set)).u32(count);
        for (auto glyph = next; glyph != last; ++glyph)
            request.u32(glyph->first);
        for (auto glyph = next; glyph != last; ++glyph)
            for (const auto number : glyph->second.info)
                request.u16(number);
        for (auto glyph = next; glyph != last; ++glyph)
            request.bytes(glyph->second.image);
        c.send(owner, request.finish());
        next = last;
    }
}

// The first glyph set of each store makes it, the others refer to that one.
std::map<const GlyphStore*, std::shared_ptr<GlyphSet>> makers(const Record& record) {
    std::map<const GlyphStore*, std::shared_ptr<GlyphSet>> found;
    for (const auto& set : record.all<GlyphSet>())
        found.try_emplace(set->store.get(), set);
    return found;
}

void createPicture(ReplayContext& c, const Picture& picture) {
    Client* owner = c.client(picture.owner);
    if (!owner)
        return;
    ValueList values = picture.values;
    const auto alphaMap = picture.alphaMap;
    if (values.has(render::CP::AlphaMap) &&
        (!alphaMap || !alphaMap->named || alphaMap->serial > picture.serial))
        values.unset(render::CP::AlphaMap);
    if (values.has(render::CP::ClipMask) && values.at(render::CP::ClipMask) != 0) {
        const ClientXid mask = c.nameOf(picture.clipMask);
        if (mask == ClientXid::None)
            values.unset(render::CP::ClipMask);
        else
            values.set(render::CP::ClipMask, raw(mask));
    }
    if (picture.sourceRequest.empty()) {
        const ClientXid drawable = picture.pixmap ? c.nameOf(picture.pixmap) : picture.drawable;
        auto request = c.as(*owner, Ext::Render, render::kCreatePicture);
        request.u32(raw(picture.id)).u32(raw(drawable)).u32(picture.format);
        values.append(request.u32(values.mask));
        c.send(*owner, request.finish());
    } else {
        c.send(*owner, picture.sourceRequest);
        if (values.mask != 0) {
            auto request = c.as(*owner, Ext::Render, render::kChangePicture);
            values.append(request.u32(raw(picture.id)).u32(values.mask));
            c.send(*owner, request.finish());
        }
    }
    if (const auto& clip = picture.clipRegion; clip.shape)
        c.send(*owner,
               c.as(*owner, Ext::Render, render::kSetPictureClipRectangles)
                   .u32(raw(picture.id))
                   .u16(static_cast<std::uint16_t>(clip.x))
                   .u16(static_cast<std::uint16_t>(clip.y))
                   .bytes(reordered(clip.shape->rectangles, 16, wire::kHostOrder, owner->order))
                   .finish());
    for (const auto* latest : {&picture.clip, &picture.transform, &picture.filter})
        if (Client* sender = latest->request.empty() ? nullptr : c.client(latest->client))
            c.send(*sender, latest->request);
}

} // namespace

void replayGlyphSets(ReplayContext& c) {
    for (const auto& [store, set] : makers(c.record))
        if (Client* owner = c.client(set->owner)) {
            c.send(*owner, c.as(*owner, Ext::Render, render::kCreateGlyphSet)
                               .u32(raw(set->id))
                               .u32(store->format)
                               .finish());
            addGlyphs(c, *owner, set->id, *store);
        }
}

void replayGlyphSetReferences(ReplayContext& c) {
    const auto first = makers(c.record);
    for (const auto& set : c.record.all<GlyphSet>()) {
        const auto& maker = first.at(set->store.get());
        Client* owner = c.client(set->owner);
        if (owner && maker != set)
            c.send(*owner, c.as(*owner, Ext::Render, render::kReferenceGlyphSet)
                               .u32(raw(set->id))
                               .u32(raw(maker->id))
                               .finish());
    }
}

void replayRegions(ReplayContext& c) {
    for (const auto& region : c.record.all<Region>())
        if (Client* owner = c.client(region->owner))
            c.send(*owner, c.as(*owner, Ext::XFixes, wire::xfixes::kCreateRegion)
                               .u32(raw(region->id))
                               .bytes(reordered(region->shape->rectangles, 16, wire::kHostOrder,
                                                owner->order))
                               .finish());
}

void replayPixmapPictures(ReplayContext& c) {
    for (const auto& picture : c.record.all<Picture>())
        if (picture->pixmap ? !picture->pixmap->needsWindow()
                            : picture->drawable == ClientXid::None)
            createPicture(c, *picture);
}

void replayWindowPictures(ReplayContext& c) {
    for (const auto& picture : c.record.all<Picture>())
        if (picture->pixmap ? picture->pixmap->backBufferOf != ClientXid::None
                            : c.record.find<Window>(picture->drawable) != nullptr)
            createPicture(c, *picture);
}

void replayWindowPixmaps(ReplayContext& c) {
    std::set<const Pixmap*> named;
    const auto name = [&](const PixmapRef& pixmap) {
        Client* owner = c.client(pixmap->owner);
        if (!owner || pixmap->ofWindow == ClientXid::None)
            return;
        const ClientXid id = c.nameOf(pixmap);
        // What a window had before it went stays on its server; a pixmap as large takes its place.
        if (c.record.find<Window>(pixmap->ofWindow) &&
            windowtree::isViewable(c.record, pixmap->ofWindow))
            c.send(*owner, c.as(*owner, Ext::Composite, wire::composite::kNameWindowPixmap)
                               .u32(raw(pixmap->ofWindow))
                               .u32(raw(id))
                               .finish());
        else
            c.send(*owner, c.as(*owner, wire::core::kCreatePixmap, pixmap->depth)
                               .u32(raw(id))
                               .u32(raw(c.rootOf(*owner)))
                               .u16(pixmap->width)
                               .u16(pixmap->height)
                               .finish());
        named.insert(pixmap.get());
    };
    for (const auto& pixmap : c.record.all<Pixmap>())
        name(pixmap);
    // A compositing manager makes a picture of it and frees it.
    for (const auto& pixmap : c.record.freedPixmaps())
        name(pixmap);
    for (const auto& picture : c.record.all<Picture>())
        if (picture->pixmap && named.contains(picture->pixmap.get()))
            createPicture(c, *picture);
}

} // namespace entracte::xproxy
