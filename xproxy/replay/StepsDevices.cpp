#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

void replayDevices(ReplayContext& c) {
    if (!c.core.link->own || c.record.devices.inOrder().empty())
        return;
    c.sendAsProxy(c.asProxy(Ext::Xkb, wire::xkb::kUseExtension).u16(1).u16(0).finish());
    for (const auto& entry : c.record.devices.inOrder())
        c.sendAsProxy(entry.request);
}

} // namespace entracte::xproxy
