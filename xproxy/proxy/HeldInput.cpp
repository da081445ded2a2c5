#include "xproxy/proxy/HeldInput.h"

#include "xproxy/wire/Message.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace xinput = wire::xinput;

namespace {

using Kind = HeldInput::Kind;
constexpr std::uint8_t kMoreToCome = 0x80; // XI1: valuators follow in another event
constexpr std::uint32_t kButton1 = 1u << 8;
constexpr std::uint32_t kMaskedButtons = 5;
constexpr std::uint32_t kKeyRepeat = 1u << 16;

struct Meaning {
    Kind kind;
    bool isPress;
};

std::optional<Meaning> meaningOfType(std::uint16_t type) {
    switch (type) {
    case xinput::kKeyPressEvtype:
    case xinput::kRawKeyPressEvtype:
        return Meaning{Kind::Key, true};
    case xinput::kKeyReleaseEvtype:
    case xinput::kRawKeyReleaseEvtype:
        return Meaning{Kind::Key, false};
    case xinput::kButtonPressEvtype:
    case xinput::kRawButtonPressEvtype:
        return Meaning{Kind::Button, true};
    case xinput::kButtonReleaseEvtype:
    case xinput::kRawButtonReleaseEvtype:
        return Meaning{Kind::Button, false};
    case xinput::kTouchBeginEvtype:
    case xinput::kRawTouchBeginEvtype:
        return Meaning{Kind::Touch, true};
    case xinput::kTouchEndEvtype:
    case xinput::kRawTouchEndEvtype:
        return Meaning{Kind::Touch, false};
    default:
        return {};
    }
}

bool isRaw(std::uint16_t type) {
    return (type >= xinput::kRawKeyPressEvtype && type <= xinput::kRawMotionEvtype) ||
           (type >= xinput::kRawTouchBeginEvtype && type <= xinput::kRawTouchEndEvtype);
}

// Touches end two numbers after they begin; all else goes up one after it goes down.
std::uint16_t releaseOf(Kind kind, std::uint16_t press) {
    return static_cast<std::uint16_t>(press + (kind == Kind::Touch ? 2 : 1));
}

// Whoever has asked to hear of what goes down only, hears of that only. A grab may have told more.
bool hearsOnlyPresses(const Window* window, ClientId client, bool isButton) {
    const std::uint32_t press = 1u << (isButton ? 2 : 0);
    if (!window || !window->eventMasks.contains(client))
        return false;
    return (window->eventMasks.at(client) & (press | press << 1)) == press;
}

} // namespace

std::optional<HeldInput::Release> HeldInput::see(const MessageView& event,
                                                 const ExtensionTable& extensions) {
    const std::uint8_t code = event.u8(0); // what another program sent has another bit
    const ExtensionNumbers& input = extensions.of(Ext::XInput);
    Press one{};
    one.code = code;
    std::optional<Meaning> meaning;
    if (code >= core::kKeyPressEvent && code <= core::kButtonReleaseEvent) {
        const bool isKey = code <= core::kKeyReleaseEvent;
        meaning = {isKey ? Kind::Key : Kind::Button,
                   code == core::kKeyPressEvent || code == core::kButtonPressEvent};
        one.detail = event.u8(1);
        one.time = event.get(core::KeyPressEvent::time);
        one.window = xidOf(event, core::KeyPressEvent::event);
    } else if (code == kGenericEvent && input.present() && event.u8(1) == input.major) {
        one.type = event.get(wire::header::geEvtype);
        meaning = meaningOfType(one.type);
        if (!meaning)
            return {};
        one.device = event.get(xinput::KeyPressEvent::deviceid);
        one.time = event.get(xinput::KeyPressEvent::time);
        one.detail = event.get(xinput::KeyPressEvent::detail); // raw events have it there, too
        one.window = isRaw(one.type) ? ClientXid::None : xidOf(event, xinput::KeyPressEvent::event);
    } else if (input.present() && code >= input.firstEvent + xinput::kDeviceKeyPressEvent &&
               code <= input.firstEvent + xinput::kDeviceButtonReleaseEvent) {
        const int which = code - input.firstEvent;
        const bool isKey = which <= xinput::kDeviceKeyReleaseEvent;
        meaning = {isKey ? Kind::Key : Kind::Button, which == xinput::kDeviceKeyPressEvent ||
                                                         which == xinput::kDeviceButtonPressEvent};
        one.device = event.get(xinput::DeviceKeyPressEvent::device_id) & ~kMoreToCome;
        one.detail = event.u8(1);
        one.time = event.get(core::KeyPressEvent::time);
        one.window = xidOf(event, core::KeyPressEvent::event);
    }
    if (!meaning)
        return {};
    one.kind = meaning->kind;
    if (!meaning->isPress) {
        const std::uint8_t shown =
            code == kGenericEvent ? static_cast<std::uint8_t>(one.type) : code;
        std::erase_if(m_held, [&](const Press& held) {
            return held.release == shown &&
                   (held.code == kGenericEvent) == (code == kGenericEvent) &&
                   held.device == one.device && held.detail == one.detail;
        });
        return Release{one.kind, one.detail, one.time};
    }
    one.release =
        static_cast<std::uint8_t>(releaseOf(one.kind, code == kGenericEvent ? one.type : code));
    one.event = copyOf(event.bytes());
    press(std::move(one));
    return {};
}

void HeldInput::press(Press one) {
    // A key that repeats stays where it was: it went down then.
    const auto before = std::ranges::find_if(m_held, [&](const Press& held) {
        return held.code == one.code && held.type == one.type && held.device == one.device &&
               held.detail == one.detail;
    });
    if (before != m_held.end())
        *before = std::move(one);
    else if (m_held.size() < kMost)
        m_held.push_back(std::move(one));
}

void HeldInput::releasedElsewhere(const Release& release) {
    // What repeats is up and down at one moment, which every program is told of by itself.
    std::erase_if(m_held, [&](const Press& held) {
        return held.kind == release.kind && held.detail == release.detail &&
               static_cast<std::int32_t>(release.time - held.time) > 0;
    });
}

void HeldInput::keepDown(ByteView keymap, std::uint16_t buttons) {
    std::erase_if(m_held, [&](const Press& held) {
        if (held.kind == Kind::Key)
            return held.detail / 8 >= keymap.size() ||
                   (static_cast<unsigned>(keymap[held.detail / 8]) >> held.detail % 8 & 1) == 0;
        if (held.kind == Kind::Button && held.detail >= 1 && held.detail <= kMaskedButtons)
            return (buttons & kButton1 << (held.detail - 1)) == 0;
        return false;
    });
}

std::vector<Bytes> HeldInput::takeReleases(const Record& record, ClientId client, ByteOrder order,
                                           std::uint32_t now) {
    std::vector<Bytes> releases;
    for (; !m_held.empty(); m_held.pop_back()) {
        Press& held = m_held.back();
        const auto window = record.find<Window>(held.window);
        if (held.window != ClientXid::None && !window)
            continue;
        const bool isButton = held.kind == Kind::Button;
        const bool isMasked = isButton && held.detail >= 1 && held.detail <= kMaskedButtons;
        Bytes& event = held.event;
        if (held.code == kGenericEvent) {
            wire::setField(event, order, wire::header::geEvtype, held.release);
            wire::setField(event, order, xinput::KeyPressEvent::time, now);
            if (!isRaw(held.type) && held.kind != Kind::Touch) {
                const MessageView view(event, order);
                const std::uint32_t flags = view.get(xinput::KeyPressEvent::flags);
                const std::size_t at = xinput::KeyPressEvent::kFixedSize + held.detail / 8;
                wire::setField(event, order, xinput::KeyPressEvent::flags, flags & ~kKeyRepeat);
                if (isButton && at < event.size() &&
                    held.detail / 32 < view.get(xinput::KeyPressEvent::buttons_len))
                    event[at] |= static_cast<std::byte>(1u << held.detail % 8);
            }
        } else {
            if (hearsOnlyPresses(window.get(), client, isButton) &&
                held.code <= core::kButtonReleaseEvent)
                continue;
            event[0] = std::byte{held.release};
            wire::setField(event, order, core::KeyPressEvent::time, now);
            if (isMasked) {
                const std::uint16_t state =
                    MessageView(event, order).get(core::KeyPressEvent::state);
                wire::setField(event, order, core::KeyPressEvent::state,
                               static_cast<std::uint16_t>(state | kButton1 << (held.detail - 1)));
            }
            if (held.code > core::kButtonReleaseEvent)
                event[xinput::DeviceKeyPressEvent::device_id.offset] &= ~std::byte{kMoreToCome};
        }
        releases.push_back(std::move(event));
    }
    return releases;
}

} // namespace entracte::xproxy
