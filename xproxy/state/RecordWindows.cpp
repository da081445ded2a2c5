// Windows: requests of the core protocol that shape the tree, and the events that tell of what
// others did.

#include "xproxy/state/Accepted.h"
#include "xproxy/state/Recorder.h"
#include "xproxy/state/WindowTree.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace CW = wire::core::CW;

namespace {

constexpr std::uint32_t kCopyFromParent = 0;
constexpr std::uint32_t kParentRelative = 1;

void copyColormap(const Record& record, Window& window) {
    const auto parent = record.find<Window>(window.parent);
    if (parent && parent->attributes.has(CW::Colormap))
        window.attributes.set(CW::Colormap, parent->attributes.at(CW::Colormap));
}

// Who sets a wallpaper often ends at once: later nobody could ask for its pixels.
void captureNow(const RequestContext& c, const PixmapRef& pixmap) {
    if (!pixmap || !pixmap->dirty || !pixmap->hasOwnPixels())
        return;
    pixmap->image = std::make_shared<Image>();
    pixmap->dirty = false;
    c.effects.captures.push_back({pixmap->id, pixmap->width, pixmap->height, pixmap->image});
}

// Takes over a value list of CreateWindow or ChangeWindowAttributes.
void applyAttributes(const RequestContext& c, Window& window, const ValueList& given) {
    Record& record = c.record;
    const ValueList changes = acceptedByWindow(record, window, c.client, given);
    if (changes.has(CW::EventMask)) {
        if (changes.at(CW::EventMask))
            window.eventMasks[c.client] = changes.at(CW::EventMask);
        else
            window.eventMasks.erase(c.client);
    }
    // Background pixmap and pixel replace each other, as do those of the border.
    if (changes.has(CW::BackPixmap)) {
        const std::uint32_t id = changes.at(CW::BackPixmap);
        window.background = id > kParentRelative ? record.find<Pixmap>(ClientXid{id}) : nullptr;
        if (windowtree::isRoot(record, window.id))
            captureNow(c, window.background);
        window.attributes.unset(CW::BackPixel);
    }
    if (changes.has(CW::BackPixel)) {
        window.background.reset();
        window.attributes.unset(CW::BackPixmap);
    }
    if (changes.has(CW::BorderPixmap)) {
        const std::uint32_t id = changes.at(CW::BorderPixmap);
        window.border = id != kCopyFromParent ? record.find<Pixmap>(ClientXid{id}) : nullptr;
        window.attributes.unset(CW::BorderPixel);
    }
    if (changes.has(CW::BorderPixel)) {
        window.border.reset();
        window.attributes.unset(CW::BorderPixmap);
    }
    if (changes.has(CW::Cursor))
        window.cursor = record.find<Cursor>(ClientXid{changes.at(CW::Cursor)});
    window.attributes.merge(changes, ~CW::EventMask);
    // From now on it is its own, whatever becomes of the parent's.
    if (changes.has(CW::Colormap) && changes.at(CW::Colormap) == kCopyFromParent)
        copyColormap(record, window);
    // In one request a pixel overrides a pixmap (X protocol, section 10 "CreateWindow").
    if (changes.has(CW::BackPixel))
        window.attributes.unset(CW::BackPixmap);
    if (changes.has(CW::BorderPixel))
        window.attributes.unset(CW::BorderPixmap);
}

void createWindow(const RequestContext& c) {
    using namespace core::CreateWindow;
    const auto& v = c.view;
    const ClientXid id = xidOf(v, wid);
    const auto parentWindow = c.record.find<Window>(xidOf(v, parent));
    if (!c.mayCreate(id) || !parentWindow)
        return; // in a stranger's window, or an error
    const auto window = c.record.create<Window>(id, c.client);
    window->idUsedAgain = c.record.wasDestroyed(id);
    window->x = v.get(x);
    window->y = v.get(y);
    window->width = v.get(width);
    window->height = v.get(height);
    window->borderWidth = v.get(border_width);
    window->windowClass = v.get(class_);
    if (window->windowClass == kCopyFromParent)
        window->windowClass = parentWindow->windowClass;
    window->depth = v.get(depth);
    if (window->depth == 0 && !window->isInputOnly())
        window->depth = parentWindow->depth;
    window->visual = v.get(visual);
    if (window->visual == kCopyFromParent)
        window->visual = parentWindow->visual;
    windowtree::attach(c.record, *window, parentWindow->id);
    if (!window->isInputOnly() && window->visual == parentWindow->visual)
        copyColormap(c.record, *window);
    applyAttributes(c, *window, ValueList::parse(v, v.get(value_mask), kFixedSize));
    c.effects.created = id;
}

// A stranger's window may be one: the record does not know them.
bool mayBeSibling(const Record& record, const Window& window, ClientXid sibling) {
    if (record.find<Window>(sibling))
        return windowtree::isSibling(record, window, sibling);
    return windowtree::isRoot(record, window.parent) && !record.isOfPrograms(sibling);
}

void configureWindow(const RequestContext& c, Window& window) {
    namespace CW = core::ConfigWindow;
    const std::uint32_t mask = c.view.get(core::ConfigureWindow::value_mask);
    const auto values = ValueList::parse(c.view, mask, core::ConfigureWindow::kFixedSize);
    const auto small = [&](std::uint32_t flag) {
        return static_cast<std::uint16_t>(values.at(flag));
    };
    // Errors (BadValue, BadMatch) change nothing.
    const auto sibling =
        values.has(CW::Sibling) ? ClientXid{values.at(CW::Sibling)} : ClientXid::None;
    const bool isEmpty = (values.has(CW::Width) && small(CW::Width) == 0) ||
                         (values.has(CW::Height) && small(CW::Height) == 0);
    const bool badStacking = (values.has(CW::Sibling) && !values.has(CW::StackMode)) ||
                             (values.has(CW::StackMode) && values.at(CW::StackMode) > 4) ||
                             (values.has(CW::Sibling) && !mayBeSibling(c.record, window, sibling));
    const bool badBorder = values.has(CW::BorderWidth) && window.isInputOnly();
    if (isEmpty || badBorder || badStacking || windowtree::isRoot(c.record, window.id))
        return;
    const windowtree::Inside before = windowtree::insideOf(window);
    // A window in a stranger's frame: the manager decides, and tells.
    if (values.has(CW::X))
        window.x = static_cast<std::int16_t>(small(CW::X));
    if (values.has(CW::Y))
        window.y = static_cast<std::int16_t>(small(CW::Y));
    if (values.has(CW::Width))
        window.width = small(CW::Width);
    if (values.has(CW::Height))
        window.height = small(CW::Height);
    if (values.has(CW::BorderWidth))
        window.borderWidth = small(CW::BorderWidth);
    windowtree::moveByGravity(c.record, window, before);
    if (!values.has(CW::StackMode))
        return;
    constexpr std::uint32_t kBelow = 1;
    if (const auto parent = c.record.find<Window>(window.parent))
        parent->orderDirty = parent->orderDirty || values.at(CW::StackMode) > kBelow;
    windowtree::restack(c.record, window, sibling,
                        static_cast<windowtree::Stack>(values.at(CW::StackMode)));
}

bool mayReparent(const Record& record, const Window& window, ClientXid parent) {
    const auto to = record.find<Window>(parent);
    if (!to || windowtree::isRoot(record, window.id) ||
        (to->isInputOnly() && !window.isInputOnly()) ||
        windowtree::isWithin(record, parent, window.id))
        return false;
    const bool isParentRelative = window.attributes.has(CW::BackPixmap) &&
                                  window.attributes.at(CW::BackPixmap) == kParentRelative;
    return !isParentRelative || to->depth == window.depth;
}

bool redirected(const RequestContext& c, const Window& window) {
    return !window.overrideRedirect() &&
           windowtree::isRedirected(c.record, window.parent, c.client);
}

void mapWindow(const RequestContext& c, Window& window) {
    if (redirected(c, window))
        return;
    window.mapped = true;
    window.iconic = false;
}

// What a program wants to hear of the screen's settings.
void listenToSettings(const RequestContext& c) {
    using namespace core::ChangeWindowAttributes;
    for (auto& [screen, manager] : c.record.settingsManagers) {
        const ValueList given = ValueList::parse(c.view, c.view.get(value_mask), kFixedSize);
        if (manager.window == xidOf(c.view, window) && given.has(CW::EventMask))
            manager.eventMasks[c.client] = given.at(CW::EventMask);
    }
}

} // namespace

void recordWindowRequest(const RequestContext& c) {
    Record& record = c.record;
    if (c.opcode == core::kCreateWindow) {
        createWindow(c);
        return;
    }
    // All of these name the window in the same place.
    const auto window = record.find<Window>(xidOf(c.view, core::MapWindow::window));
    if (!window) {
        if (c.opcode == core::kChangeWindowAttributes)
            listenToSettings(c);
        return;
    }
    switch (c.opcode) {
    case core::kChangeWindowAttributes:
        applyAttributes(c, *window,
                        ValueList::parse(c.view,
                                         c.view.get(core::ChangeWindowAttributes::value_mask),
                                         core::ChangeWindowAttributes::kFixedSize));
        break;
    case core::kDestroyWindow:
        windowtree::destroy(record, window->id);
        break;
    case core::kDestroySubwindows:
        for (const ClientXid child : std::vector(window->children))
            windowtree::destroy(record, child);
        break;
    case core::kChangeSaveSet: {
        if (window->owner == c.client)
            break; // refused
        auto& saveSet = record.clients[c.client].saveSet;
        if (c.view.get(core::ChangeSaveSet::mode) == core::SetMode::Insert)
            saveSet.insert(window->id);
        else
            saveSet.erase(window->id);
        break;
    }
    case core::kReparentWindow:
        if (!mayReparent(record, *window, xidOf(c.view, core::ReparentWindow::parent)))
            break;
        if (window->mapped)
            record.endGrabsIn(window->id);
        windowtree::reparent(record, *window, xidOf(c.view, core::ReparentWindow::parent),
                             c.view.get(core::ReparentWindow::x),
                             c.view.get(core::ReparentWindow::y));
        window->foreignParent = false;
        break;
    case core::kMapWindow:
        mapWindow(c, *window);
        break;
    case core::kMapSubwindows:
        for (const ClientXid child : window->children)
            if (const auto one = record.find<Window>(child))
                mapWindow(c, *one);
        break;
    case core::kUnmapWindow:
        window->hushedMap.clear();
        windowtree::unmap(record, *window);
        break;
    case core::kUnmapSubwindows:
        for (const ClientXid child : window->children)
            if (const auto one = record.find<Window>(child))
                windowtree::unmap(record, *one);
        break;
    case core::kConfigureWindow:
        if (!redirected(c, *window))
            configureWindow(c, *window);
        break;
    case core::kCirculateWindow:
        window->orderDirty = true;
        windowtree::circulate(record, *window, c.view.get(core::CirculateWindow::direction) == 0);
        break;
    default:
        c.effects.unknown = true;
        break;
    }
    const bool mayHide = c.opcode == core::kUnmapWindow || c.opcode == core::kUnmapSubwindows ||
                         c.opcode == core::kDestroyWindow || c.opcode == core::kDestroySubwindows ||
                         c.opcode == core::kReparentWindow || c.opcode == core::kConfigureWindow;
    if (mayHide)
        record.endBlindGrabs();
}

void recordWindowEvent(Record& record, ClientId client, const MessageView& event) {
    const std::uint8_t code = event.u8(0) & 0x7f;
    const bool sent = (event.u8(0) & 0x80) != 0;
    switch (code) {
    case core::kConfigureNotifyEvent: {
        using namespace core::ConfigureNotifyEvent;
        const auto window_ = record.find<Window>(xidOf(event, window));
        if (!window_ || windowtree::isRoot(record, window_->id))
            break;
        // A manager tells the place on the root by a sent event (ICCCM 2.0, section 4.1.5); the
        // server tells the place in the frame.
        if (sent == window_->foreignParent) {
            window_->x = event.get(x);
            window_->y = event.get(y);
        }
        // ... the place of the border that the window had before the manager took it away.
        if (sent && window_->foreignParent) {
            const int taken = event.get(border_width) - window_->borderWidth;
            window_->x = static_cast<std::int16_t>(window_->x + taken);
            window_->y = static_cast<std::int16_t>(window_->y + taken);
        }
        if (!sent) {
            const windowtree::Inside before = windowtree::insideOf(*window_);
            window_->width = event.get(width);
            window_->height = event.get(height);
            window_->borderWidth = event.get(border_width);
            windowtree::moveByGravity(record, *window_, before);
        }
        break;
    }
    case core::kReparentNotifyEvent: {
        using namespace core::ReparentNotifyEvent;
        const auto window_ = record.find<Window>(xidOf(event, window));
        if (!window_)
            break;
        const ClientXid newParent = xidOf(event, parent);
        if (newParent == window_->parent) {
            window_->foreignParent = false;
            // Told after it, too: a manager may move a window on the root and put it into a frame
            // before the server's word of the first has come.
            if (!sent) {
                window_->x = event.get(x);
                window_->y = event.get(y);
            }
        } else if (!record.exists(newParent)) {
            // It stays a child of the root in the record.
            const ClientXid root = windowtree::rootOf(record, window_->id);
            window_->foreignParent = true;
            if (root != ClientXid::None && window_->parent != root)
                windowtree::reparent(record, *window_, root, window_->x, window_->y);
        }
        break;
    }
    case core::kDestroyNotifyEvent: {
        const ClientXid id = xidOf(event, core::DestroyNotifyEvent::window);
        const auto doomed = record.find<Window>(id);
        if (!sent && doomed && !doomed->idUsedAgain)
            windowtree::destroy(record, id);
        if (!sent && !doomed)
            std::erase_if(record.settingsManagers,
                          [id](const auto& entry) { return entry.second.window == id; });
        break;
    }
    case core::kSelectionClearEvent: {
        using namespace core::SelectionClearEvent;
        const auto found = record.selections.find(atomOf(event, selection));
        // Another program may have taken it by the same window.
        const bool isOwners = found != record.selections.end() &&
                              (client == kNobody || found->second.client == client);
        if (!sent && isOwners && found->second.window == xidOf(event, owner))
            record.selections.erase(found);
        break;
    }
    default:
        break;
    }
}

} // namespace entracte::xproxy
