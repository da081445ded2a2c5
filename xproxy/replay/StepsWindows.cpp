// Windows: made, put into their tree, given properties and shapes, mapped.

#include "xproxy/replay/Steps.h"

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
constexpr std::size_t kPropertyBytesAtOnce = 192u << 10;

// From the roots downwards, siblings bottom to top; roots left out.
std::vector<WindowRef> topDown(const Record& record) {
    std::vector<WindowRef> found;
    std::vector<ClientXid> next = record.roots;
    for (std::size_t i = 0; i < next.size(); ++i) {
        const auto window = record.find<Window>(next[i]);
        if (!window)
            continue;
        if (i >= record.roots.size())
            found.push_back(window);
        next.insert(next.end(), window->children.begin(), window->children.end());
    }
    return found;
}

bool isTopLevel(const Record& record, const Window& window) {
    return windowtree::isRoot(record, window.parent);
}

// Only its owner can make it, and only in a window that is there on its own connection; other
// parents come later.
ClientXid birthplace(const Record& record, const Window& window) {
    const auto parent = record.find<Window>(window.parent);
    return parent && parent->owner == window.owner ? parent->id
                                                   : windowtree::rootOf(record, window.id);
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
    request.u16(window.windowClass).u32(window.isInputOnly() ? 0 : window.visual);
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

namespace {

void sendProperty(ReplayContext& c, ClientXid window, ClientAtom name, const PropertyValue& value) {
    const std::size_t unit = value.format / 8u;
    std::size_t at = 0;
    bool first = true;
    do {
        const std::size_t size =
            std::min(kPropertyBytesAtOnce, value.data.size() - at) / unit * unit;
        c.sendAsProxy(c.asProxy(core::kChangeProperty,
                                first ? core::PropMode::Replace : core::PropMode::Append)
                          .u32(raw(window))
                          .u32(raw(name))
                          .u32(raw(value.type))
                          .u8(value.format)
                          .pad(3)
                          .u32(static_cast<std::uint32_t>(size / unit))
                          .bytes(ByteView(value.data).subspan(at, size))
                          .finish());
        at += size;
        first = false;
    } while (at + unit <= value.data.size());
}

// A window manager places a new window where it likes, unless the person placed it (ICCCM 2.0,
// section 4.1.2.3): USPosition and USSize; StaticGravity means that the inside stays where it is.
PropertyValue withPosition(PropertyValue hints) {
    constexpr std::uint32_t kUsPosition = 1;
    constexpr std::uint32_t kUsSize = 2;
    constexpr std::uint32_t kPWinGravity = 1u << 9;
    constexpr std::uint32_t kStaticGravity = 10;
    constexpr std::size_t kGravityAt = 17 * 4;
    constexpr std::size_t kHintsSize = 18 * 4;
    hints.type = ClientAtom{core::Atom::WM_SIZE_HINTS};
    hints.format = 32;
    hints.data.resize(std::max(hints.data.size(), kHintsSize));
    const std::uint32_t flags = MessageView(hints.data, wire::kHostOrder).u32(0);
    put32(hints.data, 0, flags | kUsPosition | kUsSize | kPWinGravity, wire::kHostOrder);
    put32(hints.data, kGravityAt, kStaticGravity, wire::kHostOrder);
    return hints;
}

bool hasManagerInside(const Record& record) {
    return std::ranges::any_of(record.roots, [&](ClientXid root) {
        return windowtree::isRedirected(record, root, kNobody);
    });
}

} // namespace

void replayProperties(ReplayContext& c) {
    std::vector<WindowRef> windows = topDown(c.record);
    for (const ClientXid root : c.record.roots)
        windows.push_back(c.record.find<Window>(root));
    const ClientAtom sizeHints{core::Atom::WM_NORMAL_HINTS};
    for (const auto& window : windows) {
        for (const auto& [name, value] : window->properties)
            sendProperty(c, window->id, name, value);
        if (isTopLevel(c.record, *window) && !window->overrideRedirect() && window->mapped &&
            !hasManagerInside(c.record)) {
            const auto known = window->properties.find(sizeHints);
            sendProperty(
                c, window->id, sizeHints,
                withPosition(known == window->properties.end() ? PropertyValue{} : known->second));
        }
    }
}

void replayShapes(ReplayContext& c) {
    for (const auto& window : topDown(c.record))
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
