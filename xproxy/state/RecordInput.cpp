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

// Whether they have a key or button with modifiers in common.
bool meets(std::uint8_t what, std::uint16_t modifiers, std::uint64_t detail) {
    const std::uint64_t key = detail >> 16;
    const std::uint64_t mask = detail & 0xffff;
    return (what == kAnyKeyOrButton || key == kAnyKeyOrButton || key == what) &&
           (modifiers == kAnyModifier || mask == kAnyModifier || mask == modifiers);
}

template <typename Predicate>
void eraseGrabs(const RequestContext& c, std::uint8_t opcode, ClientXid window,
                Predicate predicate) {
    c.record.sticky.eraseIf([&](const StickyKey& key) {
        return key.object == window && key.client == c.client && key.ext == Ext::Core &&
               key.opcode == opcode && predicate(key.detail);
    });
}

// The latest grab of a key or button is the one that counts; an earlier exception does it no harm,
// and still is one should the server refuse the grab.
void grab(const RequestContext& c, ClientXid window, std::uint8_t what, std::uint16_t modifiers) {
    c.stick(window, grabDetail(what, modifiers));
}

void ungrab(const RequestContext& c, std::uint8_t opcodeOfGrab, ClientXid window, std::uint8_t what,
            std::uint16_t modifiers) {
    bool othersStay = false;
    eraseGrabs(c, opcodeOfGrab, window, [&](std::uint64_t detail) {
        const bool ends = covers(what, modifiers, detail);
        othersStay = othersStay || (!ends && meets(what, modifiers, detail));
        return ends;
    });
    eraseGrabs(c, c.opcode, window,
               [&](std::uint64_t detail) { return covers(what, modifiers, detail); });
    // An exception from what stays: it is kept and sent after that.
    if (othersStay)
        c.stick(window, grabDetail(what, modifiers));
}

// Of the program that has it; whoever names a cursor that is none changes nothing.
void changeActiveGrab(const RequestContext& c) {
    using namespace core::ChangeActivePointerGrab;
    const auto found = c.record.activeGrabs.find(0);
    const ClientXid named = xidOf(c.view, cursor);
    const auto shown = c.record.find<Cursor>(named);
    if (found == c.record.activeGrabs.end() || found->second.client != c.client ||
        (named != ClientXid::None && !shown))
        return;
    Bytes& request = found->second.request;
    wire::setField(request, c.view.order(), core::GrabPointer::event_mask, c.view.get(event_mask));
    wire::setField(request, c.view.order(), core::GrabPointer::cursor, raw(named));
    found->second.cursor = shown;
}

} // namespace

void recordInputRequest(const RequestContext& c) {
    Record& record = c.record;
    switch (c.opcode) {
    case core::kGrabButton: {
        using namespace core::GrabButton;
        grab(c, xidOf(c.view, grab_window), c.view.get(button), c.view.get(modifiers));
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
        grab(c, xidOf(c.view, grab_window), c.view.get(key), c.view.get(modifiers));
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
        for (const unsigned name : {what, Record::otherNameOf(what)}) {
            const auto found = record.activeGrabs.find(name);
            if (found != record.activeGrabs.end() && found->second.client == c.client)
                record.activeGrabs.erase(found);
        }
        break;
    }
    case core::kChangeActivePointerGrab:
        changeActiveGrab(c);
        break;
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
