// The settings of the screen (XSETTINGS specification): fonts, theme, scale. Their manager is a
// stranger's window, which programs find by a selection and then watch. On another screen it is
// another window. Programs go on knowing it by the id that they have, and are told that its
// settings have changed, as if one manager had been there all the time; so also those follow that
// would never look for another manager.

#include "xproxy/replay/EventBuilder.h"
#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {

constexpr std::uint32_t kStructureNotify = 1u << 17;
constexpr std::uint32_t kPropertyChange = 1u << 22;

bool isProgramsOwn(const Record& record, ClientAtom selection) {
    return record.selections.contains(selection);
}

// ICCCM 2.0, section 2.8: to whoever listens at the root.
void announceManager(ReplayContext& c, std::size_t screen, ClientAtom selection, ClientXid owner) {
    const auto root = c.record.find<Window>(c.record.roots[screen]);
    const ClientAtom manager = c.record.atoms.intern("MANAGER");
    const std::uint32_t now = c.core.link->translator->time.latestClient();
    for (const auto& [id, mask] : root->eventMasks)
        if (Client* client = c.client(id); client && (mask & kStructureNotify)) {
            using namespace core::ClientMessageEvent;
            constexpr std::uint8_t kWords = 32, kSent = 0x80;
            constexpr std::size_t kData = 12;
            client->stream.queue(EventBuilder(*client, core::kClientMessageEvent | kSent)
                                     .set(format, kWords)
                                     .set(window, raw(root->id))
                                     .set(type, raw(manager))
                                     .word(kData, now)
                                     .word(kData + 4, raw(selection))
                                     .word(kData + 8, raw(owner))
                                     .bytes());
        }
}

void tellChanged(ReplayContext& c, const SettingsManager& manager) {
    const ClientAtom settings = c.record.atoms.intern("_XSETTINGS_SETTINGS");
    const std::uint32_t now = c.core.link->translator->time.latestClient();
    for (const auto& [id, mask] : manager.eventMasks)
        if (Client* client = c.client(id); client && (mask & kPropertyChange)) {
            using namespace core::PropertyNotifyEvent;
            client->stream.queue(EventBuilder(*client, core::kPropertyNotifyEvent)
                                     .set(window, raw(manager.window))
                                     .set(atom, raw(settings))
                                     .set(time, now)
                                     .bytes());
        }
}

void tellGone(ReplayContext& c, const SettingsManager& manager) {
    for (const auto& [id, mask] : manager.eventMasks)
        if (Client* client = c.client(id); client && (mask & kStructureNotify)) {
            using namespace core::DestroyNotifyEvent;
            client->stream.queue(EventBuilder(*client, core::kDestroyNotifyEvent)
                                     .set(event, raw(manager.window))
                                     .set(window, raw(manager.window))
                                     .bytes());
        }
}

} // namespace

void findSettings(ReplayContext& c) {
    for (std::size_t screen = 0; screen < c.record.roots.size(); ++screen) {
        const auto selection = c.record.atoms.find(settingsSelection(screen));
        if (!selection || isProgramsOwn(c.record, *selection))
            continue; // nobody has ever asked for it, or it comes along
        c.askAsProxy(c.asProxy(core::kGetSelectionOwner).u32(raw(*selection)).finish(),
                     [&c, screen](const MessageView& reply) {
                         if (reply.u8(0) != 1) // no reply
                             return;
                         const ServerXid owner{reply.get(core::GetSelectionOwnerReply::owner)};
                         if (owner != ServerXid::None)
                             c.settingsOwners[screen] = owner;
                     });
    }
}

void replaySettings(ReplayContext& c) {
    for (const auto& [screen, manager] : c.record.settingsManagers) {
        const auto owner = c.settingsOwners.find(screen);
        if (owner == c.settingsOwners.end())
            continue;
        c.core.link->translator->xids.fix(manager.window, owner->second);
        for (const auto& [id, mask] : manager.eventMasks)
            if (Client* client = c.client(id))
                c.send(*client, c.as(*client, core::kChangeWindowAttributes)
                                    .u32(raw(manager.window))
                                    .u32(core::CW::EventMask)
                                    .u32(mask)
                                    .finish());
    }
}

void announceSettings(ReplayContext& c) {
    auto& managers = c.record.settingsManagers;
    for (const auto& [screen, manager] : managers)
        if (c.settingsOwners.contains(screen))
            tellChanged(c, manager);
        else
            tellGone(c, manager);
    for (const auto& [screen, owner] : c.settingsOwners)
        if (!managers.contains(screen))
            announceManager(c, screen, *c.record.atoms.find(settingsSelection(screen)),
                            c.core.link->translator->xids.toClient(owner));
    std::erase_if(managers,
                  [&c](const auto& entry) { return !c.settingsOwners.contains(entry.first); });
}

} // namespace entracte::xproxy
