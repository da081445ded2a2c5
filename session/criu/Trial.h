#pragma once

// The proof that a CRIU works on the running kernel: two small processes with a TCP and a unix
// connection (entracte-criu-pair) are dumped, gone, restored, and must go on talking where they
// were.
//
// Must run as root in a mount namespace of its own (entracte-criu-probe makes one): what is mounted
// for the trial then vanishes with the process, whatever happens.

#include "session/base/Result.h"

#include <filesystem>

namespace entracte {

// CriuMissing with the reason when it does not work. Takes less than a second when it does.
Status tryCriu(const std::filesystem::path& criu);

} // namespace entracte
