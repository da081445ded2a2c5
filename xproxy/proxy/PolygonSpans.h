#pragma once

// A FillPoly that is too long for a server, as the rectangles that it fills.

#include "xproxy/state/Wire.h"

#include <vector>

namespace entracte::xproxy {

// PolyFillRectangle requests of at most `most` bytes that paint the same pixels, each once, with
// the same graphics context. Empty: it makes no sense, or fills more than is reasonable.
std::vector<Bytes> fillPolygonInParts(const MessageView& request, bool winding, std::size_t most);

} // namespace entracte::xproxy
