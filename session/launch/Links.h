#pragma once

// How a program gets its profile however it is started in a session: from a terminal, by a link of
// its name that stands first in PATH; from a menu, by a copy of its menu entry (whose Exec may hold
// a whole path) that stands first in XDG_DATA_DIRS.

#include "session/launch/Profile.h"

namespace entracte::launch {

inline constexpr const char* kLinks = "/run/entracte/bin";
inline constexpr const char* kMenus = "/run/entracte/share";

// Links in `folder` to `launcher`, one for each name with a profile of its own.
Status makeLinks(const Profiles& profiles, const std::string& folder, const std::string& launcher);

// Copies of the entries in `from` whose program has a profile of its own, with the bare name in the
// place of a path.
Status copyMenuEntries(const Profiles& profiles, const std::string& from, const std::string& to);

// An entry's text with "Exec=/usr/bin/NAME …" made "Exec=NAME …"; empty when nothing is to change.
std::string withoutPaths(const Profiles& profiles, const std::string& entry);

} // namespace entracte::launch
