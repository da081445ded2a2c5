#pragma once

// The whole desktops that are installed (xfce, lxqt, openbox, …), as login screens offer them: one
// file each in xsessions folders (Desktop Entry Specification). Read as the person; nothing is
// changed.

#include "session/base/Result.h"

#include <map>
#include <string>
#include <vector>

namespace entracte::cli {

struct DesktopSession {
    std::string id; // the file's name without ".desktop"
    std::vector<std::string> command;
    std::map<std::string, std::string> environment; // what a login would set for it
};

// Folders named xsessions beneath XDG_DATA_DIRS (colon-separated; the usual ones when empty).
std::vector<std::string> xsessionFolders(const std::string& dataDirectories);

// By the id, or by the beginning of one ("icewm" is icewm-session). NotFound names those there are.
Result<DesktopSession> findDesktopSession(const std::string& name,
                                          const std::vector<std::string>& folders);

// An Exec line's words. InvalidArgument when its quotes do not match.
Result<std::vector<std::string>> execWords(const std::string& line);

} // namespace entracte::cli
