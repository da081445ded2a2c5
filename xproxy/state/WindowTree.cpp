#include "xproxy/state/WindowTree.h"

#include <algorithm>
#include <ranges>

namespace entracte::xproxy {

bool Window::overrideRedirect() const {
    return attributes.has(wire::core::CW::OverrideRedirect) &&
           attributes.at(wire::core::CW::OverrideRedirect) != 0;
}

} // namespace entracte::xproxy

namespace entracte::xproxy::windowtree {

void attach(Record& record, Window& window, ClientXid parent) {
    window.parent = parent;
    if (const auto parentWindow = record.find<Window>(parent))
        parentWindow->children.push_back(window.id);
}

void detach(Record& record, Window& window) {
    if (const auto parent = record.find<Window>(window.parent))
        std::erase(parent->children, window.id);
}

void reparent(Record& record, Window& window, ClientXid parent, std::int16_t x, std::int16_t y) {
    if (!record.find<Window>(parent))
        return;
    for (ClientXid above = parent; above != ClientXid::None;) {
        if (above == window.id)
            return; // into its own child: the server refuses that, too
        const auto next = record.find<Window>(above);
        above = next ? next->parent : ClientXid::None;
    }
    detach(record, window);
    attach(record, window, parent);
    window.x = x;
    window.y = y;
}

void unmap(Record& record, Window& window) {
    if (isRoot(record, window.id))
        return;
    window.mapped = false;
    InputFocus& focus = record.focus;
    if (!focus.known || !isWithin(record, focus.window, window.id))
        return;
    namespace Revert = wire::core::InputFocus;
    if (focus.revertTo == Revert::Parent) {
        ClientXid above = window.parent;
        while (above != ClientXid::None && !isViewable(record, above)) {
            const auto next = record.find<Window>(above);
            above = next ? next->parent : ClientXid::None;
        }
        focus = {above, Revert::None, above != ClientXid::None, focus.told};
    } else {
        focus.window = ClientXid{focus.revertTo == Revert::PointerRoot ? 1u : 0u};
    }
}

void destroy(Record& record, ClientXid id) {
    const auto window = record.find<Window>(id);
    if (!window || isRoot(record, id))
        return;
    unmap(record, *window);
    detach(record, *window);
    std::vector<ClientXid> doomed{id};
    std::vector<ClientXid> buffers;
    for (std::size_t next = 0; next < doomed.size(); ++next)
        if (const auto one = record.find<Window>(doomed[next])) {
            doomed.insert(doomed.end(), one->children.begin(), one->children.end());
            buffers.insert(buffers.end(), one->backBuffers.begin(), one->backBuffers.end());
        }
    for (const ClientXid one : doomed) {
        record.forget(one);
        record.noteDestroyed(one);
        std::erase_if(record.selections,
                      [one](const auto& entry) { return entry.second.window == one; });
        for (auto& [clientId, client] : record.clients)
            client.saveSet.erase(one);
    }
    // Back buffers go with their windows (DBE protocol, section 2).
    for (const ClientXid buffer : buffers | std::views::reverse) // the one that names it last
        record.forget(buffer);
    doomed.insert(doomed.end(), buffers.begin(), buffers.end());
    const auto isDoomed = [&](ClientXid id) {
        return std::ranges::find(doomed, id) != doomed.end();
    };
    // DAMAGE objects go with what they watch (DAMAGE protocol, section 4).
    for (const auto& damage : record.all<Damage>())
        if (isDoomed(damage->drawable))
            record.forget(damage->id);
    // RENDER pictures of a window go with it.
    for (const auto& picture : record.all<Picture>())
        if (picture->drawable != ClientXid::None && !picture->pixmap && isDoomed(picture->drawable))
            record.forget(picture->id);
}

namespace {

// `above` hides a part of `below` (X protocol, section 2 "Occlude").
bool occludes(const Window& above, const Window& below) {
    const auto right = [](const Window& w) { return w.x + w.width + 2 * w.borderWidth; };
    const auto bottom = [](const Window& w) { return w.y + w.height + 2 * w.borderWidth; };
    return above.mapped && below.mapped && above.x < right(below) && below.x < right(above) &&
           above.y < bottom(below) && below.y < bottom(above);
}

// Whether something above (or beneath) the window, or just `sibling` when it is one, hides it (is
// hidden by it).
bool isHidden(const Record& record, const std::vector<ClientXid>& children, const Window& window,
              ClientXid sibling) {
    const auto place = std::ranges::find(children, window.id);
    return std::any_of(place, children.end(), [&](ClientXid id) {
        const auto other = record.find<Window>(id);
        return other && id != window.id && (sibling == ClientXid::None || id == sibling) &&
               occludes(*other, window);
    });
}
bool hides(const Record& record, const std::vector<ClientXid>& children, const Window& window,
           ClientXid sibling) {
    const auto place = std::ranges::find(children, window.id);
    return std::any_of(children.begin(), place, [&](ClientXid id) {
        const auto other = record.find<Window>(id);
        return other && (sibling == ClientXid::None || id == sibling) && occludes(window, *other);
    });
}

} // namespace

void moveChildren(Record& record, const Window& window, int dx, int dy, int dw, int dh) {
    namespace Gravity = wire::core::Gravity;
    if (dw == 0 && dh == 0)
        return;
    // Of a row or column of the nine gravities: none of it, half of it, all of it.
    const auto share = [](std::uint32_t part, int of) {
        return part == 0 ? 0 : part == 1 ? of / 2 : of;
    };
    for (const ClientXid id : window.children) {
        const auto child = record.find<Window>(id);
        if (!child || !child->attributes.has(wire::core::CW::WinGravity))
            continue;
        const std::uint32_t gravity = child->attributes.at(wire::core::CW::WinGravity);
        if (gravity == Gravity::WinUnmap) {
            // Servers let one that is not on the screen be.
            if (isViewable(record, id))
                child->mapped = false;
        } else if (gravity == Gravity::Static) {
            child->x = static_cast<std::int16_t>(child->x - dx);
            child->y = static_cast<std::int16_t>(child->y - dy);
        } else if (gravity <= Gravity::SouthEast) {
            child->x = static_cast<std::int16_t>(child->x + share((gravity - 1) % 3, dw));
            child->y = static_cast<std::int16_t>(child->y + share((gravity - 1) / 3, dh));
        }
    }
}

bool isSibling(const Record& record, const Window& window, ClientXid other) {
    const auto found = record.find<Window>(other);
    return found && other != window.id && found->parent == window.parent;
}

void restack(Record& record, Window& window, ClientXid sibling, Stack mode) {
    const auto parent = record.find<Window>(window.parent);
    if (!parent)
        return;
    auto& children = parent->children;
    if (mode == Stack::Above || mode == Stack::Below) {
        std::erase(children, window.id);
        auto place = std::ranges::find(children, sibling);
        if (place == children.end())
            place = mode == Stack::Above ? children.end() : children.begin();
        else if (mode == Stack::Above)
            ++place;
        children.insert(place, window.id);
        return;
    }
    const bool hidden = isHidden(record, children, window, sibling);
    const bool hiding = hides(record, children, window, sibling);
    if (hidden && (mode == Stack::TopIf || mode == Stack::Opposite))
        restack(record, window, ClientXid::None, Stack::Above);
    else if (hiding && (mode == Stack::BottomIf || mode == Stack::Opposite))
        restack(record, window, ClientXid::None, Stack::Below);
}

void circulate(Record& record, Window& parent, bool raiseLowest) {
    std::vector<ClientXid> order = parent.children;
    if (!raiseLowest)
        std::ranges::reverse(order);
    for (const ClientXid id : order) {
        const auto child = record.find<Window>(id);
        if (!child)
            continue;
        const bool moves = raiseLowest ? isHidden(record, parent.children, *child, ClientXid::None)
                                       : hides(record, parent.children, *child, ClientXid::None);
        if (!moves)
            continue;
        restack(record, *child, ClientXid::None, raiseLowest ? Stack::Above : Stack::Below);
        return;
    }
}

void placeAbove(Record& record, Window& window, ClientXid sibling) {
    const auto parent = record.find<Window>(window.parent);
    if (!parent)
        return;
    auto& children = parent->children;
    std::erase(children, window.id);
    auto place = std::ranges::find(children, sibling);
    place = place == children.end() ? children.begin() : place + 1;
    children.insert(place, window.id);
}

Inside insideOf(const Window& window) {
    return {window.x + window.borderWidth, window.y + window.borderWidth, window.width,
            window.height};
}

void moveByGravity(Record& record, const Window& window, const Inside& before) {
    const Inside now = insideOf(window);
    moveChildren(record, window, now.x - before.x, now.y - before.y, now.width - before.width,
                 now.height - before.height);
}

bool isViewable(const Record& record, ClientXid id) {
    for (int depth = 0; depth < 1000; ++depth) {
        const auto window = record.find<Window>(id);
        if (!window || !window->mapped)
            return false;
        if (window->parent == ClientXid::None)
            return true;
        id = window->parent;
    }
    return false;
}

bool isWithin(const Record& record, ClientXid id, ClientXid outer) {
    for (int depth = 0; depth < 1000 && id != ClientXid::None; ++depth) {
        if (id == outer)
            return true;
        const auto window = record.find<Window>(id);
        id = window ? window->parent : ClientXid::None;
    }
    return false;
}

bool isRedirected(const Record& record, ClientXid parent, ClientId requester) {
    const auto window = record.find<Window>(parent);
    if (!window)
        return false;
    return std::ranges::any_of(window->eventMasks, [requester](const auto& entry) {
        return entry.first != requester && (entry.second & kSubstructureRedirect);
    });
}

bool isRoot(const Record& record, ClientXid window) {
    return std::ranges::find(record.roots, window) != record.roots.end();
}

bool isInForeignFrame(const Record& record, ClientXid id) {
    for (int depth = 0; depth < 1000; ++depth) {
        const auto window = record.find<Window>(id);
        if (!window || window->foreignParent)
            return window != nullptr;
        id = window->parent;
    }
    return false;
}

ClientXid rootOf(const Record& record, ClientXid id) {
    for (int depth = 0; depth < 1000; ++depth) {
        if (isRoot(record, id))
            return id;
        const auto window = record.find<Window>(id);
        if (!window)
            break;
        id = window->parent;
    }
    return ClientXid::None;
}

void rescueSaved(Record& record, ClientId client) {
    const auto found = record.clients.find(client);
    if (found != record.clients.end()) {
        // X protocol, section 10 "ChangeSaveSet": reparented to the closest ancestor that is not of
        // the dying client, and mapped.
        for (const ClientXid saved : found->second.saveSet) {
            const auto window = record.find<Window>(saved);
            if (!window || window->owner == client)
                continue;
            auto ancestor = record.find<Window>(window->parent);
            std::int16_t x = window->x;
            std::int16_t y = window->y;
            const bool inside = ancestor && ancestor->owner == client;
            while (ancestor && ancestor->owner == client) {
                x = static_cast<std::int16_t>(x + ancestor->x + ancestor->borderWidth);
                y = static_cast<std::int16_t>(y + ancestor->y + ancestor->borderWidth);
                ancestor = record.find<Window>(ancestor->parent);
            }
            if (inside && ancestor)
                reparent(record, *window, ancestor->id, x, y);
            window->mapped = true;
        }
    }
}

void clientGone(Record& record, ClientId client) {
    rescueSaved(record, client);
    for (const auto& window : record.all<Window>()) {
        window->eventMasks.erase(client);
        if (window->owner == client)
            destroy(record, window->id);
    }
}

} // namespace entracte::xproxy::windowtree
