// Settings of the keyboard and the pointer (DeviceSettings.h).

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace {

// Of the keyboard that everybody types on, by either of its names (XKB protocol, 16.1).
bool isCoreKeyboard(const MessageView& request) {
    constexpr std::size_t kDeviceSpec = 4; // in the same place of all that are recorded
    constexpr std::uint16_t kUseCoreKbd = 0x100;
    constexpr std::uint16_t kVirtualCoreKeyboard = 3;
    const std::uint16_t device = request.u16(kDeviceSpec);
    return device == kUseCoreKbd || device == kVirtualCoreKeyboard;
}

} // namespace

void recordDeviceRequest(const RequestContext& c) {
    // Nobody is left to speak for a program of the other byte order.
    if (c.view.order() != wire::kHostOrder || (c.ext == Ext::Xkb && !isCoreKeyboard(c.view)))
        return;
    if (c.ext == Ext::Xkb && c.opcode == wire::xkb::kGetKbdByName &&
        c.view.get(wire::xkb::GetKbdByName::load) == 0)
        return; // it only asks
    c.record.devices.add(c.ext, c.opcode, c.view.bytes());
}

} // namespace entracte::xproxy
