#pragma once

// What is put right in CRIU's images before a restore: terminals (TerminalImages.h) and sessions of
// processes (SessionImages.h).

#include "session/base/Result.h"

#include <filesystem>

namespace entracte {

// Leaves images alone in which nothing is to be changed, also those that were mended before.
Status mendImages(const std::filesystem::path& images);

} // namespace entracte
