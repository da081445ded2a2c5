#pragma once

// Whether this kernel marks the pages of a process that it has written since somebody asked
// (CONFIG_MEM_SOFT_DIRTY; proc(5), /proc/PID/clear_refs and bit 55 of /proc/PID/pagemap). Debian's
// kernels do.

namespace entracte {

bool dirtyMemoryIsTracked();

} // namespace entracte
