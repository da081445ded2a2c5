#pragma once

// How programs of a session find what speaks for the person's desktop (session/desk): a bus name
// for notifications, a handler for links that comes after every browser of the session's own, and
// entracte-save, which a whole desktop has in its menu.

#include "session/base/Result.h"

namespace entracte::launch {

// Stands last in XDG_DATA_DIRS; its bin/ last in PATH.
inline constexpr const char* kFallback = "/run/entracte/fallback";

// `first`: stands before the host's data folders; `last`: after them. A whole desktop shows
// notifications by itself when it has a program for that.
Status makeDeskFiles(const std::string& first, const std::string& last, bool wholeDesktop);

} // namespace entracte::launch
