#pragma once

// A session's control group: what its programs use, and what they may use at most (cgroups(7)). Of
// version 2 where the kernel's controllers are there, of version 1 otherwise, each controller
// wherever it is (a hybrid system). A folder "entracte-ID" beneath the helper's own group; the
// session cannot see it and cannot leave it. A machine without control groups has no limits and no
// figures, and sessions all the same.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace entracte {

class SessionCgroup {
public:
    // `own`: /proc/self/cgroup, `mounts`: /proc/self/mountinfo; both may be others in tests.
    explicit SessionCgroup(const SessionId& id, const std::string& own = {},
                           const std::string& mounts = {});

    bool available() const { return !m_folders.empty(); }
    // Makes it where it is not there.
    Status make() const;
    // The same, and puts everything beneath `init` into it. What that has in memory stays charged
    // to the group where it came from.
    Status enter(pid_t init) const;
    // Its cgroup.procs, open: whoever writes "0" into each is in it. Of one that was made.
    Result<std::vector<UniqueFd>> doors() const;
    // KernelUnsuitable names the controller that is missing.
    Status limit(const SessionLimits& limits) const;
    SessionUsage usage() const;
    // After the end of its processes.
    void remove() const;

private:
    struct Folder {
        std::filesystem::path path;
        int version = 2;
    };
    std::set<std::filesystem::path> paths() const;
    std::filesystem::path file(const std::string& controller, const char* v1, const char* v2) const;

    std::map<std::string, Folder> m_folders; // by controller: memory, cpu, cpuacct, pids
};

} // namespace entracte
