// Windows: made, put into their tree, given properties and shapes, mapped.

#include "xproxy/replay/Steps.h"

#include "xproxy/replay/WindowOrder.h"
#include "xproxy/state/WindowTree.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace CW = wire::core::CW;

namespace {

constexpr std::uint32_t kParentRelative = 1;
constexpr std::uint32_t kAbove = 0;
constexpr std::uint32_t kInputOnlyAttributes =
    CW::WinGravity | CW::DontPropagate | CW::OverrideRedirect | CW::Cursor;
constexpr std::uint32_t kDescribedColormaps = CW::Colormap;

// Only its owner can make it, and only in a window that is there on its own connection; other
// parents come later.
ClientXid birthplace(const Record& record, const Window& window) {
    const auto parent = record.find<Window>(window.parent);
    const bool isThere = parent && (parent->owner == window.owner || parent->id == record.overlay);
    return isThere ? parent->id : windowtree::rootOf(record, window.id);
}

bool movesLater(const Record& record, const Window& window) {
    return birthplace(record, window) != window.parent;
}

ValueList attributesToCreate(ReplayContext& c, const Window& window, bool elsewhere) {
    ValueList values = window.attributes;
    const auto idOf = [&](const PixmapRef& pixmap) { return raw(c.nameOf(pixmap)); };
    if (values.has(CW::BackPixmap) && values.at(CW::BackPixmap) > kParentRelative) {
        if (const auto id = idOf(window.background))
            values.set(CW::BackPixmap, id);
        else
            values.unset(CW::BackPixmap);
    } else if (values.has(CW::BackPixmap) && values.at(CW::BackPixmap) == kParentRelative &&
               elsewhere) {
        values.unset(CW::BackPixmap); // of another depth than the root, maybe
    }
    if (values.has(CW::BorderPixmap)) {
        values.unset(CW::BorderPixmap);
        if (const auto id = idOf(window.border))
            values.set(CW::BorderPixmap, id);
    }
    // The border is the parent's by default, which another depth forbids.
    if (!values.has(CW::BorderPixmap) && !values.has(CW::BorderPixel)) {
        const auto parent =
            c.record.find<Window>(elsewhere ? c.record.roots.front() : window.parent);
        if (parent && parent->depth != window.depth)
            values.set(CW::BorderPixel, 0);
    }
    if (values.has(CW::Cursor)) {
        const ClientXid cursor = c.nameOf(window.cursor);
        if (cursor == ClientXid::None)
            values.unset(CW::Cursor);
        else
            values.set(CW::Cursor, raw(cursor));
    }
    if (values.has(kDescribedColormaps)) {
        const ClientXid id{values.at(CW::Colormap)};
        const auto& screens = c.core.face->setup.screens;
        const bool isDefault = std::ranges::any_of(
            screens, [id](const auto& screen) { return screen.defaultColormap == raw(id); });
        if (id == ClientXid::None || (!isDefault && !c.record.find<Colormap>(id)))
            values.unset(CW::Colormap);
    }
    if (window.isInputOnly())
        values.mask &= kInputOnlyAttributes;
    return values;
}

// A window of another visual than its parent's needs a colormap of that visual, even when the
// program has freed the one it had.
ClientXid spareColormap(ReplayContext& c, Client& owner, const Window& window) {
    const ClientXid id = c.temporaryId(owner);
    c.send(owner, c.as(owner, core::kCreateColormap, 0)
                      .u32(raw(id))
                      .u32(raw(c.record.roots.front()))
                      .u32(window.visual)
                      .finish());
    return id;
}

void createWindow(ReplayContext& c, const Window& window) {
    Client* owner = c.client(window.owner);
    if (!owner)
        return;
    const ClientXid parent = birthplace(c.record, window);
    if (parent == ClientXid::None)
        return;
    ValueList values = attributesToCreate(c, window, parent != window.parent);
    const auto parentWindow = c.record.find<Window>(parent);
    if (!window.isInputOnly() && !values.has(CW::Colormap) && parentWindow &&
        parentWindow->visual != window.visual)
        values.set(CW::Colormap, raw(spareColormap(c, *owner, window)));
    auto request = c.as(*owner, core::kCreateWindow, window.depth);
    request.u32(raw(window.id)).u32(raw(parent));
    request.u16(static_cast<std::uint16_t>(window.x)).u16(static_cast<std::uint16_t>(window.y));
    request.u16(window.width).u16(window.height).u16(window.borderWidth);
    // One for input only has no use for its visual, but bears it; where it is missing, the
    // parent's.
    const bool bearsVisual =
        !window.isInputOnly() || c.core.link->translator->visuals.hasClient(window.visual);
    request.u16(window.windowClass).u32(bearsVisual ? window.visual : 0);
    values.append(request.u32(values.mask));
    c.send(*owner, request.finish());
}

void restackChildren(ReplayContext& c, const Window& parent) {
    for (const ClientXid child : parent.children)
        c.sendAsProxy(c.asProxy(core::kConfigureWindow)
                          .u32(raw(child))
                          .u16(core::ConfigWindow::StackMode)
                          .u16(0)
                          .u32(kAbove)
                          .finish());
}

} // namespace

// Wallpaper and pointer of a desktop that has its own window manager; another root is somebody
// else's. What made them has often ended long ago.
void replayRoots(ReplayContext& c) {
    for (const ClientXid id : c.record.roots) {
        const auto root = c.record.find<Window>(id);
        const bool isManaged = std::ranges::any_of(root->eventMasks, [](const auto& selection) {
            return (selection.second & windowtree::kSubstructureRedirect) != 0;
        });
        Client* carrier = c.carrier(root->owner);
        ValueList values = root->attributes;
        values.mask &= CW::BackPixmap | CW::BackPixel | CW::Cursor;
        if (!isManaged || !carrier || values.mask == 0)
            continue;
        ClientXid made = ClientXid::None;
        if (root->background) {
            ClientXid wallpaper = c.nameOf(root->background);
            if (wallpaper == ClientXid::None)
                wallpaper = made = c.pixmapWith(*carrier, root->background->image);
            if (wallpaper == ClientXid::None)
                values.unset(CW::BackPixmap);
            else
                values.set(CW::BackPixmap, raw(wallpaper));
        }
        if (values.has(CW::Cursor))
            values.set(CW::Cursor, raw(c.nameOf(root->cursor)));
        auto request = c.as(*carrier, core::kChangeWindowAttributes).u32(raw(id));
        values.append(request.u32(values.mask));
        c.send(*carrier, request.finish());
        c.send(*carrier, c.as(*carrier, core::kClearArea, 0).u32(raw(id)).u32(0).u32(0).finish());
        if (made != ClientXid::None)
            c.freePixmap(*carrier, made);
    }
}

void replayWindows(ReplayContext& c) {
    for (const auto& window : topDown(c.record))
        createWindow(c, *window);
}

void replayWindowTree(ReplayContext& c) {
    const auto windows = topDown(c.record);
    for (const auto& window : windows) {
        if (movesLater(c.record, *window))
            c.sendAsProxy(c.asProxy(core::kReparentWindow)
                              .u32(raw(window->id))
                              .u32(raw(window->parent))
                              .u16(static_cast<std::uint16_t>(window->x))
                              .u16(static_cast<std::uint16_t>(window->y))
                              .finish());
        const auto& attributes = window->attributes;
        if (movesLater(c.record, *window) && attributes.has(CW::BackPixmap) &&
            attributes.at(CW::BackPixmap) == kParentRelative)
            c.sendAsProxy(c.asProxy(core::kChangeWindowAttributes)
                              .u32(raw(window->id))
                              .u32(CW::BackPixmap)
                              .u32(kParentRelative)
                              .finish());
    }
    std::vector<WindowRef> parents = windows;
    for (const ClientXid root : c.record.roots)
        parents.push_back(c.record.find<Window>(root));
    for (const auto& parent : parents) {
        const bool mixed = std::ranges::any_of(parent->children, [&](ClientXid child) {
            const auto window = c.record.find<Window>(child);
            return window && (movesLater(c.record, *window) || isTopLevel(c.record, *window));
        });
        if (mixed)
            restackChildren(c, *parent);
    }
    for (const auto& [id, client] : c.record.clients) {
        Client* owner = c.client(id);
        if (!owner)
            continue;
        for (const ClientXid saved : client.saveSet)
            if (c.record.exists(saved))
                c.send(*owner, c.as(*owner, core::kChangeSaveSet, core::SetMode::Insert)
                                   .u32(raw(saved))
                                   .finish());
    }
}

void replayShapes(ReplayContext& c) {
    auto windows = topDown(c.record);
    if (const auto overlay = c.record.find<Window>(c.record.overlay))
        windows.push_back(overlay);
    for (const auto& window : windows)
        for (std::uint8_t kind = 0; kind < 3; ++kind)
            if (window->shapes[kind])
                c.sendAsProxy(c.asProxy(Ext::Shape, wire::shape::kRectangles)
                                  .u8(0) // Set
                                  .u8(kind)
                                  .u8(0) // UnSorted
                                  .pad(1)
                                  .u32(raw(window->id))
                                  .u16(0)
                                  .u16(0)
                                  .bytes(*window->shapes[kind])
                                  .finish());
}

void replayInnerMapping(ReplayContext& c) {
    auto windows = topDown(c.record);
    std::ranges::reverse(windows);
    for (const auto& window : windows)
        if (window->mapped && !isTopLevel(c.record, *window))
            c.sendAsProxy(c.asProxy(core::kMapWindow).u32(raw(window->id)).finish());
}

void replayMapping(ReplayContext& c) {
    constexpr std::uint32_t kStructureNotify = 1u << 17;
    for (const ClientXid root : c.record.roots)
        for (const ClientXid child : c.record.find<Window>(root)->children) {
            const auto window = c.record.find<Window>(child);
            if (!window || !window->mapped)
                continue;
            for (const auto& [client, mask] : window->eventMasks)
                if (mask & kStructureNotify)
                    window->hushedMap.insert(client);
            c.sendAsProxy(c.asProxy(core::kMapWindow).u32(raw(child)).finish());
        }
}

namespace {

void sendEventMask(ReplayContext& c, ClientXid window, ClientId client, std::uint32_t mask) {
    if (Client* selector = c.client(client))
        c.send(*selector, c.as(*selector, core::kChangeWindowAttributes)
                              .u32(raw(window))
                              .u32(CW::EventMask)
                              .u32(mask)
                              .finish());
}

} // namespace

void replayEventMasks(ReplayContext& c) {
    for (const auto& window : c.record.all<Window>())
        for (const auto& [client, mask] : window->eventMasks)
            if (!(mask & windowtree::kSubstructureRedirect))
                sendEventMask(c, window->id, client, mask);
}

void replayRedirection(ReplayContext& c) {
    for (const auto& window : c.record.all<Window>())
        for (const auto& [client, mask] : window->eventMasks)
            if (mask & windowtree::kSubstructureRedirect)
                sendEventMask(c, window->id, client, mask);
}

} // namespace entracte::xproxy
