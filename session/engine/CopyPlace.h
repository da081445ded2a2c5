#pragma once

#include <cstdint>
#include <string>

namespace entracte {

// Where a file goes in a running session.
struct CopyPlace {
    std::string path; // absolute, or of the home folder; a file, or a folder
    std::string name; // of the file, where that is a folder
    std::uint32_t mode = 0644;
};

} // namespace entracte
