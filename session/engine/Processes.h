#pragma once

// What the host's /proc says of a session's processes. Programs of the session choose their names;
// nothing here depends on them but what is shown.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/engine/SessionRecord.h"

#include <filesystem>
#include <vector>

namespace entracte {

// All processes beneath and including `init`, as they are at this moment.
std::vector<pid_t> processesBeneath(pid_t init);

// Of those, the ones that a person would call programs: not PID 1, and not its bus and X proxy.
std::uint32_t countPrograms(pid_t init);

// Memory that the images of these processes may take at most (bytes): private and shared pages.
std::uint64_t memoryOf(const std::vector<pid_t>& processes);

// The processor time (clock ticks) that they and their ended children have used.
std::uint64_t processorTicks(pid_t init);

// Sockets of what is ours in the session: PID 1 (which talks with the helper) and the X proxy, as
// far as one can tell from outside by its name.
std::vector<std::uint64_t> ownSockets(pid_t init);

// Kills what still has its root on the file system mounted there: of a session that was just being
// made or brought back when the helper died, so that no record names its PID 1. Waits a moment for
// their end.
void endProcessesOn(const std::filesystem::path& mountPoint);

Result<InitIdentity> identityOf(pid_t pid);
// A pidfd when the process still is the one that is meant; NotFound otherwise.
Result<UniqueFd> openIdentity(const InitIdentity& identity);

} // namespace entracte
