#pragma once

// Finds what a person named: a session by its name or the beginning of its id, a snapshot by the
// beginning of its id. NotFound for none; InvalidArgument, naming the candidates, for several.

#include "dbus/client/Client.h"

namespace entracte::cli {

Result<SessionView> findSession(const Overview& overview, const std::string& named);
// "newest" and "latest" name the newest one.
Result<SnapshotView> findSnapshot(const Overview& overview, const SessionView& session,
                                  const std::string& named);

} // namespace entracte::cli
