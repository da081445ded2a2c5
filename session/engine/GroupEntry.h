#pragma once

// The way of a session that comes back into its control group: CRIU itself runs there, so that all
// that it brings back counts from its first byte, within the session's limits. Memory is charged to
// the group that a process is in when it touches it, and stays with that group when the process
// moves (cgroups(7)). A machine without control groups brings sessions back all the same.

#include "session/engine/SessionCgroup.h"

namespace entracte {

class GroupEntry {
public:
    // Makes the group, with the session's limits.
    GroupEntry(const SessionCgroup& group, const SessionLimits& limits);

    // For RestoreOptions; open as long as this is there.
    std::vector<int> doors() const;
    // Why nothing came of it, with a limit that may have been the reason.
    Error explain(const Error& error, std::uint64_t imageBytes) const;

private:
    std::uint64_t m_limit; // bytes of memory; 0: none
    std::vector<UniqueFd> m_doors;
};

} // namespace entracte
