#pragma once

// A request that is longer than a server takes, as several that do the same. A program learns the
// longest length once, from the session's first server, and may meet a server that takes less.

#include "xproxy/proxy/SetupInfo.h"
#include "xproxy/state/Extensions.h"

#include <vector>

namespace entracte::xproxy {

// Requests of at most `most` bytes each, to be sent in this order; none: it cannot be divided, or
// is malformed. `setup` is the server's, for the rows of images.
std::vector<Bytes> splitRequest(Ext ext, std::uint8_t opcode, const MessageView& view,
                                std::size_t most, const SetupInfo& setup);

// The same request with the ordinary header, for a server without BIG-REQUESTS; it has to be short
// enough.
Bytes withShortHeader(const MessageView& view);

} // namespace entracte::xproxy
