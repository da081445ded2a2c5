#pragma once

// Where the windows of a session go that arrives over ssh, where no DISPLAY is set: the display
// that the person's other programs on this machine use.

#include <optional>
#include <string>

namespace entracte::cli {

struct RemoteScreen {
    std::string display;    // ":0"
    std::string xauthority; // may be empty
};

// `wanted`: this display; empty: the one that most of the person's programs are on. None when
// there is none that answers.
std::optional<RemoteScreen> findScreen(const std::string& wanted);

} // namespace entracte::cli
