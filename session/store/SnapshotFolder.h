#pragma once

// One snapshot's folder while it is written, and what reading and writing share.

#include "session/base/UniqueFd.h"
#include "session/store/Part.h"
#include "session/store/SnapshotStore.h"

#include <memory>
#include <string>
#include <vector>

namespace entracte {

inline constexpr const char* kPartialSuffix = ".partial";
inline constexpr const char* kRemovedSuffix = ".removed";

// Counts bytes and tells the job, not more often than worth it; hears of a cancellation.
class StretchMeter {
public:
    StretchMeter(const JobStretch& stretch, std::uint64_t expected)
        : m_stretch(stretch), m_expected(expected) {}
    Status add(std::uint64_t bytes);

private:
    const JobStretch& m_stretch;
    std::uint64_t m_expected; // bytes of the whole stretch
    std::uint64_t m_done = 0;
    std::uint64_t m_told = 0;
};

Result<std::unique_ptr<SnapshotWriter>> makeSnapshotWriter(UniqueFd snapshots, SessionId session);
Status verifyParts(int folder, const std::vector<PartFacts>& parts, const JobStretch& stretch);

} // namespace entracte
