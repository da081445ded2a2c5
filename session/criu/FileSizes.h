#pragma once

// Takes from files.img what CRIU checks of files before it opens them again (size, build id): of
// documents that were changed outside, which the person wants as they are now.
//
// Pure: bytes in, bytes out. A program of the session shapes the bytes, so this runs in
// entracte-criu-inspect, which has no privileges.

#include "session/base/Result.h"

#include <set>
#include <string>
#include <string_view>

namespace entracte {

// A whole files.img in and out. SnapshotDamaged when it is none.
Result<std::string> forgetFileSizes(std::string_view image,
                                    const std::set<std::string_view>& paths);

} // namespace entracte
