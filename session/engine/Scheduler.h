#pragma once

// Says when a session is to be saved by its schedule, in a thread of its own. It saves nothing
// itself: whoever hears `due` starts a job like any other, with its progress and its errors.
//
// A session is due when its time has come, it runs, nobody paused its schedule, and its programs
// used the processor since its last snapshot; otherwise its time is put off. Then it waits for a
// moment in which nobody types or clicks in it, but not for long: a tenth of the time between two
// snapshots, 5 seconds at least and 2 minutes at most. What the session says of that can do no more
// than use up this time.

#include "session/base/WallClock.h"
#include "session/engine/SessionRegistry.h"
#include "session/store/SnapshotStore.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace entracte {

class Scheduler {
public:
    using Due = std::function<void(const SessionInfo&)>;

    using Now = std::function<std::int64_t()>; // Unix, ms

    Scheduler(SessionRegistry& registry, Due due, Now now = nowUnixMs);
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;
    ~Scheduler();

    // A schedule was changed, or a session began: looks at all again.
    void wake();
    // A snapshot of it was just taken: its time begins anew.
    void saved(const SessionId& session);

private:
    struct Plan {
        std::uint32_t everySeconds = 0;
        std::int64_t nextUnixMs = 0;
        std::uint64_t cpuTicks = 0;    // of its processes, when it was last saved
        std::int64_t latestUnixMs = 0; // it is due, and waits for a quiet moment until then; 0: not
    };

    void run();
    // Whether it is to be saved now.
    static bool isDue(Session& session, const SessionRecord& record, Plan& plan, std::int64_t now);
    // The time of the next look.
    std::int64_t lookAtAll(std::int64_t now, std::vector<SessionInfo>& due);

    SessionRegistry& m_registry;
    const Due m_due;
    const Now m_now;
    std::mutex m_mutex; // guards everything below
    std::condition_variable m_changed;
    std::map<SessionId, Plan> m_plans;
    bool m_woken = false;
    bool m_ending = false;
    std::thread m_thread; // last: begins when everything else is there
};

} // namespace entracte
