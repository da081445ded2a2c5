// What programs are told of another server at the end of a move.

#include "xproxy/replay/EventBuilder.h"
#include "xproxy/replay/Steps.h"

#include <set>

namespace entracte::xproxy {

namespace core = wire::core;

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
