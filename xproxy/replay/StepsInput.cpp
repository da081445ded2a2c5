// What is held at the moment of a move: keys and buttons that are down, the focus, active grabs.

#include "xproxy/proxy/Log.h"
#include "xproxy/replay/Crossings.h"
#include "xproxy/replay/Steps.h"
#include "xproxy/state/GrabCursor.h"
#include "xproxy/state/WindowTree.h"

namespace entracte::xproxy {

namespace core = wire::core;
namespace xinput = wire::xinput;

namespace {

constexpr std::uint16_t kVirtualCorePointer = 2, kVirtualCoreKeyboard = 3;

bool isOfKeyboard(unsigned what) {
    return what == 1 || what == 2u + kVirtualCoreKeyboard;
}

ClientXid windowOf(const Record::ActiveGrab& grab, ByteOrder order) {
    constexpr std::size_t kGrabWindowAt = 4; // in all three
    return ClientXid{MessageView(grab.request, order).u32(kGrabWindowAt)};
}

// Whenever it was taken, now it is taken now. Whatever it had frozen was let go, or is told to be
// by a program that does not know that it is free: nobody would thaw what is frozen anew.
Bytes asTakenNow(ReplayContext& c, const Client& client, const Record::ActiveGrab& grab) {
    constexpr std::byte kAsynchronous{1};
    Bytes request = grab.request;
    const bool isXi2 = grab.ext == Ext::XInput;
    const auto opcode = static_cast<std::uint8_t>(request[isXi2 ? 1 : 0]);
    const bool isPointer = !isXi2 && opcode == core::kGrabPointer;
    const std::size_t timeAt = isXi2       ? xinput::XIGrabDevice::time.offset
                               : isPointer ? core::GrabPointer::time.offset
                                           : core::GrabKeyboard::time.offset;
    const std::size_t modesAt = isXi2       ? xinput::XIGrabDevice::mode.offset
                                : isPointer ? core::GrabPointer::pointer_mode.offset
                                            : core::GrabKeyboard::pointer_mode.offset;
    put32(request, timeAt, 0, client.order);
    request[modesAt] = request[modesAt + 1] = kAsynchronous;
    if (const std::size_t at = grabCursorAt(grab.ext, opcode); grab.cursor && at != 0)
        put32(request, at, raw(c.nameOf(grab.cursor)), client.order);
    return request;
}

} // namespace

void releaseHeldInput(ReplayContext& c) {
    const std::uint32_t now = c.core.link->translator->time.latestClient();
    for (const auto& [id, client] : c.core.clients) {
        if (!client->upstream)
            continue;
        for (Bytes& event : client->input.takeReleases(c.record, id, client->order, now)) {
            put16(event, wire::header::sequence.offset,
                  static_cast<std::uint16_t>(client->numberToTell()), client->order);
            client->stream.queue(event);
        }
    }
}

void replayFocusAndGrabs(ReplayContext& c) {
    constexpr std::uint32_t kPointerRoot = 1;
    auto& focus = c.record.focus;
    // In a stranger's window manager the window may not be on the screen yet: it gives the focus.
    if (focus.known && (raw(focus.window) <= kPointerRoot ||
                        (windowtree::isViewable(c.record, focus.window) &&
                         !windowtree::isInForeignFrame(c.record, focus.window)))) {
        c.sendAsProxy(
            c.asProxy(core::kSetInputFocus, focus.revertTo).u32(raw(focus.window)).u32(0).finish());
        focus.told = true; // here it is as recorded
    }
    for (const auto& [what, grab] : c.record.activeGrabs) {
        Client* client = c.client(grab.client);
        if (!client)
            continue;
        const bool isXi2 = grab.ext == Ext::XInput;
        c.ask(*client, asTakenNow(c, *client, grab),
              [&c, what = what, isXi2](const MessageView& reply) {
                  constexpr std::uint8_t kSuccess = 0;
                  const std::uint8_t status = isXi2 ? reply.get(xinput::XIGrabDeviceReply::status)
                                                    : reply.get(core::GrabPointerReply::status);
                  if (status == kSuccess)
                      c.grabbed.insert(what);
                  else
                      logLine("grab {} is not given on this server: status {}", what, status);
              });
    }
}

void askForPointer(ReplayContext& c) {
    if (c.record.activeGrabs.size() > c.grabbed.size())
        c.askAsProxy(c.asProxy(core::kQueryPointer).u32(raw(c.record.roots.front())).finish(),
                     [&c](const MessageView& reply) {
                         if (reply.u8(0) == 1)
                             c.pointer = {reply.get(core::QueryPointerReply::root_x),
                                          reply.get(core::QueryPointerReply::root_y)};
                     });
}

// What is not given is not had: its program is told as when a server ends a grab.
void endRefusedGrabs(ReplayContext& c) {
    std::vector<GrabEnd> ended;
    std::erase_if(c.record.activeGrabs, [&](const auto& entry) {
        const auto& [what, grab] = entry;
        Client* client = c.client(grab.client);
        if (c.grabbed.contains(what) || !client)
            return !client;
        const bool keyboard = isOfKeyboard(what);
        const std::uint16_t device = what < 2
                                         ? keyboard ? kVirtualCoreKeyboard : kVirtualCorePointer
                                         : static_cast<std::uint16_t>(what - 2);
        ended.push_back({keyboard, device, windowOf(grab, client->order), ClientXid::None,
                         c.pointer.first, c.pointer.second});
        return true;
    });
    for (GrabEnd& end : ended) {
        end.to = end.keyboard
                     ? (c.record.find<Window>(c.record.focus.window) ? c.record.focus.window
                                                                     : ClientXid::None)
                     : windowAt(c.record, c.record.roots.front(), end.x, end.y);
        tellUngrabbed(c, end);
    }
}

} // namespace entracte::xproxy
