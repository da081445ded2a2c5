#pragma once

// "entracte export" and "entracte import". The helper writes into, and reads from, one end of a
// pipe; what is at the other end (a file, a pipe, a passphrase) is the person's own affair.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"
#include "session/base/UniqueFd.h"

#include <functional>

namespace entracte::cli {

// Which snapshot "SESSION[@SNAPSHOT]" means: the newest when none is said.
struct Chosen {
    SessionView session;
    SnapshotView snapshot;
};
Result<Chosen> chooseSnapshot(const Client& client, const std::string& named);

// Exports into a pipe, whose other end `take` reads to its end in a thread of its own. The first
// error of both. `options` as the helper's Export has them.
Status exportTo(const Client& client, const Arguments& arguments, const SnapshotView& snapshot,
                const QVariantMap& options, const std::function<Status(int)>& take);

// Imports what `give` writes into a pipe, in a thread of its own; the session made. `options` as
// the helper's Import has them.
Result<SessionView> importFrom(const Client& client, const Arguments& arguments,
                               const QVariantMap& options, const std::function<Status(int)>& give);

// The exit status.
int transfer(const Client& client, const Arguments& arguments);

} // namespace entracte::cli
