#pragma once

// Whether the times that a file system tells of a file say if it has changed.

#include <sys/stat.h>

#include <chrono>
#include <cstdint>

namespace entracte {

std::int64_t nanoseconds(const timespec& time);

// True when a write to the file would show in its times: they are older than `settle`, and the file
// lies on a file system whose word is good. A page that is written through a mapping shows when it
// is first written, and again only after the kernel has put it on the disk (within half a minute);
// tmpfs never does that, and files of network file systems and FUSE change elsewhere.
bool timesTell(int file, const struct stat& info, std::chrono::seconds settle);

} // namespace entracte
