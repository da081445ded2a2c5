// Settings on windows, counters, damage, selections, focus, grabs, and what programs are told at
// the end.

#include "xproxy/replay/EventBuilder.h"
#include "xproxy/replay/Steps.h"
#include "xproxy/state/GrabCursor.h"

#include "xproxy/state/WindowTree.h"

#include <algorithm>
#include <set>

namespace entracte::xproxy {

namespace core = wire::core;
namespace sync = wire::sync;

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

namespace {

void wide(MessageBuilder& request, std::int64_t value) {
    request.u32(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32));
    request.u32(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value)));
}

// One that has fired for the last time does so once more when it is made again.
bool firesAtOnce(const Record& record, const Alarm& alarm) {
    const auto counter = record.find<Counter>(alarm.counter);
    if (!counter || !alarm.inactive || alarm.events == 0)
        return false;
    return (alarm.testType == sync::TESTTYPE::PositiveComparison &&
            counter->value >= alarm.value) ||
           (alarm.testType == sync::TESTTYPE::NegativeComparison && counter->value <= alarm.value);
}

void createAlarm(ReplayContext& c, Client& owner, Alarm& alarm) {
    namespace CA = sync::CA;
    const bool counterExists =
        alarm.counter == ClientXid::None || c.record.find<Counter>(alarm.counter) ||
        std::ranges::any_of(c.core.face->systemCounters, [&](const auto& counter) {
            return counter.second == raw(alarm.counter);
        });
    const std::uint32_t mask = counterExists ? alarm.mask : alarm.mask & ~CA::Counter;
    auto request = c.as(owner, Ext::Sync, sync::kCreateAlarm);
    request.u32(raw(alarm.id)).u32(mask);
    if (mask & CA::Counter)
        request.u32(raw(alarm.counter));
    if (mask & CA::ValueType)
        request.u32(alarm.valueType);
    if (mask & CA::Value)
        wide(request, alarm.value);
    if (mask & CA::TestType)
        request.u32(alarm.testType);
    if (mask & CA::Delta)
        wide(request, alarm.delta);
    if (mask & CA::Events)
        request.u32(alarm.events);
    if (firesAtOnce(c.record, alarm))
        ++alarm.hushed;
    c.send(owner, request.finish());
}

} // namespace

void replayCounters(ReplayContext& c) {
    for (const auto& counter : c.record.all<Counter>())
        if (Client* owner = c.client(counter->owner)) {
            auto request = c.as(*owner, Ext::Sync, sync::kCreateCounter);
            request.u32(raw(counter->id));
            wide(request, counter->value);
            c.send(*owner, request.finish());
        }
}

void replaySyncObjects(ReplayContext& c) {
    for (const auto& alarm : c.record.all<Alarm>())
        if (Client* owner = c.client(alarm->owner))
            createAlarm(c, *owner, *alarm);
    for (const auto& fence : c.record.all<Fence>())
        if (Client* owner = c.client(fence->owner)) {
            const ClientXid drawable =
                c.record.exists(fence->drawable) ? fence->drawable : c.record.roots.front();
            c.send(*owner, c.as(*owner, Ext::Sync, sync::kCreateFence)
                               .u32(raw(drawable))
                               .u32(raw(fence->id))
                               .u8(fence->triggered ? 1 : 0)
                               .pad(3)
                               .finish());
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
        // Whenever it was taken, now it is taken now.
        Bytes request = grab.request;
        const std::size_t timeAt = grab.ext == Ext::XInput ? wire::xinput::XIGrabDevice::time.offset
                                   : what == 0             ? core::GrabPointer::time.offset
                                                           : core::GrabKeyboard::time.offset;
        put32(request, timeAt, 0, client->order);
        const std::uint8_t opcode =
            static_cast<std::uint8_t>(request[grab.ext == Ext::Core ? 0 : 1]);
        c.send(*client, withCursor(c, *client, grab.ext, opcode, std::move(request), grab.cursor));
    }
}

void announceServer(ReplayContext& c) {
    constexpr std::uint32_t kStructureNotify = 1u << 17;
    constexpr std::uint8_t kMappingModifier = 0;
    constexpr std::uint8_t kMappingKeyboard = 1;
    constexpr std::uint16_t kKeycodesChanged = 1;
    const auto& setup = c.core.link->face.setup;
    const auto& screen = setup.screens.front();
    const ClientXid root = c.record.roots.front();
    const auto rootWindow = c.record.find<Window>(root);
    rootWindow->width = screen.width;
    rootWindow->height = screen.height;
    const std::uint32_t now = c.core.link->translator->time.latestClient();

    for (const auto& [id, mask] : rootWindow->eventMasks)
        if (Client* client = c.client(id); client && (mask & kStructureNotify)) {
            using namespace core::ConfigureNotifyEvent;
            client->stream.queue(EventBuilder(*client, core::kConfigureNotifyEvent)
                                     .set(event, raw(root))
                                     .set(window, raw(root))
                                     .set(width, screen.width)
                                     .set(height, screen.height)
                                     .bytes());
        }
    std::set<ClientId> usesXkb;
    for (const auto& entry : c.record.sticky.inOrder()) {
        Client* client = c.client(entry.key.client);
        if (!client)
            continue;
        if (entry.key.ext == Ext::RandR && entry.key.opcode == wire::randr::kSelectInput) {
            using namespace wire::randr::ScreenChangeNotifyEvent;
            client->stream.queue(
                EventBuilder(*client, c.core.face->extensions.of(Ext::RandR).firstEvent)
                    .set(rotation, 1)
                    .set(timestamp, now)
                    .set(config_timestamp, now)
                    .set(wire::randr::ScreenChangeNotifyEvent::root, raw(root))
                    .set(request_window, raw(entry.key.object))
                    .set(width, screen.width)
                    .set(height, screen.height)
                    .set(mwidth, screen.widthMm)
                    .set(mheight, screen.heightMm)
                    .bytes());
        }
        if (entry.key.ext == Ext::Xkb && entry.key.opcode == wire::xkb::kSelectEvents)
            usesXkb.insert(entry.key.client);
    }
    for (const ClientId id : usesXkb) {
        using namespace wire::xkb::NewKeyboardNotifyEvent;
        constexpr std::uint8_t kCoreKeyboard = 3;
        Client* client = c.client(id);
        client->stream.queue(EventBuilder(*client, c.core.face->extensions.of(Ext::Xkb).firstEvent)
                                 .set(time, now)
                                 .set(deviceID, kCoreKeyboard)
                                 .set(oldDeviceID, kCoreKeyboard)
                                 .set(minKeyCode, setup.minKeycode)
                                 .set(maxKeyCode, setup.maxKeycode)
                                 .set(oldMinKeyCode, setup.minKeycode)
                                 .set(oldMaxKeyCode, setup.maxKeycode)
                                 .set(changed, kKeycodesChanged)
                                 .bytes());
    }
    for (const auto& [id, client] : c.core.clients) {
        if (!client->upstream)
            continue;
        using namespace core::MappingNotifyEvent;
        client->stream.queue(
            EventBuilder(*client, core::kMappingNotifyEvent)
                .set(request, kMappingKeyboard)
                .set(first_keycode, setup.minKeycode)
                .set(count, static_cast<std::uint8_t>(setup.maxKeycode - setup.minKeycode + 1))
                .bytes());
        client->stream.queue(EventBuilder(*client, core::kMappingNotifyEvent)
                                 .set(request, kMappingModifier)
                                 .bytes());
    }
}

} // namespace entracte::xproxy
