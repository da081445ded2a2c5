#pragma once

// A command with what its profiles give it, and where the program itself lies: behind our own
// links of the same name (Links.h).

#include "session/launch/Profile.h"

namespace entracte::launch {

struct Command {
    std::vector<std::string> arguments;             // [0] as it was asked for
    std::string program;                            // the file to execute; empty when there is none
    std::map<std::string, std::string> environment; // to be set
};

// The profiles of the name asked for, and of the file that it leads to (/usr/bin/x-www-browser is
// some browser). `path`: colon-separated folders, as in PATH; `ours` is passed over.
Command withProfiles(std::vector<std::string> arguments, const Profiles& profiles,
                     const std::string& path, const std::string& ours);

} // namespace entracte::launch
