#pragma once

// Where the control groups of sessions are made (cgroups(7)): one place for each controller, chosen
// when the helper begins and the same for as long as any session lives there.
//
// Under systemd that is the group of entracte-sessions.service, beside the helper's own, handed
// over with Delegate=yes. It must not be the helper's: of version 2 a group whose children have
// controllers takes no processes itself, so systemd could start no helper while sessions of the one
// before run (seen with systemd 252: 219/CGROUP, "Device or resource busy"). Without that service
// it is the helper's own group, unless a service of systemd's would suffer from it.
//
// The helper may be started again in quite another group. So the places are remembered in the
// runtime directory, and taken again where sessions' groups are still in them. Not copied; used
// from any thread once `limitPeople` and `find` have been called.

#include "session/engine/SessionCgroup.h"

#include <filesystem>
#include <string>

namespace entracte {

class ControlGroups {
public:
    // The unit that keeps them, beside the helper's.
    static constexpr const char* kService = "entracte-sessions.service";

    // `own`: /proc/self/cgroup, `mounts`: /proc/self/mountinfo; both may be others in tests.
    void find(const std::filesystem::path& runtime, const std::string& own = {},
              const std::string& mounts = {});

    // What all sessions of one person together may use, from the next that begins.
    void limitPeople(const SessionLimits& together) { m_together = together; }

    SessionCgroup of(const SessionId& id, uid_t owner) const {
        return {id, owner, m_places, m_together};
    }
    const GroupPlaces& places() const { return m_places; }

private:
    GroupPlaces m_places;
    SessionLimits m_together;
};

} // namespace entracte
