#include "xproxy/replay/WindowOrder.h"

#include "xproxy/state/WindowTree.h"

#include <algorithm>

namespace entracte::xproxy {

std::vector<WindowRef> topDown(const Record& record) {
    std::vector<WindowRef> found;
    std::vector<ClientXid> next = record.roots;
    if (record.overlay != ClientXid::None)
        next.push_back(record.overlay);
    const std::size_t ofServer = next.size();
    for (std::size_t i = 0; i < next.size(); ++i) {
        const auto window = record.find<Window>(next[i]);
        if (!window)
            continue;
        if (i >= ofServer)
            found.push_back(window);
        next.insert(next.end(), window->children.begin(), window->children.end());
    }
    return found;
}

bool isTopLevel(const Record& record, const Window& window) {
    return windowtree::isRoot(record, window.parent);
}

bool hasManagerInside(const Record& record) {
    return std::ranges::any_of(record.roots, [&](ClientXid root) {
        return windowtree::isRedirected(record, root, kNobody);
    });
}

bool isPlacedByManager(const Record& record, const Window& window) {
    return isTopLevel(record, window) && !window.overrideRedirect() && window.mapped &&
           !hasManagerInside(record);
}

} // namespace entracte::xproxy
