#pragma once

// Whether a repository's snapshots can be had whole.

#include "app/repository/References.h"

namespace entracte::repository {

struct CheckReport {
    std::size_t snapshots = 0;
    std::size_t packs = 0;
    std::uint64_t bytes = 0;           // of packs
    std::vector<std::string> problems; // sentences; none: all is well
    std::size_t unfinished = 0;        // files that a cut push left, or one that goes on writes
};

// `readData`: every byte of every pack, not only whether it is there.
Result<CheckReport> check(Repository& repository, bool readData,
                          const FetchProgress& progress = {});

} // namespace entracte::repository
