#pragma once

// Tells whether somebody else forgets which pages were written. A process may do that to itself,
// and to others of its person's (by writing into clear_refs, proc(5)); a profiler does. Then what
// was written before is not marked any more, and a dump that trusts the marks would lose it.
//
// Watches the session's /proc and the host's, from its making on (fanotify(7)). On the host's
// whoever writes counts, also of another session, whose snapshot at the same time so puts this one
// in doubt: the number in a path may be another process's by the time that it is read, or that of
// one whose memory lives on in others.

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
