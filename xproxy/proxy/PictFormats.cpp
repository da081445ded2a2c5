#include "xproxy/proxy/PictFormats.h"

namespace entracte::xproxy {

namespace {

// Goes through the reply (RENDER protocol, section 8 "QueryPictFormats") number by number.
class Swapper {
public:
    Swapper(ByteOrder to, Bytes& bytes) : m_to(to), m_bytes(bytes) {}

    std::uint32_t number32() {
        const std::uint32_t value = MessageView(m_bytes, wire::kHostOrder).u32(m_at);
        put32(m_bytes, m_at, value, m_to);
        m_at += 4;
        return value;
    }
    std::uint16_t number16() {
        const std::uint16_t value = MessageView(m_bytes, wire::kHostOrder).u16(m_at);
        put16(m_bytes, m_at, value, m_to);
        m_at += 2;
        return value;
    }
    void skip(std::size_t bytes) { m_at += bytes; }
    bool more() const { return m_at < m_bytes.size(); }

private:
    ByteOrder m_to;
    Bytes& m_bytes;
    std::size_t m_at = 0;
};

} // namespace

Bytes pictFormatsIn(ByteOrder order, const Bytes& reply) {
    Bytes bytes = reply;
    if (order == wire::kHostOrder)
        return bytes;
    Swapper swap(order, bytes);
    swap.skip(2);
    swap.number16(); // sequence
    swap.number32(); // length
    const std::uint32_t formats = swap.number32();
    const std::uint32_t screens = swap.number32();
    swap.number32(); // depths in all
    swap.number32(); // visuals in all
    const std::uint32_t subpixels = swap.number32();
    swap.skip(4);
    for (std::uint32_t i = 0; i < formats && swap.more(); ++i) {
        swap.number32(); // id
        swap.skip(4);    // type, depth
        for (int mask = 0; mask < 8; ++mask)
            swap.number16();
        swap.number32(); // colormap
    }
    for (std::uint32_t i = 0; i < screens && swap.more(); ++i) {
        const std::uint32_t depths = swap.number32();
        swap.number32(); // fallback
        for (std::uint32_t depth = 0; depth < depths && swap.more(); ++depth) {
            swap.skip(2);
            const std::uint16_t visuals = swap.number16();
            swap.skip(4);
            for (std::uint16_t visual = 0; visual < visuals && swap.more(); ++visual) {
                swap.number32(); // visual
                swap.number32(); // format
            }
        }
    }
    for (std::uint32_t i = 0; i < subpixels && swap.more(); ++i)
        swap.number32();
    return bytes;
}

} // namespace entracte::xproxy
