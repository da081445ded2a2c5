#pragma once

// Pixels as the server gave them: ZPixmap, all planes, rows padded and bytes ordered as the
// server's connection setup says (the same on every server that a session may move to: replay
// checks it).

#include "xproxy/state/Ids.h"

#include <memory>

namespace entracte::xproxy {

struct Image {
    std::uint16_t width = 0;  // pixels
    std::uint16_t height = 0; // pixels
    std::uint8_t depth = 0;
    bool valid = false; // the pixels have arrived
    Bytes data;
};
using ImageRef = std::shared_ptr<Image>;

} // namespace entracte::xproxy
