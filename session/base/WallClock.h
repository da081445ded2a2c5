#pragma once

// What the person's clock shows. It may be set back: what has to come in order asks
// takenAfterOthers() or a steady clock.

#include <chrono>
#include <cstdint>

namespace entracte {

// Unix time, milliseconds.
inline std::int64_t nowUnixMs() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace entracte
