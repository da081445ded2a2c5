// Active grabs: taken again on the new server, or ended as a server ends them.

#include "xproxy/proxy/Log.h"
#include "xproxy/replay/Crossings.h"
#include "xproxy/replay/LateGrabs.h"
#include "xproxy/replay/Steps.h"
#include "xproxy/state/GrabCursor.h"
#include "xproxy/state/WindowTree.h"

#include <chrono>

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
Bytes asTakenNow(const Record::ActiveGrab& grab, ByteOrder order, ClientXid cursor) {
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
    put32(request, timeAt, 0, order);
    request[modesAt] = request[modesAt + 1] = kAsynchronous;
    if (const std::size_t at = grabCursorAt(grab.ext, opcode); grab.cursor && at != 0)
        put32(request, at, raw(cursor), order);
    return request;
}

constexpr std::uint8_t kSuccess = 0, kNotViewable = 3; // of GrabPointer, GrabKeyboard, XIGrabDevice

std::uint8_t statusOf(Ext ext, const MessageView& reply) {
    return ext == Ext::XInput ? reply.get(xinput::XIGrabDeviceReply::status)
                              : reply.get(core::GrabPointerReply::status);
}

GrabEnd endOf(const ReplayContext& c, unsigned what, ClientXid window) {
    const bool keyboard = isOfKeyboard(what);
    const std::uint16_t device = what < 2 ? keyboard ? kVirtualCoreKeyboard : kVirtualCorePointer
                                          : static_cast<std::uint16_t>(what - 2);
    return {keyboard, device, window, ClientXid::None, c.pointer.first, c.pointer.second};
}

// Its program is told as when a server ends a grab.
void tell(ReplayContext& c, GrabEnd end) {
    end.to = end.keyboard ? (c.record.find<Window>(c.record.focus.window) ? c.record.focus.window
                                                                          : ClientXid::None)
                          : windowAt(c.record, c.record.roots.front(), end.x, end.y);
    tellUngrabbed(c, end);
}

} // namespace

void replayGrabs(ReplayContext& c) {
    for (auto& [what, grab] : c.record.activeGrabs) {
        grab.awaited = false;
        Client* client = c.client(grab.client);
        if (!client)
            continue;
        c.ask(*client, asTakenNow(grab, client->order, c.nameOf(grab.cursor)),
              [&c, what = what](const MessageView& reply) {
                  const auto found = c.record.activeGrabs.find(what);
                  if (found == c.record.activeGrabs.end())
                      return;
                  Record::ActiveGrab& asked = found->second;
                  const std::uint8_t status = statusOf(asked.ext, reply);
                  if (status == kSuccess)
                      c.grabbed.insert(what);
                  else if (status == kNotViewable &&
                           windowtree::isViewable(c.record, windowOf(asked, reply.order())))
                      asked.awaited = true;
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

// What is not given is not had.
void endRefusedGrabs(ReplayContext& c) {
    std::vector<GrabEnd> ended;
    std::erase_if(c.record.activeGrabs, [&](const auto& entry) {
        const auto& [what, grab] = entry;
        Client* client = c.client(grab.client);
        if (grab.awaited || c.grabbed.contains(what) || !client)
            return !client;
        ended.push_back(endOf(c, what, windowOf(grab, client->order)));
        return true;
    });
    for (const GrabEnd& end : ended)
        tell(c, end);
}

void LateGrabs::begin() {
    forget();
    m_deadline = Clock::now() + kLimit;
    askAgain();
}

void LateGrabs::forget() {
    m_core.loop.cancel(m_timer);
    m_timer = 0;
}

void LateGrabs::askAgain() {
    m_timer = 0;
    const bool isLast = Clock::now() >= m_deadline;
    bool awaits = false;
    for (auto& [what, grab] : m_core.record.activeGrabs) {
        Client* client = m_core.client(grab.client);
        if (!grab.awaited || !client || !client->upstream)
            continue;
        awaits = true;
        const ClientXid cursor =
            grab.cursor && grab.cursor->named ? grab.cursor->id : ClientXid::None;
        m_requests.injectAs(
            *client, asTakenNow(grab, client->order, cursor), false,
            [this, isLast, what = what, id = grab.client, order = client->order](ByteView reply) {
                answered(what, id, isLast, MessageView(reply, order));
            });
        client->upstream->stream.flush();
    }
    if (awaits && !isLast)
        m_timer = m_core.loop.after(kBetween, [this] { askAgain(); });
}

// It may have been let go, or taken anew, meanwhile.
void LateGrabs::answered(unsigned what, ClientId client, bool isLast, const MessageView& reply) {
    auto& grabs = m_core.record.activeGrabs;
    const auto found = grabs.find(what);
    if (found == grabs.end() || !found->second.awaited || found->second.client != client)
        return;
    const std::uint8_t status =
        reply.u8(0) == 1 ? statusOf(found->second.ext, reply) : kNotViewable;
    if (status == kSuccess) {
        found->second.awaited = false;
    } else if (isLast || status != kNotViewable) {
        logLine("grab {} is not given on this server: status {}", what, status);
        const ClientXid window = windowOf(found->second, reply.order());
        grabs.erase(found);
        Pump none;
        ReplayContext context(m_core, m_requests, none, m_deadline);
        tell(context, endOf(context, what, window));
    }
}

} // namespace entracte::xproxy
