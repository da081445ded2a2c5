#pragma once

// The answer to RENDER's QueryPictFormats, kept as the first server gave it, for programs of either
// byte order.

#include "xproxy/state/Ids.h"
#include "xproxy/state/Wire.h"

namespace entracte::xproxy {

// `reply` is whole and in host byte order; what of it does not fit is left as it is.
Bytes pictFormatsIn(ByteOrder order, const Bytes& reply);

} // namespace entracte::xproxy
