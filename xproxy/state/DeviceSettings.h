#pragma once

// What programs have set of the keyboard and the pointer themselves: maps, modifiers, key repeat,
// acceleration. On the person's display these are everybody's, and stay there. On a screen of the
// session's own they belong to the session: a replay sends them again, in the order in which they
// were sent, whether or not their programs still live (setxkbmap is gone at once).

#include "xproxy/state/Extensions.h"
#include "xproxy/state/Wire.h"

#include <deque>

namespace entracte::xproxy {

class DeviceSettings {
public:
    // A request as it was sent, host byte order, with the opcodes that programs know.
    struct Entry {
        Ext ext;
        std::uint8_t opcode;
        Bytes request;
    };

    // A map that is loaded as a whole takes the place of all that was set of maps before. Of more
    // than kMaxBytes the oldest are forgotten.
    void add(Ext ext, std::uint8_t opcode, ByteView request);
    const std::deque<Entry>& inOrder() const { return m_entries; }

    static constexpr std::size_t kMaxBytes = 1u << 20;

private:
    std::deque<Entry> m_entries;
    std::size_t m_bytes = 0;
};

} // namespace entracte::xproxy
