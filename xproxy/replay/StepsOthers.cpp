// Settings on windows, damage, GLX, selections.

#include "xproxy/replay/Steps.h"
#include "xproxy/state/GrabCursor.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

bool isCore(const StickyRequests::Entry& entry, std::uint8_t one, std::uint8_t other) {
    return entry.key.ext == Ext::Core && (entry.key.opcode == one || entry.key.opcode == other);
}

// The request of a grab, with the number that its cursor has for the moment if it was freed.
Bytes withCursor(ReplayContext& c, const Client& client, Ext ext, std::uint8_t opcode,
                 Bytes request, const CursorRef& cursor) {
    if (const std::size_t at = grabCursorAt(ext, opcode); cursor && at != 0)
        put32(request, at, raw(c.nameOf(cursor)), client.order);
    return request;
}

} // namespace

void replayWindowSettings(ReplayContext& c) {
    // Windows with a program that has made an exception from its grabs: what another one grabbed
    // there has to come after it, and comes on another connection.
    std::map<ClientXid, ClientId> exceptions;
    for (const auto& entry : c.record.sticky.inOrder()) {
        const ClientXid object = entry.key.object;
        Client* client = c.client(entry.key.client);
        if (!client || (!c.record.find<Window>(object) && !c.record.find<Pixmap>(object)))
            continue;
        if (isCore(entry, core::kUngrabButton, core::kUngrabKey))
            exceptions[object] = client->id;
        const auto exception = exceptions.find(object);
        if (exception != exceptions.end() && exception->second != client->id &&
            isCore(entry, core::kGrabButton, core::kGrabKey)) {
            if (!c.barrier())
                return; // the next step's tells why
            exceptions.clear();
        }
        c.send(*client,
               withCursor(c, *client, entry.key.ext, entry.key.opcode, entry.request->request,
                          entry.request->cursor),
               entry.request->bigRequest);
    }
}

void replayDamage(ReplayContext& c) {
    for (const auto& damage : c.record.all<Damage>())
        if (Client* owner = c.client(damage->owner); owner && c.record.exists(damage->drawable))
            c.send(*owner, c.as(*owner, Ext::Damage, wire::damage::kCreate)
                               .u32(raw(damage->id))
                               .u32(raw(damage->drawable))
                               .u8(damage->level)
                               .pad(3)
                               .finish());
}

void replayGlx(ReplayContext& c) {
    for (const auto& object : c.record.all<GlxObject>()) {
        Client* owner = c.client(object->owner);
        if (!owner)
            continue;
        Bytes request = object->request;
        const MessageView view(request, owner->order);
        if (object->drawable != 0 && !c.record.exists(ClientXid{view.u32(object->drawable)}))
            continue; // it went with its window
        if (object->share != 0 && !c.record.find<GlxObject>(ClientXid{view.u32(object->share)}))
            put32(request, object->share, 0, owner->order);
        c.send(*owner, std::move(request));
    }
}

// A server keeps selections in the order of their first use, and tells in that order when a window
// with several goes. Nobody becomes their owner, as of long ago: one that is in use there stays so.
void replaySelectionOrder(ReplayContext& c) {
    constexpr std::uint32_t kLongAgo = 1; // ms of the server's time
    for (const ClientAtom selection : c.record.usedSelections) {
        const auto atom = c.core.link->translator->atoms.toServer(selection);
        if (atom != ServerAtom::None)
            c.core.link->utility->inject(
                c.asProxy(core::kSetSelectionOwner).u32(0).u32(raw(atom)).u32(kLongAgo).finish());
    }
}

void replaySelections(ReplayContext& c) {
    for (const auto& [selection, owner] : c.record.selections)
        if (Client* client = c.client(owner.client))
            c.send(*client, c.as(*client, core::kSetSelectionOwner)
                                .u32(raw(owner.window))
                                .u32(raw(selection))
                                .u32(owner.time)
                                .finish());
}

} // namespace entracte::xproxy
