// Any requests of two programs, recorded, replayed on a model of an X server: the model's record is
// the same.

#include "tests/fuzz/ReplayProperty.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string difference =
        entracte::fuzz::replayDifference(std::as_bytes(std::span(data, size)));
    if (!difference.empty()) {
        std::fputs(difference.c_str(), stderr);
        std::abort();
    }
    return 0;
}
