#pragma once

// DOUBLE-BUFFER's back buffer of a window, by one of its ids: what is drawn to it is seen when the
// program swaps it with the window. It is as large as the window, and goes with it (DBE protocol,
// section 2).

#include "xproxy/state/Pixmap.h"

namespace entracte::xproxy {

struct BackBuffer : Resource {
    static constexpr ResourceKind kKind = ResourceKind::BackBuffer;
    BackBuffer(ClientXid id, ClientId owner)
        : Resource(kKind, id, owner), pixels(std::make_shared<Pixmap>(id, owner)) {}

    ClientXid window = ClientXid::None;
    std::uint8_t swapAction = 0; // the program's hint
    // Not among the record's pixmaps: where the protocol wants a pixmap, a back buffer is none.
    // All ids of a window's buffer share it; it bears one of them.
    PixmapRef pixels;
    bool givesName() const { return pixels->id == id; }
};

} // namespace entracte::xproxy
