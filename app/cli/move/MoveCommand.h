#pragma once

// "entracte move": a session goes on at another machine (docs/moving.md).

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

#include <nlohmann/json.hpp>

namespace entracte::cli {

// One attempt, to arguments.host. `begun`: something has moved; before that, another machine can be
// tried.
struct MoveAttempt {
    Result<nlohmann::ordered_json> moved;
    bool begun = false;
};
MoveAttempt tryMove(const Client& client, const Arguments& arguments, const SessionView& session);

// The exit status.
int moveSession(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
