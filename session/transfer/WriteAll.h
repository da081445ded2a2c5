#pragma once

#include "session/base/Result.h"

#include <cstddef>
#include <span>

namespace entracte {

// Every byte into an unpacked file (write(2)); NoSpace when the disk takes no more.
Status writeAll(int file, std::span<const std::byte> bytes);

} // namespace entracte
