#pragma once

// A proxy without a session: it starts its own entracte-screen for each display, and is told to
// move by another run of the same program.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <filesystem>
#include <string>

namespace entracte::xproxy {

// Starts entracte-screen for the display. Our end of the display channel.
Result<UniqueFd> startScreen(const std::string& display, const std::string& xauthority);

// Where the standalone proxy of display `number` is steered; makes the private directory.
Result<std::filesystem::path> standaloneControlPath(int number);

// Tells the proxy of display `number` to go to another one, and waits until it is there.
Status moveDisplay(int number, const std::string& display, const std::string& xauthority);

// Lets the proxy of display `number` compare its server with its record: what it says, and whether
// nothing differs that should not.
struct AuditAnswer {
    std::string text;
    bool same = false;
};
Result<AuditAnswer> auditDisplay(int number);

// What the programs of display `number` have made, for a person to read.
Result<std::string> programsOfDisplay(int number);

} // namespace entracte::xproxy
