#pragma once

// check, gc and prune: what is asked of the store itself.

#include "app/cli/Arguments.h"
#include "app/cli/Output.h"
#include "dbus/client/Client.h"

namespace entracte::cli {

// Of the whole store, or of the one snapshot that was named.
Result<Json> checkStore(const Client& client, const Arguments& arguments);
Result<Json> collectGarbage(const Client& client, const Arguments& arguments);
Result<Json> pruneSession(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
