#pragma once

// A session's control group: what its programs use, and what they may use at most (cgroups(7)). Of
// version 2 where the kernel's controllers are there, of version 1 otherwise, each controller
// wherever it is (a hybrid system). A folder "entracte-ID" in the places that ControlGroups chose;
// the session cannot see it and cannot leave it. A machine without control groups has no limits and
// no figures, and sessions all the same.

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
    SessionCgroup(const SessionId& id, const GroupPlaces& places);

    bool available() const { return !m_places.empty(); }
    // Makes it where it is not there.
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
    // After the end of its processes.
    void remove() const;

private:
    std::filesystem::path folder(const GroupPlace& place) const { return place.path / m_name; }
    std::set<std::filesystem::path> paths() const;
    bool isFirstVersion(const char* controller) const;
    std::filesystem::path file(const char* controller, const char* v1, const char* v2) const;
    Status limitMemory(std::uint64_t bytes) const;

    std::string m_name;
    GroupPlaces m_places;
};

} // namespace entracte
