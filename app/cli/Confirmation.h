#pragma once

// Asks the person before something of theirs is lost for good. Only where there is somebody to ask:
// standard input and standard error are terminals, and --yes was not given; a script is not asked.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

#include <string>

namespace entracte::cli {

// Cancelled unless the answer is yes; no answer is no. `question` says what is lost.
Status confirm(const Arguments& arguments, const std::string& question);

// Before a running session is ended without being saved.
std::string questionOfStop(const SessionView& session, const QList<SnapshotView>& snapshots);
// Before a session, or one snapshot of it, is deleted.
std::string questionOfDelete(const SessionView& session, const QList<SnapshotView>& snapshots);
std::string questionOfDelete(const SessionView& session, const QList<SnapshotView>& snapshots,
                             const SnapshotView& snapshot);

} // namespace entracte::cli
