#include "xproxy/replay/Crossings.h"

#include "xproxy/replay/EventBuilder.h"
#include "xproxy/state/WindowTree.h"
#include "xproxy/state/XiSelections.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace xinput = wire::xinput;

namespace {

constexpr std::uint8_t kAncestor = 0, kVirtual = 1, kInferior = 2, kNonlinear = 3,
                       kNonlinearVirtual = 4;
constexpr std::uint8_t kModeUngrab = 2;

// The window first, then those above it.
std::vector<ClientXid> pathUp(const Record& record, ClientXid window) {
    std::vector<ClientXid> path;
    for (auto at = record.find<Window>(window); at; at = record.find<Window>(at->parent))
        path.push_back(at->id);
    return path;
}

// Where the window's inside begins, on the root.
std::pair<int, int> originOf(const Record& record, ClientXid window) {
    int x = 0, y = 0;
    for (auto at = record.find<Window>(window); at && !windowtree::isRoot(record, at->id);
         at = record.find<Window>(at->parent)) {
        x += at->x + at->borderWidth;
        y += at->y + at->borderWidth;
    }
    return {x, y};
}

void tellCore(ReplayContext& c, Client& client, const Crossing& crossing, const GrabEnd& end,
              std::uint32_t now) {
    if (end.keyboard) {
        using namespace core::FocusInEvent;
        client.stream.queue(
            EventBuilder(client, crossing.in ? core::kFocusInEvent : core::kFocusOutEvent)
                .set(detail, crossing.detail)
                .set(event, raw(crossing.window))
                .set(mode, kModeUngrab)
                .bytes());
        return;
    }
    using namespace core::EnterNotifyEvent;
    constexpr std::uint8_t kSameScreen = 2;
    const auto [x, y] = originOf(c.record, crossing.window);
    client.stream.queue(
        EventBuilder(client, crossing.in ? core::kEnterNotifyEvent : core::kLeaveNotifyEvent)
            .set(detail, crossing.detail)
            .set(time, now)
            .set(root, raw(windowtree::rootOf(c.record, crossing.window)))
            .set(event, raw(crossing.window))
            .set(root_x, end.x)
            .set(root_y, end.y)
            .set(event_x, static_cast<std::int16_t>(end.x - x))
            .set(event_y, static_cast<std::int16_t>(end.y - y))
            .set(mode, kModeUngrab)
            .set(same_screen_focus, kSameScreen)
            .bytes());
}

void tellXi2(ReplayContext& c, Client& client, const Crossing& crossing, const GrabEnd& end,
             std::uint16_t type, std::uint32_t now) {
    using namespace xinput::EnterEvent; // the four have one shape
    constexpr std::size_t kShortest = 32;
    constexpr int kFixedPoint = 65536;
    const auto [x, y] = originOf(c.record, crossing.window);
    Bytes message = EventBuilder(client, kGenericEvent).bytes();
    message.resize(kFixedSize);
    message[1] = std::byte{c.core.face->extensions.of(Ext::XInput).major};
    const auto put = [&](auto field, auto value) {
        wire::setField(std::span(message), client.order, field, value);
    };
    put(wire::header::replyLength, static_cast<std::uint32_t>((kFixedSize - kShortest) / 4));
    put(wire::header::geEvtype, type);
    put(deviceid, end.device);
    put(sourceid, end.device);
    put(time, now);
    put(mode, kModeUngrab);
    put(detail, crossing.detail);
    put(root, raw(windowtree::rootOf(c.record, crossing.window)));
    put(event, raw(crossing.window));
    put(root_x, end.x * kFixedPoint);
    put(root_y, end.y * kFixedPoint);
    put(event_x, (end.x - x) * kFixedPoint);
    put(event_y, (end.y - y) * kFixedPoint);
    put(same_screen, std::uint8_t{1});
    client.stream.queue(message);
}

} // namespace

std::vector<Crossing> crossings(const Record& record, ClientXid from, ClientXid to) {
    if (from == to)
        return {};
    auto up = pathUp(record, from);
    auto down = pathUp(record, to);
    // Above where they meet nothing is crossed.
    ClientXid common = ClientXid::None;
    while (!up.empty() && !down.empty() && up.back() == down.back()) {
        common = up.back();
        up.pop_back();
        down.pop_back();
    }
    std::ranges::reverse(down);
    const bool fromAbove = common != ClientXid::None && common == from;
    const bool toAbove = common != ClientXid::None && common == to;
    const std::uint8_t between = fromAbove || toAbove ? kVirtual : kNonlinearVirtual;
    std::vector<Crossing> all;
    all.push_back({from, false, fromAbove ? kInferior : toAbove ? kAncestor : kNonlinear});
    for (const ClientXid window : up)
        if (window != from)
            all.push_back({window, false, between});
    for (const ClientXid window : down)
        if (window != to)
            all.push_back({window, true, between});
    if (to != ClientXid::None)
        all.push_back({to, true, fromAbove ? kAncestor : toAbove ? kInferior : kNonlinear});
    return all;
}

ClientXid windowAt(const Record& record, ClientXid root, int x, int y) {
    ClientXid found = root;
    for (auto at = record.find<Window>(root); at;) {
        WindowRef next;
        for (auto child = at->children.rbegin(); child != at->children.rend() && !next; ++child) {
            const auto window = record.find<Window>(*child);
            if (!window || !window->mapped)
                continue;
            const int left = x - window->x - window->borderWidth;
            const int top = y - window->y - window->borderWidth;
            if (left >= -window->borderWidth && left < window->width + window->borderWidth &&
                top >= -window->borderWidth && top < window->height + window->borderWidth) {
                next = window;
                x = left;
                y = top;
                found = window->id;
            }
        }
        at = next;
    }
    return found;
}

void tellUngrabbed(ReplayContext& c, const GrabEnd& end) {
    constexpr std::uint32_t kEnter = 1u << 4, kLeave = 1u << 5, kFocus = 1u << 21;
    const auto selections = xiSelections(c.record);
    const std::uint32_t now = c.core.link->translator->time.latestClient();
    for (const Crossing& crossing : crossings(c.record, end.window, end.to)) {
        const auto window = c.record.find<Window>(crossing.window);
        if (!window)
            continue;
        const std::uint32_t wanted = end.keyboard ? kFocus : crossing.in ? kEnter : kLeave;
        for (const auto& [id, mask] : window->eventMasks)
            if (Client* client = c.client(id); client && (mask & wanted) != 0)
                tellCore(c, *client, crossing, end, now);
        const std::uint16_t type =
            end.keyboard ? (crossing.in ? xinput::kFocusInEvtype : xinput::kFocusOutEvtype)
                         : (crossing.in ? xinput::kEnterEvtype : xinput::kLeaveEvtype);
        for (const auto& [where, masks] : selections)
            if (Client* client = c.client(where.first);
                client && where.second == window->id && xiSelects(masks, end.device, true, type))
                tellXi2(c, *client, crossing, end, type, now);
    }
}

} // namespace entracte::xproxy
