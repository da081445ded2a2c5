#pragma once

// A colormap of a program's own. Of a TrueColor visual it holds nothing: pixels are computed. Of
// another class its cells would have to be replayed; servers of today offer none by default.

#include "xproxy/state/Resource.h"

namespace entracte::xproxy {

struct Colormap : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Colormap;
    Colormap(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::uint32_t visual = 0;
    ClientXid window = ClientXid::None; // tells the screen
    std::uint8_t alloc = 0;
};

} // namespace entracte::xproxy
