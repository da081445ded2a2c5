#pragma once

// record -> replay on a model server -> the same record: for any requests of two programs.

#include <cstddef>
#include <span>
#include <string>

namespace entracte::fuzz {

// What the two records do not agree about, a line for each fact; empty: the property holds.
std::string replayDifference(std::span<const std::byte> input);

} // namespace entracte::fuzz
