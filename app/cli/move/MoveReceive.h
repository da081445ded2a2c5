#pragma once

// "entracte move-receive": the other end of a move, started by ssh, spoken to by "entracte move"
// on standard input and output (MoveProtocol.h, docs/moving.md). What has arrived belongs to the
// machine that it left until that one says "go"; if the link ends before, it is dropped.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

namespace entracte::cli {

// The exit status.
int moveReceive(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
