#pragma once

// Counts bytes and tells the job, not more often than worth it; hears of a cancellation. Used by
// one thread at a time.

#include "session/store/SnapshotStore.h"

namespace entracte {

class StretchMeter {
public:
    // `expected`: bytes of the whole stretch; 0 when nobody knows.
    StretchMeter(const JobStretch& stretch, std::uint64_t expected)
        : m_stretch(stretch), m_expected(expected) {}
    Status add(std::uint64_t bytes);

private:
    const JobStretch& m_stretch;
    std::uint64_t m_expected;
    std::uint64_t m_done = 0;
    std::uint64_t m_told = 0;
};

} // namespace entracte
