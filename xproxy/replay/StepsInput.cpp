// What is held at the moment of a move: keys and buttons that are down, and the focus.

#include "xproxy/replay/Steps.h"
#include "xproxy/state/WindowTree.h"

namespace entracte::xproxy {

namespace core = wire::core;

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

void replayFocus(ReplayContext& c) {
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
}

} // namespace entracte::xproxy
