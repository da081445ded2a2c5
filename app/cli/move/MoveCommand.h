#pragma once

// "entracte move": a session goes on at another machine (docs/moving.md).

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

namespace entracte::cli {

// The exit status.
int moveSession(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
