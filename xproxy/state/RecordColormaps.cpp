// Colormaps and their cells.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::size_t kItem = 12; // bytes of a COLORITEM: pixel, red, green, blue, which

std::vector<std::uint32_t> numbers(ByteView data, ByteOrder order) {
    const MessageView view(data, order);
    std::vector<std::uint32_t> found(data.size() / 4);
    for (std::size_t i = 0; i < found.size(); ++i)
        found[i] = view.u32(4 * i);
    return found;
}

// The colormap that a request names, if it has cells.
std::shared_ptr<Colormap> withCells(const Record& record, ClientXid id) {
    const auto colormap = record.find<Colormap>(id);
    return colormap && colormap->cells ? colormap : nullptr;
}

void create(const RequestContext& c) {
    using namespace core::CreateColormap;
    const ClientXid id = xidOf(c.view, mid);
    if (!c.mayCreate(id))
        return;
    const auto colormap = c.record.create<Colormap>(id, c.client);
    colormap->visual = c.view.get(visual);
    colormap->window = xidOf(c.view, window);
    colormap->alloc = c.view.get(alloc);
    if (const auto layout = c.record.cellVisuals.find(colormap->visual);
        layout != c.record.cellVisuals.end()) {
        colormap->cells.emplace(layout->second);
        if (colormap->hasAllCells())
            colormap->cells->ownAll(c.client);
    }
    c.effects.created = id;
}

void copyAndFree(const RequestContext& c) {
    using namespace core::CopyColormapAndFree;
    const auto from = c.record.find<Colormap>(xidOf(c.view, src_cmap));
    const ClientXid id = xidOf(c.view, mid);
    if (!c.mayCreate(id))
        return;
    if (!from && c.record.isOfPrograms(xidOf(c.view, src_cmap)))
        return;
    const auto colormap = c.record.create<Colormap>(id, c.client);
    c.effects.created = id;
    if (!from) { // a screen's, without cells
        colormap->visual = c.record.find<Window>(c.record.roots.front())->visual;
        colormap->window = c.record.roots.front();
        return;
    }
    colormap->visual = from->visual;
    colormap->window = from->window;
    if (from->hasAllCells() && from->owner == c.client) {
        colormap->alloc = from->alloc;
        from->alloc = 0; // "all entries in the source colormap are freed"
    }
    if (from->cells)
        colormap->cells.emplace(from->cells->takeOf(c.client));
}

void storeColors(const RequestContext& c) {
    using namespace core::StoreColors;
    const auto colormap = withCells(c.record, xidOf(c.view, cmap));
    if (!colormap)
        return;
    for (std::size_t at = kFixedSize; at + kItem <= c.view.size(); at += kItem)
        colormap->cells->store(c.view.u32(at),
                               {c.view.u16(at + 4), c.view.u16(at + 6), c.view.u16(at + 8)},
                               c.view.u8(at + 10));
}

} // namespace

void recordColormapRequest(const RequestContext& c) {
    switch (c.opcode) {
    case core::kCreateColormap:
        create(c);
        break;
    case core::kCopyColormapAndFree:
        copyAndFree(c);
        break;
    case core::kFreeColormap: {
        const auto colormap = c.record.find<Colormap>(xidOf(c.view, core::FreeColormap::cmap));
        if (colormap && !colormap->isScreens())
            c.record.forget(colormap->id);
        break;
    }
    case core::kFreeColors: {
        using namespace core::FreeColors;
        const auto colormap = withCells(c.record, xidOf(c.view, cmap));
        if (colormap && !colormap->hasAllCells())
            colormap->cells->free(c.client, numbers(c.view.tail(kFixedSize), c.view.order()),
                                  c.view.get(plane_mask));
        break;
    }
    case core::kStoreColors:
        storeColors(c);
        break;
    case core::kStoreNamedColor: {
        // Which colour that is, only the server knows.
        using namespace core::StoreNamedColor;
        const auto colormap = withCells(c.record, xidOf(c.view, cmap));
        if (!colormap)
            break;
        const std::uint32_t stored = c.view.get(pixel);
        colormap->cells->store(stored, {}, c.view.get(flags)); // it is no longer what it was
        c.effects.namedColor = {colormap, stored, c.view.get(flags),
                                colormap->cells->stores(stored),
                                textOf(c.view.part(kFixedSize, c.view.get(name_len)))};
        break;
    }
    default:
        c.effects.unknown = true;
        break;
    }
}

void recordColorReply(Record& record, ClientId client, const MessageView& request,
                      const MessageView& reply) {
    constexpr std::size_t kColormapAt = 4; // in all four requests
    const auto colormap = withCells(record, ClientXid{request.u32(kColormapAt)});
    if (!colormap)
        return;
    ColorCells& cells = *colormap->cells;
    switch (request.u8(0)) {
    case core::kAllocColor: {
        using namespace core::AllocColorReply;
        cells.share(client, reply.get(pixel), {reply.get(red), reply.get(green), reply.get(blue)});
        break;
    }
    case core::kAllocNamedColor: {
        using namespace core::AllocNamedColorReply;
        cells.share(client, reply.get(pixel),
                    {reply.get(visual_red), reply.get(visual_green), reply.get(visual_blue)});
        break;
    }
    case core::kAllocColorCells: {
        using namespace core::AllocColorCellsReply;
        const std::size_t pixels = std::size_t{reply.get(pixels_len)} * 4;
        std::uint32_t planes = 0;
        for (const std::uint32_t mask :
             numbers(reply.part(kFixedSize + pixels, std::size_t{reply.get(masks_len)} * 4),
                     reply.order()))
            planes |= mask;
        cells.own(client, numbers(reply.part(kFixedSize, pixels), reply.order()), planes);
        break;
    }
    case core::kAllocColorPlanes: {
        using namespace core::AllocColorPlanesReply;
        cells.own(
            client,
            numbers(reply.part(kFixedSize, std::size_t{reply.get(pixels_len)} * 4), reply.order()),
            reply.get(red_mask) | reply.get(green_mask) | reply.get(blue_mask));
        break;
    }
    default:
        break;
    }
}

} // namespace entracte::xproxy
