#pragma once

// "entracte snapshot --dry-run": what a snapshot would refuse, without touching anything.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

namespace entracte::cli {

// The exit status: 0 when the session can be saved, that of NotCheckpointable when not.
int dryRun(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
