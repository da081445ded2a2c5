// Properties, and the hints by which a window manager puts windows where they were.

#include "xproxy/replay/Replay.h"
#include "xproxy/replay/Steps.h"
#include "xproxy/replay/WindowOrder.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::size_t kPropertyBytesAtOnce = 192u << 10;

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

// ICCCM 2.0, section 4.1.2.4: the state in which the window begins.
PropertyValue beginningIconic(PropertyValue hints) {
    constexpr std::uint32_t kStateHint = 2;
    constexpr std::uint32_t kIconicState = 3;
    constexpr std::size_t kStateAt = 2 * 4;
    constexpr std::size_t kHintsSize = 9 * 4;
    hints.type = ClientAtom{core::Atom::WM_HINTS};
    hints.format = 32;
    hints.data.resize(std::max(hints.data.size(), kHintsSize));
    const std::uint32_t flags = MessageView(hints.data, wire::kHostOrder).u32(0);
    put32(hints.data, 0, flags | kStateHint, wire::kHostOrder);
    put32(hints.data, kStateAt, kIconicState, wire::kHostOrder);
    return hints;
}

constexpr ClientAtom kSizeHints{core::Atom::WM_NORMAL_HINTS};
constexpr ClientAtom kHints{core::Atom::WM_HINTS};

// In the order in which they were made, which ListProperties shows.
std::vector<std::pair<ClientAtom, const PropertyValue*>> inOrder(const Window& window) {
    std::vector<std::pair<ClientAtom, const PropertyValue*>> found;
    for (const auto& [name, value] : window.properties)
        found.emplace_back(name, &value);
    std::ranges::sort(found, {}, [](const auto& entry) { return entry.second->serial; });
    return found;
}

PropertyValue propertyOf(const Window& window, ClientAtom name) {
    const auto known = window.properties.find(name);
    return known == window.properties.end() ? PropertyValue{} : known->second;
}

} // namespace

void replayProperties(ReplayContext& c) {
    std::vector<WindowRef> windows = topDown(c.record);
    for (const ClientXid root : c.record.roots)
        windows.push_back(c.record.find<Window>(root));
    for (const auto& window : windows) {
        for (const auto& [name, value] : inOrder(*window))
            sendProperty(c, window->id, name, *value);
        if (!isPlacedByManager(c.record, *window))
            continue;
        sendProperty(c, window->id, kSizeHints, withPosition(propertyOf(*window, kSizeHints)));
        if (window->iconic)
            sendProperty(c, window->id, kHints, beginningIconic(propertyOf(*window, kHints)));
    }
}

std::vector<Bytes> properHints(const Record& record) {
    std::vector<Bytes> requests;
    for (const auto& window : record.all<Window>()) {
        if (!isPlacedByManager(record, *window))
            continue;
        for (const ClientAtom name : {kSizeHints, kHints}) {
            const auto known = window->properties.find(name);
            const bool isSet = known != window->properties.end();
            auto request = MessageBuilder::request(
                wire::kHostOrder, isSet ? core::kChangeProperty : core::kDeleteProperty,
                core::PropMode::Replace);
            request.u32(raw(window->id)).u32(raw(name));
            if (isSet) {
                const auto& value = known->second;
                request.u32(raw(value.type)).u8(value.format).pad(3);
                request.u32(static_cast<std::uint32_t>(value.data.size() / (value.format / 8u)));
                request.bytes(value.data);
            }
            requests.push_back(request.finish());
        }
    }
    return requests;
}

} // namespace entracte::xproxy
