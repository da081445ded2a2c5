// Any bytes as what a repository's sealed files hold, and as rclone's list of files: refused or
// read, never more; what is read is written again to the same bytes.

#include "app/repository/RclonePlace.h"
#include "app/repository/Records.h"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace entracte;
    using namespace entracte::repository;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto same = [&](const ByteBuffer& again) {
        if (!std::ranges::equal(again, bytes))
            std::abort();
    };
    if (const auto index = parseIndex(bytes))
        same(formatIndex(*index));
    if (const auto manifest = parseManifest(bytes))
        same(formatManifest(*manifest));
    if (const auto mark = parseMark(bytes))
        same(formatMark(*mark));
    if (const auto lease = parseLease(bytes))
        same(formatLease(*lease));
    static_cast<void>(parseListing(bytes, "packs"));
    return 0;
}
