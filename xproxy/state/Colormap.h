#pragma once

// A colormap of a program's own. Of a TrueColor visual it holds nothing: pixels are computed. Of a
// DirectColor visual video players ask for all cells at once and store a ramp: what is stored in
// such a colormap is kept. Cells that were allocated singly are not.

#include "xproxy/state/Resource.h"

#include <vector>

namespace entracte::xproxy {

struct Colormap : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Colormap;
    Colormap(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::uint32_t visual = 0;
    ClientXid window = ClientXid::None; // tells the screen
    std::uint8_t alloc = 0;

    // One item of StoreColors. Two pixels may share the cell of a channel: in the order of storing.
    struct Stored {
        std::uint32_t pixel = 0;
        std::uint16_t red = 0, green = 0, blue = 0;
        std::uint8_t channels = 0;
    };
    std::vector<Stored> stored;

    bool hasAllCells() const { return alloc == 1; }
    void store(const Stored& item);
};

} // namespace entracte::xproxy
