// Any bytes as page maps of two dumps, and as the streams that they go through: refused, or merged
// to something that can be read again and needs no other half.

#include "session/criu/PageMerge.h"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace entracte;
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 2 == 0) {
        static_cast<void>(unpackMerged(text));
        return 0;
    }
    const auto halves = unpackHalves(text);
    if (!halves)
        return 0;
    for (const auto& [pid, half] : *halves) {
        const auto merged = mergePages(half);
        if (!merged || merged->pagemap.empty())
            continue;
        const auto again = mergePages({merged->pagemap, {}});
        if (!again || !again->pagemap.empty())
            std::abort();
    }
    return 0;
}
