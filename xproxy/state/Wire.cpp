#include "xproxy/state/Wire.h"

namespace entracte::xproxy {

Bytes reordered(ByteView data, unsigned bits, ByteOrder from, ByteOrder to) {
    Bytes result = copyOf(data);
    if (from == to)
        return result;
    if (bits == 16)
        for (std::size_t at = 0; at + 2 <= result.size(); at += 2)
            wire::store(&result[at], wire::load<std::uint16_t>(&result[at], from), to);
    else if (bits == 32)
        for (std::size_t at = 0; at + 4 <= result.size(); at += 4)
            wire::store(&result[at], wire::load<std::uint32_t>(&result[at], from), to);
    return result;
}

} // namespace entracte::xproxy
