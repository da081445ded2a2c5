// Where windows stand on a screen that is smaller than the one before.

#include "xproxy/replay/Steps.h"

#include "xproxy/replay/WindowOrder.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

// As much of it stays to be seen as was: from `at` on, `length` pixels, on a screen of `before`
// pixels that has `now`. What stands beyond the left or upper edge does so on any screen.
std::int16_t placeOn(int at, int length, int before, int now) {
    const int seen = std::min(length, before - at);
    if (at <= 0 || seen <= 0 || at + seen <= now)
        return static_cast<std::int16_t>(at);
    return static_cast<std::int16_t>(std::max(0, now - seen));
}

} // namespace

// A manager inside is told the screen's size and moves its windows itself; where there is none,
// nobody else would. A manager of the screen may still decide otherwise, as for any window.
void replayPlaces(ReplayContext& c) {
    if (hasManagerInside(c.record))
        return;
    const auto& screen = c.core.link->face.setup.screens.front();
    const auto root = c.record.find<Window>(c.record.roots.front());
    for (const ClientXid child : root->children) {
        const auto window = c.record.find<Window>(child);
        if (!window || !window->mapped || window->overrideRedirect())
            continue;
        const auto x =
            placeOn(window->x, window->width + 2 * window->borderWidth, root->width, screen.width);
        const auto y = placeOn(window->y, window->height + 2 * window->borderWidth, root->height,
                               screen.height);
        if (x == window->x && y == window->y)
            continue;
        window->x = x;
        window->y = y;
        c.sendAsProxy(c.asProxy(core::kConfigureWindow)
                          .u32(raw(child))
                          .u16(core::ConfigWindow::X | core::ConfigWindow::Y)
                          .u16(0)
                          .u32(static_cast<std::uint32_t>(x))
                          .u32(static_cast<std::uint32_t>(y))
                          .finish());
    }
}

} // namespace entracte::xproxy
