#pragma once

// What a request leaves behind in the record. Most of what programs send only draws, or leaves
// nothing: such requests need no more than this table, have no answer, carry no descriptors and
// create nothing, so that they may be passed on in bulk. Everything that is not named here is Full:
// Recorder looks at it.

#include "xproxy/state/Extensions.h"

namespace entracte::xproxy {

struct RequestTrace {
    enum class Kind : std::uint8_t {
        Full,
        Nothing,
        Draws,          // to the window or pixmap that the field names
        DrawsToPicture, // to what the picture is of
    };
    Kind kind = Kind::Full;
    std::uint8_t target = 0; // offset of the field that names where to, with the ordinary header
};

// `opcode`: major of the core protocol, else minor.
const RequestTrace& traceOf(Ext ext, std::uint8_t opcode);

} // namespace entracte::xproxy
