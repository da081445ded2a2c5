// Any bytes as a pack's header, as a record's header and as a manifest: refused or read, never
// more; what is read is written again to the same bytes.

#include "session/store/PackFormat.h"
#include "session/store/Recipe.h"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace entracte;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    if (const auto header = parsePackHeader(bytes))
        if (!std::ranges::equal(formatPackHeader(*header), bytes))
            std::abort();
    if (const auto header = parseRecordHeader(bytes))
        if (!std::ranges::equal(formatRecordHeader(*header), bytes))
            std::abort();
    if (const auto recipe = parseRecipe(bytes)) {
        const auto again = formatRecipe(*recipe); // its JSON may have been spelt otherwise
        if (!parseRecipe(again) || formatRecipe(*parseRecipe(again)) != again)
            std::abort();
    }
    return 0;
}
