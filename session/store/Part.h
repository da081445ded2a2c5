#pragma once

// What the manifest says of one part (one compressed file of a snapshot).

#include <cstdint>
#include <string>

namespace entracte {

struct PartFacts {
    std::string name;
    std::uint64_t storedBytes = 0;  // on disk
    std::uint64_t contentBytes = 0; // uncompressed
    std::string blake2b;            // of what is on disk: 256 bits, hexadecimal
};

} // namespace entracte
