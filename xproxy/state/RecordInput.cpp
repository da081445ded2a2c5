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

void ungrab(const RequestContext& c, std::uint8_t opcodeOfGrab, ClientXid window, std::uint8_t what,
            std::uint16_t modifiers) {
    c.record.sticky.eraseIf([&](const StickyKey& key) {
        if (key.object != window || key.client != c.client || key.ext != Ext::Core ||
            key.opcode != opcodeOfGrab)
            return false;
        return (what == kAnyKeyOrButton || key.detail >> 16 == what) &&
               (modifiers == kAnyModifier || (key.detail & 0xffff) == modifiers);
    });
}

} // namespace

void recordInputRequest(const RequestContext& c) {
    Record& record = c.record;
    switch (c.opcode) {
    case core::kGrabButton: {
        using namespace core::GrabButton;
        c.stick(xidOf(c.view, grab_window), grabDetail(c.view.get(button), c.view.get(modifiers)));
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
        c.stick(xidOf(c.view, grab_window), grabDetail(c.view.get(key), c.view.get(modifiers)));
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
        record.focus = {xidOf(c.view, core::SetInputFocus::focus), c.view.get(revert_to)};
        break;
    }
    default:
        break;
    }
}

} // namespace entracte::xproxy
