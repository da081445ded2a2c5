#pragma once

// "entracte push", "pull" and "remote": repositories are the person's own affair, and all of this
// runs as the person. The helper only writes into, or reads from, a pipe, as for an export.

#include "app/cli/Arguments.h"
#include "app/cli/Output.h"
#include "app/repository/Links.h"
#include "app/repository/Remotes.h"
#include "dbus/client/Client.h"

#include <memory>

namespace entracte::cli {

// The commands "remote …", which need no helper.
bool isOfRemotes(Verb verb);
// Each: the exit status.
int remoteCommand(const Arguments& arguments);
int push(const Client& client, const Arguments& arguments);
int pull(const Client& client, const Arguments& arguments);

// Before a session is resumed that was suspended, pushed and so given away here: takes its lease
// again. Busy when somebody else has it by now.
Status takeBeforeResume(const Client& client, const Arguments& arguments);

// What the above have in common.

repository::Remotes personsRemotes();
repository::Links personsLinks();
// For what is on its way to rclone, sealed.
Result<std::string> spoolFolder();
Result<std::unique_ptr<repository::Repository>> openRemote(const Arguments& arguments);
// The repository's key for leases, as Links keeps it.
Result<std::string> leaseKeyText(const repository::Repository& repository);
Result<repository::Leases> leasesOf(repository::Place& place, const std::string& leaseKey);

// Which of a repository's sessions "SESSION" means: by name, or by the beginning of its id.
using Manifests = std::vector<std::pair<repository::ObjectName, repository::Manifest>>;
Result<repository::LineageId> findLineage(const Manifests& manifests, const std::string& named);
// "SESSION[@SNAPSHOT]": the snapshot.
Result<repository::NamedManifest> findPushed(const Manifests& manifests, const std::string& named);

// A line on standard error while a long one goes on, where that is a terminal.
std::function<Status(std::uint64_t, std::uint64_t)> showBytes(const Arguments& arguments,
                                                              const std::string& what);

} // namespace entracte::cli
