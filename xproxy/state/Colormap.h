#pragma once

// A colormap: a program's own, or a screen's default one when programs allocate cells of it. Of a
// TrueColor visual it holds nothing: pixels are computed.

#include "xproxy/state/ColorCells.h"
#include "xproxy/state/Resource.h"

#include <optional>

namespace entracte::xproxy {

struct Colormap : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Colormap;
    Colormap(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::uint32_t visual = 0;
    ClientXid window = ClientXid::None; // tells the screen
    std::uint8_t alloc = 0;
    std::optional<ColorCells> cells; // nothing: pixels are computed

    // As it was made: none of them can be freed.
    bool hasAllCells() const { return alloc == 1; }
    bool isScreens() const { return owner == kNobody; }
};

} // namespace entracte::xproxy
