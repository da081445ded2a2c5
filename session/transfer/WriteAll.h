#pragma once

#include "session/base/Result.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace entracte {

// Every byte into an unpacked file (write(2)); NoSpace when the disk takes no more.
Status writeAll(int file, std::span<const std::byte> bytes);
// The same at a place of it (pwrite(2)).
Status writeAllAt(int file, std::span<const std::byte> bytes, std::uint64_t offset);

} // namespace entracte
