#pragma once

// Takes from the server what cannot be known from the traffic: pixels of pixmaps, shapes, regions,
// where the windows are that a stranger's window manager has placed, and the names of atoms.

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/Pump.h"

namespace entracte::xproxy {

// All that is out of date. Programs are still, and all that they sent has been done.
Status captureEverything(Core& core, Pump& pump, Clock::time_point deadline);

// A little of what has not changed for a while, so that a server's sudden death costs little. At
// most `budget` bytes of pixels; the answers come later. True when something is left to do.
bool captureIdle(Core& core, std::size_t budget);

// Bytes of pixels that the record holds.
std::uint64_t capturedBytes(const Record& record);

} // namespace entracte::xproxy
