#pragma once

// `entracte vnc`: shows a session that has a screen of its own to VNC viewers, through a server
// that the distribution has (TigerVNC's or x11vnc), which runs as the person for as long as the
// command.
//
// It listens on a unix socket in a directory of the person's and on nothing else: who may reach it
// is said by the file system, from other machines by ssh (ssh(1), -L), and there is no password to
// guess. When the session is resumed, on another display, its server is started anew.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

#include <filesystem>

namespace entracte::cli {

struct VncServer {
    std::string display;          // that it shows
    std::string name;             // what viewers show as its title
    std::filesystem::path socket; // a unix socket
    bool readOnly = false;
};
// Its command line; empty when none is installed in `folders` (colon-separated, as PATH).
std::vector<std::string> commandOf(const VncServer& server, const std::string& folders);

// The exit status; prints what there is to say.
int vnc(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
