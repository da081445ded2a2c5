#pragma once

// Which snapshots of a session may go: for each of the newest N hours (days, weeks, months) in
// which there is a snapshot, the newest of it stays; and so does whatever is pinned, the very
// newest, and the newest of a suspension (a session's only way back). Hours and days are those of
// the local calendar. Pure: decides, removes nothing.

#include "session/engine/Types.h"

#include <functional>
#include <set>
#include <vector>

namespace entracte {

struct Retention {
    std::uint32_t hourly = 24;
    std::uint32_t daily = 7;
    std::uint32_t weekly = 4;
    std::uint32_t monthly = 6;
    std::uint32_t last = 1;     // this many newest stay in any case; at least one does
    std::uint64_t maxBytes = 0; // of all together; 0: no limit. The oldest that are neither pinned
                                // nor in use go until it holds. Alone, it is the only rule.
};

// What the session would take if these were gone (bytes): what snapshots share is counted once.
using BytesWithout = std::function<Result<std::uint64_t>(const std::set<SnapshotId>& removed)>;

// `inUse` stays. `bytes` is asked only when there is a limit of space.
Result<std::set<SnapshotId>> chooseToRemove(const std::vector<SnapshotInfo>& snapshots,
                                            const Retention& rules,
                                            const std::set<SnapshotId>& inUse,
                                            const BytesWithout& bytes);

} // namespace entracte
