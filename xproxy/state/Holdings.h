#pragma once

// How much of the record each program takes: what it made, and the bytes by which the record
// remembers it. Pixels, properties and glyphs are most of that.

#include "xproxy/state/Record.h"

namespace entracte::xproxy {

struct Holdings {
    std::uint32_t windows = 0;
    std::uint32_t pixmaps = 0;
    std::uint32_t others = 0; // fonts, cursors, pictures, regions, counters, …
    std::uint64_t bytes = 0;
};

// By program; kNobody: the screen's own windows, and what strangers set on programs' windows. What
// several things share is counted once.
std::map<ClientId, Holdings> holdingsOf(const Record& record);

} // namespace entracte::xproxy
