#pragma once

// The children of PID 1: starts them, reaps them and every orphan, and remembers how they ended.

#include "session/init/ExitLog.h"
#include "session/init/SpawnRequest.h"

#include <sys/types.h>

#include <map>
#include <string>

namespace entracte::init {

class Programs {
public:
    enum class Kind { Requested, Service };

    // The pid, or -errno. What the program writes goes to kLogDirectory/PID.
    pid_t start(const SpawnRequest& request, Kind kind);
    // Collects all that have ended. False when no child is left.
    bool reap();

    bool runs(pid_t pid) const { return m_running.count(pid) != 0; }
    std::uint32_t requested() const;
    const ExitLog& exits() const { return m_exits; }

private:
    std::map<pid_t, Kind> m_running;
    ExitLog m_exits; // of both kinds, not of orphans
};

inline constexpr const char* kLogDirectory = "/run/entracte/log";

} // namespace entracte::init
