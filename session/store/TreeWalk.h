#pragma once

// What is in a directory tree, entry by entry, as an archive or a copy needs it: owners, modes,
// times, hard links, holes, attributes, whiteouts. What is left out says TreeArchiver.h.

#include "session/base/Result.h"

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace entracte {

struct Extent {
    std::int64_t from = 0;
    std::int64_t to = 0; // first byte after
};

struct TreeEntry {
    std::string path; // beneath the tree's root
    struct stat status {};
    std::string hardLink; // the path of the same file that was told before, or empty
    std::string target;   // of a symbolic link
    std::map<std::string, std::string> attributes;
    std::vector<Extent> extents; // of a regular file: where data is
};

struct WalkOptions {
    std::set<std::string> leaveOut;  // names directly in the tree's root
    bool mayChange = false;          // what is gone by now is passed over
    std::function<Status()> check{}; // before each entry; an error stops
};

// `file`: a regular file, open for reading; else -1.
using TakeEntry = std::function<Status(TreeEntry&& entry, int file)>;
Status walkTree(int directory, const WalkOptions& options, const TakeEntry& take);

} // namespace entracte
