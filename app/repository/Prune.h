#pragma once

// Removes snapshots that rules do not keep, and, much later, what no snapshot needs: in two phases,
// so that a push on another machine at the same time loses nothing (docs/repository-format.md
// has the argument).
//
//   1. What nobody needs is written down in a mark, with the time. From then on no push that
//      begins uses it again.
//   2. A later prune, when the mark is older than `grace`, looks again who needs what: by then
//   every
//      push that had begun before the mark has ended, or has given up by itself (PushLimits). What
//      is still needed by nobody goes.
//
// One prune at a time: it holds a lease of its own.

#include "app/repository/Lease.h"
#include "app/repository/References.h"
#include "session/store/Retention.h"

namespace entracte::repository {

inline constexpr std::chrono::hours kPruneGrace = std::chrono::hours(3 * 24);

struct PruneRequest {
    std::optional<Retention> keep; // nullopt: every snapshot stays
    std::optional<LineageId> only; // the session whose snapshots may go; nullopt: each
    std::chrono::milliseconds grace = kPruneGrace;
    std::int64_t nowUnixMs = 0;
    bool dryRun = false; // only tell
};

struct PruneReport {
    std::vector<NamedManifest> removed; // snapshots
    std::size_t marked = 0;             // files that nobody needs; they wait
    std::uint64_t markedBytes = 0;      // of packs among them, those that waited before included
    std::size_t deleted = 0;            // files
    std::uint64_t deletedBytes = 0;     // of packs among them
};

// SnapshotDamaged, before anything is removed, when a snapshot that stays cannot be had whole.
Result<PruneReport> prune(Repository& repository, const PruneRequest& request);

// The same for one machine at a time. Busy as Leases::take.
Result<PruneReport> pruneAlone(Repository& repository, const Myself& myself, bool takeOver,
                               const PruneRequest& request);

} // namespace entracte::repository
