#pragma once

// Tells whether somebody else forgets which pages were written. A process may do that to itself,
// and to others of its person's (by writing into clear_refs, proc(5)); a profiler does. Then what
// was written before is not marked any more, and a dump that trusts the marks would lose it.
//
// Watches the session's /proc and the host's, from its making on (fanotify(7)).

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <set>

namespace entracte {

class ClearRefsWatch {
public:
    // `init`: the session's PID 1.
    static Result<ClearRefsWatch> begin(pid_t init);

    // Whether anybody but these processes has written into a clear_refs until now; also when that
    // cannot be told.
    bool sawOthers(const std::set<pid_t>& ours);

private:
    explicit ClearRefsWatch(UniqueFd events) : m_events(std::move(events)) {}

    UniqueFd m_events;
};

} // namespace entracte
