#pragma once

// A pixmap and, as of the last capture, its pixels. What a program draws after that makes it dirty.

#include "xproxy/state/Image.h"
#include "xproxy/state/Resource.h"

#include <chrono>

namespace entracte::xproxy {

struct ShmSegment;

struct Pixmap : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Pixmap;
    Pixmap(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}

    std::uint16_t width = 0;  // pixels
    std::uint16_t height = 0; // pixels
    std::uint8_t depth = 0;
    ImageRef image = std::make_shared<Image>();
    bool dirty = false;     // drawn to since the last capture
    bool capturing = false; // a capture is on its way
    std::chrono::steady_clock::time_point touched{};
    std::chrono::steady_clock::time_point captured{};

    // Freed by its program, but still there on the server by its id, because something uses it.
    bool withheld = false;

    // A MIT-SHM pixmap: its pixels are in the segment, never captured.
    std::shared_ptr<ShmSegment> segment;
    std::uint32_t segmentOffset = 0; // bytes

    // Composite's NameWindowPixmap: another name for a window's own pixels.
    ClientXid ofWindow = ClientXid::None;

    // Of that window's BackBuffer, whose size is the server's to know.
    ClientXid backBufferOf = ClientXid::None;

    // Whether it can only be made when the windows are.
    bool needsWindow() const {
        return ofWindow != ClientXid::None || backBufferOf != ClientXid::None;
    }
    bool hasOwnPixels() const { return !segment && ofWindow == ClientXid::None; }
};
using PixmapRef = std::shared_ptr<Pixmap>;

} // namespace entracte::xproxy
