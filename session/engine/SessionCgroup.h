#pragma once

// A session's control group: what its programs use, and what they may use at most (cgroups(7)). Of
// version 2 where the kernel's controllers are there, of version 1 otherwise, each controller
// wherever it is (a hybrid system). A folder "entracte-ID" in its owner's, "entracte-of-UID", in
// the places that ControlGroups chose; the session cannot see it and cannot leave it. What the
// owner's may use, all their sessions together may. A machine without control groups has no limits
// and no figures, and sessions all the same.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace entracte {

inline constexpr const char* kGroupPrefix = "entracte-";
inline constexpr const char* kPersonPrefix = "entracte-of-";
// Of version 2, where processes go that are in the way: the helper, or those of a unit that exists
// for sessions only.
inline constexpr const char* kHelperGroup = "entracte-helper";
inline constexpr const char* kKeeperGroup = "entracte-keeper";

// Where groups of a controller are made.
struct GroupPlace {
    std::filesystem::path path;
    int version = 2;
    bool kept = false; // it is there for sessions only, and not the helper's own
};
using GroupPlaces = std::map<std::string, GroupPlace>; // by controller: memory, cpu, cpuacct, pids

class SessionCgroup {
public:
    // `together`: of all sessions of the owner.
    SessionCgroup(const SessionId& id, uid_t owner, const GroupPlaces& places,
                  const SessionLimits& together = {});

    bool available() const { return !m_places.empty(); }
    // Makes it where it is not there, in the owner's, whose limits count from then on.
    Status make() const;
    // The same, and puts everything beneath `init` into it. What that has in memory stays charged
    // to the group where it came from.
    Status enter(pid_t init) const;
    // Its cgroup.procs, open: whoever writes "0" into each is in it. Of one that was made.
    Result<std::vector<UniqueFd>> doors() const;
    // KernelUnsuitable names the controller that is missing; InvalidArgument: it uses more memory
    // than that, and none was taken from it.
    Status limit(const SessionLimits& limits) const;
    SessionUsage usage() const;
    // After the end of its processes; the owner's goes with the last session in it.
    void remove() const;

private:
    // In each place: the owner's group, and the session's in it.
    std::set<std::filesystem::path> paths(const std::filesystem::path& group) const;
    bool isFirstVersion(const char* controller) const;
    std::filesystem::path file(const std::filesystem::path& group, const char* controller,
                               const char* v1, const char* v2) const;
    Status limitMemory(const std::filesystem::path& group, std::uint64_t bytes) const;
    Status limit(const std::filesystem::path& group, const SessionLimits& limits) const;

    std::string m_name;
    std::filesystem::path m_owner; // their group
    std::filesystem::path m_group; // the session's
    GroupPlaces m_places;
    SessionLimits m_together;
};

} // namespace entracte
