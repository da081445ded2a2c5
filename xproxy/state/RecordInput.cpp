// Input of the core protocol: grabs and focus.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::uint16_t kAnyModifier = 0x8000;
constexpr std::uint8_t kAnyKeyOrButton = 0;

// A passive grab is told by key or button, and modifiers.
std::uint64_t grabDetail(std::uint8_t what, std::uint16_t modifiers) {
    return std::uint64_t{what} << 16 | modifiers;
}

// Whether the grab or ungrab of (what, modifiers) speaks of all that `detail` speaks of.
bool covers(std::uint8_t what, std::uint16_t modifiers, std::uint64_t detail) {
    return (what == kAnyKeyOrButton || detail >> 16 == what) &&
           (modifiers == kAnyModifier || (detail & 0xffff) == modifiers);
}

// Whether a grab of `detail` speaks of (what, modifiers) and of more.
bool isWider(std::uint64_t detail, std::uint8_t what, std::uint16_t modifiers) {
    const auto key = static_cast<std::uint8_t>(detail >> 16);
    const auto mask = static_cast<std::uint16_t>(detail & 0xffff);
    return covers(key, mask, grabDetail(what, modifiers));
}

template <typename Predicate>
void eraseGrabs(const RequestContext& c, std::uint8_t opcode, ClientXid window,
                Predicate predicate) {
    c.record.sticky.eraseIf([&](const StickyKey& key) {
        return key.object == window && key.client == c.client && key.ext == Ext::Core &&
               key.opcode == opcode && predicate(key.detail);
    });
}

void grab(const RequestContext& c, std::uint8_t opcodeOfUngrab, ClientXid window, std::uint8_t what,
          std::uint16_t modifiers) {
    eraseGrabs(c, opcodeOfUngrab, window,
               [&](std::uint64_t detail) { return covers(what, modifiers, detail); });
    c.stick(window, grabDetail(what, modifiers));
}

void ungrab(const RequestContext& c, std::uint8_t opcodeOfGrab, ClientXid window, std::uint8_t what,
            std::uint16_t modifiers) {
    bool widerStays = false;
    eraseGrabs(c, opcodeOfGrab, window, [&](std::uint64_t detail) {
        const bool ends = covers(what, modifiers, detail);
        widerStays = widerStays || (!ends && isWider(detail, what, modifiers));
        return ends;
    });
    eraseGrabs(c, c.opcode, window,
               [&](std::uint64_t detail) { return covers(what, modifiers, detail); });
    // An exception from a wider grab: it is kept and sent after that.
    if (widerStays)
        c.stick(window, grabDetail(what, modifiers));
}

} // namespace

void recordInputRequest(const RequestContext& c) {
    Record& record = c.record;
    switch (c.opcode) {
    case core::kGrabButton: {
        using namespace core::GrabButton;
        grab(c, core::kUngrabButton, xidOf(c.view, grab_window), c.view.get(button),
             c.view.get(modifiers));
        break;
    }
    case core::kUngrabButton: {
        using namespace core::UngrabButton;
        ungrab(c, core::kGrabButton, xidOf(c.view, grab_window), c.view.get(button),
               c.view.get(modifiers));
        break;
    }
    case core::kGrabKey: {
        using namespace core::GrabKey;
        grab(c, core::kUngrabKey, xidOf(c.view, grab_window), c.view.get(key),
             c.view.get(modifiers));
        break;
    }
    case core::kUngrabKey: {
        using namespace core::UngrabKey;
        ungrab(c, core::kGrabKey, xidOf(c.view, grab_window), c.view.get(key),
               c.view.get(modifiers));
        break;
    }
    case core::kUngrabPointer:
    case core::kUngrabKeyboard: {
        const unsigned what = c.opcode == core::kUngrabPointer ? 0 : 1;
        const auto found = record.activeGrabs.find(what);
        if (found != record.activeGrabs.end() && found->second.client == c.client)
            record.activeGrabs.erase(found);
        break;
    }
    case core::kGrabServer:
        record.serverGrabber = c.client;
        break;
    case core::kUngrabServer:
        if (record.serverGrabber == c.client)
            record.serverGrabber = kNobody;
        break;
    case core::kSetInputFocus: {
        using namespace core::SetInputFocus;
        record.focus = {xidOf(c.view, core::SetInputFocus::focus), c.view.get(revert_to), true};
        break;
    }
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
