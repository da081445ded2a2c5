#pragma once

// What of this machine a snapshot depends on, and whether another machine can run it.

#include "session/base/Result.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace entracte {

struct HostFacts {
    std::string architecture; // "x86_64"
    std::string kernel;       // release; for people
    std::set<std::string>
        cpuFeatures; // instruction sets that programs choose by (proc_cpuinfo flags)
};

HostFacts hostFacts();
nlohmann::json hostFactsToJson(const HostFacts& facts);
// HostMismatch when `here` lacks what programs may have chosen on the machine of the snapshot.
Status checkHost(const nlohmann::json& snapshot, const HostFacts& here);

// Several reasons as one: all sentences, the code and the hint of the first. At least one.
Error allTogether(const std::vector<Error>& reasons);

std::uint64_t availableMemory(); // bytes, as the kernel estimates it
// Bytes that root may still write there.
Result<std::uint64_t> availableDisk(const std::filesystem::path& path);

} // namespace entracte
