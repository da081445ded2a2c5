#pragma once

// Removes a directory with all that is in it, however deep a program of a session made it,
// following no link and crossing no mount.

#include "session/base/Result.h"

#include <string_view>

namespace entracte {

// Nothing there: done. `name` is a single name in `parent`.
Status removeTree(int parent, std::string_view name);

} // namespace entracte
