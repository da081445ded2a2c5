// Selections, focus, event selections of extensions, grabs.

#include "xproxy/replay/Auditor.h"
#include "xproxy/state/WindowTree.h"
#include "xproxy/state/XiSelections.h"

#include <algorithm>
#include <map>
#include <set>

namespace entracte::xproxy {

namespace core_ = wire::core;
namespace xinput = wire::xinput;

namespace {

constexpr std::uint8_t kBadAccess = 10;
constexpr std::uint8_t kAlreadyGrabbed = 1;
constexpr std::uint8_t kFrozen = 4;

MessageView viewOf(const StickyRequests::Entry& entry, const Client& client) {
    return {entry.request->request, client.order, entry.request->bigRequest};
}

bool isSticky(const StickyRequests::Entry& entry, Ext ext, std::uint8_t opcode) {
    return entry.key.ext == ext && entry.key.opcode == opcode;
}

std::string shown(const XiMasks& masks) {
    std::string text;
    for (const auto& [device, mask] : masks)
        text += fmt::format(" {}:{:x}", device, fmt::join(mask, ","));
    return text.empty() ? " none" : text;
}

// Who listens for devices that come and go (XInput 1's DevicePresence) has two entries in the X
// server's list of the window, and the server tells the XI2 masks of one of them only.
bool listensForDevices(const MessageView& select) {
    using namespace xinput::SelectExtensionEvent;
    for (unsigned i = 0; i < select.get(num_classes); ++i)
        if (select.u32(kFixedSize + 4 * std::size_t{i}) >> 8 > 0xff)
            return true;
    return false;
}

void auditXi2(Auditor& a) {
    std::set<std::pair<ClientId, ClientXid>> untold;
    auto& devices = a.core.link->translator->devices;
    for (const auto& entry : a.record.sticky.inOrder()) {
        Client* client = a.client(entry.key.client);
        if (client && isSticky(entry, Ext::XInput, xinput::kSelectExtensionEvent) &&
            listensForDevices(viewOf(entry, *client)))
            untold.insert({client->id, entry.key.object});
    }
    for (const auto& [where, masks] : xiSelections(a.record)) {
        Client* const client = a.client(where.first);
        if (!client)
            continue;
        if (untold.contains(where)) {
            a.report.unasked("XI2 events beside DevicePresence");
            continue;
        }
        // Several devices of the first server may be one on this server.
        XiMasks expected;
        for (const auto& [device, mask] : masks)
            expected[devices.toClient(devices.toServer(device))] = mask;
        a.askAs(*client,
                a.as(*client, Ext::XInput, xinput::kXIGetSelectedEvents)
                    .u32(raw(where.second))
                    .finish(),
                [&a, where = where, expected](const MessageView& reply) {
                    if (reply.u8(0) != 1)
                        return;
                    XiMasks found;
                    readXiMasks(reply, xinput::XIGetSelectedEventsReply::kFixedSize,
                                reply.get(xinput::XIGetSelectedEventsReply::num_masks), found);
                    a.report.compared();
                    if (found != expected)
                        a.different(fmt::format("window {:#x}: XI2 events of client {}: recorded"
                                                "{}, the server has{}",
                                                raw(where.second), where.first, shown(expected),
                                                shown(found)));
                });
    }
}

void auditOtherSelections(Auditor& a) {
    namespace shape = wire::shape;
    namespace saver = wire::screensaver;
    for (const auto& entry : a.record.sticky.inOrder()) {
        Client* client = a.client(entry.key.client);
        if (!client || isSticky(entry, Ext::XInput, xinput::kXISelectEvents))
            continue;
        const auto view = viewOf(entry, *client);
        const std::string about = fmt::format("window {:#x}", raw(entry.key.object));
        if (isSticky(entry, Ext::Shape, shape::kSelectInput)) {
            a.askAs(*client,
                    a.as(*client, Ext::Shape, shape::kInputSelected)
                        .u32(raw(entry.key.object))
                        .finish(),
                    [&a, about,
                     on = view.get(shape::SelectInput::enable) != 0](const MessageView& reply) {
                        if (reply.u8(0) == 1)
                            a.number(about, "SHAPE events selected", on,
                                     reply.get(shape::InputSelectedReply::enabled));
                    });
        } else if (isSticky(entry, Ext::ScreenSaver, saver::kSelectInput)) {
            a.askAs(*client,
                    a.as(*client, Ext::ScreenSaver, saver::kQueryInfo)
                        .u32(raw(entry.key.object))
                        .finish(),
                    [&a, about,
                     mask = view.get(saver::SelectInput::event_mask)](const MessageView& reply) {
                        if (reply.u8(0) == 1)
                            a.number(about, "screen saver events selected", mask,
                                     reply.get(saver::QueryInfoReply::event_mask));
                    });
        } else if (entry.key.ext != Ext::Core &&
                   !isSticky(entry, Ext::XInput, xinput::kXIPassiveGrabDevice)) {
            const auto* schema = requestSchema(entry.key.ext, entry.key.opcode);
            const bool isVersion = entry.key.object == ClientXid::None && entry.key.opcode == 0;
            a.report.unasked(isVersion ? "version agreed with an extension"
                                       : fmt::format("{} {}", extensionName(entry.key.ext),
                                                     schema ? schema->name : "?"));
        }
    }
    for (const auto& [id, client] : a.record.clients)
        a.report.unasked("window of a save-set", static_cast<std::uint32_t>(client.saveSet.size()));
}

} // namespace

void auditSelectionsAndFocus(Auditor& a) {
    for (const auto& [selection, owner] : a.record.selections) {
        if (!a.client(owner.client))
            continue;
        a.ask(a.asProxy(core_::kGetSelectionOwner).u32(raw(selection)).finish(),
              [&a, selection = selection, window = owner.window](const MessageView& reply) {
                  a.number("selection " + a.nameOf(selection), "owner", raw(window),
                           reply.get(core_::GetSelectionOwnerReply::owner));
              });
    }
    const auto& focus = a.record.focus;
    if (!focus.known)
        return;
    const bool onScreen = raw(focus.window) <= 1 || windowtree::isViewable(a.record, focus.window);
    const auto rule = a.strangerManages ? auditrule::kManagerFocuses
                      : !onScreen       ? auditrule::kNotViewable
                      : focus.told      ? std::string_view{}
                                        : auditrule::kNotYetCaptured;
    a.ask(a.asProxy(core_::kGetInputFocus).finish(), [&a, focus, rule](const MessageView& reply) {
        using namespace core_::GetInputFocusReply;
        a.number("input focus", "window", raw(focus.window),
                 reply.get(core_::GetInputFocusReply::focus), rule);
        a.number("input focus", "revert-to", focus.revertTo, reply.get(revert_to), rule);
    });
}

void auditEventSelections(Auditor& a) {
    // The owners' own masks are compared with the windows' attributes.
    for (const auto& window : a.record.all<Window>())
        for (const auto& [id, mask] : window->eventMasks) {
            Client* client = a.client(id);
            if (!client || (id == window->owner) ||
                (window->owner != kNobody && !a.client(window->owner)))
                continue;
            a.askAs(*client,
                    a.as(*client, core_::kGetWindowAttributes).u32(raw(window->id)).finish(),
                    [&a, window, id = id, mask = mask](const MessageView& reply) {
                        a.number(a.nameOf(*window), fmt::format("event mask of client {}", id),
                                 mask, reply.get(core_::GetWindowAttributesReply::your_event_mask));
                    });
        }
    auditXi2(a);
    auditOtherSelections(a);
}

namespace {

// What somebody else has grabbed, the proxy cannot: the server refuses with Access. Were it free,
// the proxy's own grab would go at once.
void auditCoreGrab(Auditor& a, const StickyRequests::Entry& entry, const MessageView& view) {
    const bool isKey = entry.key.opcode == core_::kGrabKey;
    using namespace core_::GrabButton;
    const std::uint8_t what = isKey ? view.get(core_::GrabKey::key) : view.get(button);
    const std::uint16_t with =
        isKey ? view.get(core_::GrabKey::modifiers) : view.get(core_::GrabButton::modifiers);
    constexpr std::uint8_t kAsynchronous = 1;
    auto request = a.asProxy(entry.key.opcode);
    request.u32(raw(entry.key.object));
    if (isKey)
        request.u16(with).u8(what).u8(kAsynchronous).u8(kAsynchronous).pad(3);
    else
        request.u16(0).u8(kAsynchronous).u8(kAsynchronous).u32(0).u32(0).u8(what).pad(1).u16(with);
    a.ask(request.finish(), [&a, isKey, what, with, id = entry.key.object,
                             client = entry.key.client](const MessageView& reply) {
        a.report.compared();
        if (reply.bytes().empty() || reply.u8(0) != 0 ||
            reply.get(wire::header::errorCode) != kBadAccess)
            a.missing(fmt::format("window {:#x}: grab of {} {} with modifiers {:#x} by client {}",
                                  raw(id), isKey ? "key" : "button", what, with, client));
    });
    a.ask(a.asProxy(isKey ? core_::kUngrabKey : core_::kUngrabButton, what)
              .u32(raw(entry.key.object))
              .u16(with)
              .pad(2)
              .finish());
}

void auditXi2Grab(Auditor& a, const StickyRequests::Entry& entry, const MessageView& view) {
    using namespace xinput::XIPassiveGrabDevice;
    const std::uint32_t with =
        view.u32(kFixedSize + 4 * std::size_t{view.get(mask_len)}); // one for each, as recorded
    auto request = a.asProxy(Ext::XInput, xinput::kXIPassiveGrabDevice);
    request.u32(0).u32(raw(entry.key.object)).u32(0).u32(view.get(detail));
    request.u16(view.get(deviceid)).u16(1).u16(0).u8(view.get(grab_type)).u8(view.get(grab_mode));
    request.u8(1).u8(0).pad(2);
    a.ask(request.u32(with).finish(), [&a, with, id = entry.key.object, client = entry.key.client,
                                       what = view.get(detail)](const MessageView& reply) {
        namespace Reply = xinput::XIPassiveGrabDeviceReply; // lists what was refused
        a.report.compared();
        const std::uint8_t status = reply.u8(Reply::kFixedSize + 4); // X servers say Access
        if (reply.u8(0) != 1 || reply.get(Reply::num_modifiers) != 1 ||
            (status != kAlreadyGrabbed && status != kBadAccess))
            a.missing(fmt::format("window {:#x}: XI2 grab of {} with modifiers {:#x} by "
                                  "client {}",
                                  raw(id), what, with, client));
    });
    a.ask(a.asProxy(Ext::XInput, xinput::kXIPassiveUngrabDevice)
              .u32(raw(entry.key.object))
              .u32(view.get(detail))
              .u16(view.get(deviceid))
              .u16(1)
              .u8(view.get(grab_type))
              .pad(3)
              .u32(with)
              .finish());
}

void auditActiveXi2Grab(Auditor& a, std::uint16_t device, ClientId client) {
    constexpr std::uint8_t kAsynchronous = 1;
    auto request = a.asProxy(Ext::XInput, xinput::kXIGrabDevice);
    request.u32(raw(a.record.roots.front())).u32(0).u32(0).u16(device);
    request.u8(kAsynchronous).u8(kAsynchronous).u8(0).pad(1).u16(0);
    a.ask(request.finish(), [&a, device, client](const MessageView& reply) {
        a.report.compared();
        const std::uint8_t status = reply.get(xinput::XIGrabDeviceReply::status);
        if (reply.u8(0) != 1 || (status != kAlreadyGrabbed && status != kFrozen))
            a.missing(fmt::format("grab of device {} by client {}", device, client));
    });
    a.ask(a.asProxy(Ext::XInput, xinput::kXIUngrabDevice).u32(0).u16(device).pad(2).finish());
}

void auditActiveGrab(Auditor& a, unsigned what, const Record::ActiveGrab& grab) {
    if (!a.client(grab.client))
        return;
    if (grab.awaited) {
        a.missing(fmt::format("grab {} by client {}", what, grab.client),
                  "the screen's window manager has yet to show the window that grabs");
        return;
    }
    if (what > 1) {
        auditActiveXi2Grab(a, static_cast<std::uint16_t>(what - 2), grab.client);
        return;
    }
    const std::uint32_t root = raw(a.record.roots.front());
    constexpr std::uint8_t kAsynchronous = 1;
    const auto told = [&a, what, client = grab.client](const MessageView& reply) {
        a.report.compared();
        const std::uint8_t status = reply.get(core_::GrabPointerReply::status);
        if (reply.u8(0) != 1 || (status != kAlreadyGrabbed && status != kFrozen))
            a.missing(
                fmt::format("grab of the {} by client {}", what ? "keyboard" : "pointer", client));
    };
    if (what == 0) {
        auto request = a.asProxy(core_::kGrabPointer);
        request.u32(root).u16(0).u8(kAsynchronous).u8(kAsynchronous).u32(0).u32(0).u32(0);
        a.ask(request.finish(), told);
        a.ask(a.asProxy(core_::kUngrabPointer).u32(0).finish());
    } else {
        auto request = a.asProxy(core_::kGrabKeyboard);
        request.u32(root).u32(0).u8(kAsynchronous).u8(kAsynchronous).pad(2);
        a.ask(request.finish(), told);
        a.ask(a.asProxy(core_::kUngrabKeyboard).u32(0).finish());
    }
}

} // namespace

void auditGrabs(Auditor& a) {
    for (const auto& entry : a.record.sticky.inOrder()) {
        Client* client = a.client(entry.key.client);
        if (!client || !a.record.exists(entry.key.object))
            continue;
        if (isSticky(entry, Ext::Core, core_::kGrabKey) ||
            isSticky(entry, Ext::Core, core_::kGrabButton))
            auditCoreGrab(a, entry, viewOf(entry, *client));
        else if (isSticky(entry, Ext::XInput, xinput::kXIPassiveGrabDevice))
            auditXi2Grab(a, entry, viewOf(entry, *client));
    }
    for (const auto& [what, grab] : a.record.activeGrabs)
        auditActiveGrab(a, what, grab);
}

} // namespace entracte::xproxy
