// What programs are told of another server at the end of a move.

#include "xproxy/replay/EventBuilder.h"
#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

namespace core = wire::core;

void announceServer(ReplayContext& c) {
    constexpr std::uint32_t kStructureNotify = 1u << 17;
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
    }
}

} // namespace entracte::xproxy
