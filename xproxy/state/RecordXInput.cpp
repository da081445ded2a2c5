// XInput 1 and 2: event selections, opened devices, passive and active grabs.

#include "xproxy/state/Recorder.h"

#include <algorithm>

namespace entracte::xproxy {

namespace xinput = wire::xinput;

namespace {

constexpr std::uint16_t kAnyModifier = 0x8000;

// The devices that a XISelectEvents speaks of; two with the same ones replace each other.
std::uint64_t selectionDetail(const MessageView& v) {
    using namespace xinput::XISelectEvents;
    Bytes devices;
    std::size_t at = kFixedSize;
    for (unsigned i = 0; i < v.get(num_mask) && at + 4 <= v.size(); ++i) {
        const std::uint16_t device = v.u16(at);
        devices.push_back(static_cast<std::byte>(device & 0xff));
        devices.push_back(static_cast<std::byte>(device >> 8));
        at += 4 + 4 * std::size_t{v.u16(at + 2)};
    }
    return digest(devices);
}

// Which passive grab of XI2; in `modifiers` only the lower 24 bits ever are modifiers.
std::uint64_t passiveDetail(std::uint16_t device, std::uint8_t type, std::uint32_t detail,
                            std::uint32_t modifiers) {
    return std::uint64_t{type} << 60 | std::uint64_t{device & 0xffu} << 48 |
           std::uint64_t{detail & 0xffffu} << 32 | modifiers;
}

constexpr std::uint32_t kXiAnyModifier = 1u << 31;

// One grab for each of the modifier combinations that the request lists: they are released one by
// one.
void passiveGrab(const RequestContext& c) {
    using namespace xinput::XIPassiveGrabDevice;
    const auto& v = c.view;
    const std::size_t modifiersAt = kFixedSize + 4 * std::size_t{v.get(mask_len)};
    for (unsigned i = 0; i < v.get(num_modifiers); ++i) {
        const std::size_t at = modifiersAt + 4 * std::size_t{i};
        if (at + 4 > v.size())
            return;
        MessageBuilder one(v.order(), 0);
        one.bytes(v.bytes().first(4)).bytes(v.part(4, modifiersAt - 4)).u32(v.u32(at));
        one.set(num_modifiers, 1);
        const Bytes request = one.finish();
        const auto kept = c.record.sticky.set(
            {xidOf(v, grab_window), c.client, c.ext, c.opcode,
             passiveDetail(v.get(deviceid), v.get(grab_type), v.get(detail), v.u32(at))},
            MessageView(request, v.order()));
        kept.request->cursor = c.record.cursorOfGrab(c.ext, c.opcode, v);
    }
}

void passiveUngrab(const RequestContext& c) {
    using namespace xinput::XIPassiveUngrabDevice;
    const auto& v = c.view;
    for (unsigned i = 0; i < v.get(num_modifiers); ++i) {
        const std::uint32_t modifiers = v.u32(kFixedSize + 4 * std::size_t{i});
        const std::uint64_t wanted =
            passiveDetail(v.get(deviceid), v.get(grab_type), v.get(detail), modifiers);
        c.record.sticky.eraseIf([&](const StickyKey& key) {
            return key.object == xidOf(v, grab_window) && key.client == c.client &&
                   key.ext == Ext::XInput && key.opcode == xinput::kXIPassiveGrabDevice &&
                   (key.detail == wanted ||
                    (modifiers == kXiAnyModifier && key.detail >> 32 == wanted >> 32));
        });
    }
}

std::uint64_t deviceGrabDetail(std::uint8_t device, std::uint8_t what, std::uint16_t modifiers) {
    return std::uint64_t{device} << 24 | std::uint64_t{what} << 16 | modifiers;
}

void ungrabDevice(const RequestContext& c, std::uint8_t opcodeOfGrab, ClientXid window,
                  std::uint8_t device, std::uint8_t what, std::uint16_t modifiers) {
    c.record.sticky.eraseIf([&](const StickyKey& key) {
        return key.object == window && key.client == c.client && key.ext == Ext::XInput &&
               key.opcode == opcodeOfGrab && key.detail >> 24 == device &&
               (what == 0 || (key.detail >> 16 & 0xff) == what) &&
               (modifiers == kAnyModifier || (key.detail & 0xffff) == modifiers);
    });
}

} // namespace

void passiveGrabRefused(Record& record, ClientId client, const MessageView& request,
                        const MessageView* reply) {
    using namespace xinput::XIPassiveGrabDevice;
    const auto forget = [&](std::uint32_t modifiers) {
        record.sticky.erase({xidOf(request, grab_window), client, Ext::XInput,
                             xinput::kXIPassiveGrabDevice,
                             passiveDetail(request.get(deviceid), request.get(grab_type),
                                           request.get(detail), modifiers)});
    };
    const std::size_t modifiersAt = kFixedSize + 4 * std::size_t{request.get(mask_len)};
    const unsigned asked = request.get(num_modifiers);
    const unsigned count =
        reply
            ? std::min<unsigned>(asked, reply->get(xinput::XIPassiveGrabDeviceReply::num_modifiers))
            : asked;
    constexpr std::size_t kInfoSize = 8; // of a GrabModifierInfo
    for (unsigned i = 0; i < count; ++i)
        forget(reply ? reply->u32(xinput::XIPassiveGrabDeviceReply::kFixedSize + i * kInfoSize)
                     : request.u32(modifiersAt + 4 * std::size_t{i}));
}

void recordXInputRequest(const RequestContext& c) {
    Record& record = c.record;
    const auto& v = c.view;
    switch (c.opcode) {
    case xinput::kGetExtensionVersion:
    case xinput::kXIQueryVersion:
        c.stick(ClientXid::None);
        break;
    case xinput::kOpenDevice:
        c.stick(ClientXid::None, v.get(xinput::OpenDevice::device_id));
        break;
    case xinput::kCloseDevice:
        c.unstick(ClientXid::None, xinput::kOpenDevice, v.get(xinput::CloseDevice::device_id));
        break;
    case xinput::kSelectExtensionEvent:
        c.stick(xidOf(v, xinput::SelectExtensionEvent::window),
                digest(v.tail(xinput::SelectExtensionEvent::kFixedSize)));
        break;
    case xinput::kChangeDeviceDontPropagateList:
        c.stick(xidOf(v, xinput::ChangeDeviceDontPropagateList::window),
                digest(v.tail(xinput::ChangeDeviceDontPropagateList::kFixedSize - 4)));
        break;
    case xinput::kGrabDeviceKey: {
        using namespace xinput::GrabDeviceKey;
        c.stick(xidOf(v, grab_window),
                deviceGrabDetail(v.get(grabbed_device), v.get(key), v.get(modifiers)));
        break;
    }
    case xinput::kUngrabDeviceKey: {
        using namespace xinput::UngrabDeviceKey;
        ungrabDevice(c, xinput::kGrabDeviceKey, xidOf(v, grabWindow), v.get(grabbed_device),
                     v.get(key), v.get(modifiers));
        break;
    }
    case xinput::kGrabDeviceButton: {
        using namespace xinput::GrabDeviceButton;
        c.stick(xidOf(v, grab_window),
                deviceGrabDetail(v.get(grabbed_device), v.get(button), v.get(modifiers)));
        break;
    }
    case xinput::kUngrabDeviceButton: {
        using namespace xinput::UngrabDeviceButton;
        ungrabDevice(c, xinput::kGrabDeviceButton, xidOf(v, grab_window), v.get(grabbed_device),
                     v.get(button), v.get(modifiers));
        break;
    }
    case xinput::kXISelectEvents:
        c.stick(xidOf(v, xinput::XISelectEvents::window), selectionDetail(v));
        break;
    case xinput::kXIChangeCursor:
        c.stick(xidOf(v, xinput::XIChangeCursor::window), v.get(xinput::XIChangeCursor::deviceid));
        break;
    case xinput::kXISetClientPointer:
        c.stick(ClientXid::None);
        break;
    case xinput::kXIPassiveGrabDevice:
        passiveGrab(c);
        break;
    case xinput::kXIPassiveUngrabDevice:
        passiveUngrab(c);
        break;
    case xinput::kXIUngrabDevice: {
        const auto found = record.activeGrabs.find(2u + v.get(xinput::XIUngrabDevice::deviceid));
        if (found != record.activeGrabs.end() && found->second.client == c.client)
            record.activeGrabs.erase(found);
        break;
    }
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
