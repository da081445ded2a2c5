#pragma once

// "entracte hosts", "entracte move --auto" and "entracte evacuate": groups of machines
// (docs/moving.md). Who takes what is decided here, on the machine that gives; the others only say
// how they are.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

#include <string>
#include <vector>

namespace entracte::cli {

// Those that were named, or all that the person knows.
std::vector<std::string> hostsAskedFor(const Arguments& arguments);
Error noHosts();

// The exit status of each.
int listHosts(const Arguments& arguments);
int moveAnywhere(const Client& client, const Arguments& arguments);
int evacuate(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
