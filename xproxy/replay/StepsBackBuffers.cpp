// Windows' back buffers (DOUBLE-BUFFER), what is in them, and the pictures of them.

#include "xproxy/replay/Steps.h"

namespace entracte::xproxy {

void replayBackBuffers(ReplayContext& c) {
    for (const auto& buffer : c.record.all<BackBuffer>())
        if (Client* owner = c.client(buffer->owner))
            c.send(*owner, c.as(*owner, Ext::DoubleBuffer, wire::dbe::kAllocateBackBuffer)
                               .u32(raw(buffer->window))
                               .u32(raw(buffer->id))
                               .u8(buffer->swapAction)
                               .pad(3)
                               .finish());
}

void replayBackBufferPixels(ReplayContext& c) {
    std::vector<PixmapRef> painted;
    for (const auto& buffer : c.record.all<BackBuffer>())
        if (buffer->givesName())
            painted.push_back(buffer->pixels);
    paintPixels(c, painted);
}

} // namespace entracte::xproxy
