#pragma once

// Entries of a tree as a pax archive, one after the other (TreeArchiver.h says in which form). Used
// by one thread.

#include "session/store/TreeArchiver.h"
#include "session/store/TreeWalk.h"

#include <memory>

namespace entracte {

// Where the contents of a regular file are.
struct EntryData {
    static constexpr std::int64_t kAsInTheFile = -1;
    int file = -1;
    std::int64_t at = kAsInTheFile; // else: all its data lies there, without the holes
};

class EntryArchive {
public:
    using Progress = std::function<Status(std::uint64_t bytes)>; // may be empty
    static Result<std::unique_ptr<EntryArchive>> begin(ByteSink& sink, Progress progress);
    virtual ~EntryArchive() = default;
    virtual Status add(const TreeEntry& entry, const EntryData& data) = 0;
    virtual Result<ArchiveFacts> finish() = 0;
};

} // namespace entracte
