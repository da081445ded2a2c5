#pragma once

// How many bytes the files of a tree take on the disk, about: to know beforehand whether a copy has
// room.

#include <cstdint>
#include <filesystem>

namespace entracte {

// What cannot be read, or lies very deep, is not counted.
std::uint64_t treeSize(const std::filesystem::path& directory);

} // namespace entracte
