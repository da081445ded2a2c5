#pragma once

// The cursor that a grab names. A program may free it at once: the server keeps it for the grab,
// and so does the record.

#include "xproxy/state/Extensions.h"

namespace entracte::xproxy {

// Where a request of this kind names a cursor, in bytes with the ordinary header; 0: it is no grab
// that does.
inline std::size_t grabCursorAt(Ext ext, std::uint8_t opcode) {
    namespace core = wire::core;
    namespace xinput = wire::xinput;
    if (ext == Ext::Core && opcode == core::kGrabPointer)
        return core::GrabPointer::cursor.offset;
    if (ext == Ext::Core && opcode == core::kGrabButton)
        return core::GrabButton::cursor.offset;
    if (ext == Ext::XInput && opcode == xinput::kXIGrabDevice)
        return xinput::XIGrabDevice::cursor.offset;
    if (ext == Ext::XInput && opcode == xinput::kXIPassiveGrabDevice)
        return xinput::XIPassiveGrabDevice::cursor.offset;
    return 0;
}

} // namespace entracte::xproxy
