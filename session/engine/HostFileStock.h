#pragma once

// Stores what running sessions have mapped of the host before a snapshot needs it: soon after a
// session or a program in it has begun, in a thread of its own that leaves processor and disk to
// others. So even a session's first snapshot finds its libraries in the store, and costs what its
// programs changed. A snapshot needs none of this: what it does not find it stores itself.

#include "session/engine/Types.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace entracte {

class EngineContext;
class Session;

class HostFileStock {
public:
    explicit HostFileStock(EngineContext& context);
    HostFileStock(const HostFileStock&) = delete;
    HostFileStock& operator=(const HostFileStock&) = delete;
    ~HostFileStock();

    // Something new runs in this session. Returns at once.
    void look(const SessionId& session);

    // While one of these lives nothing is stored ahead of time; waits for what is under way, which
    // ends soon.
    class Pause {
    public:
        explicit Pause(HostFileStock& stock);
        Pause(const Pause&) = delete;
        Pause& operator=(const Pause&) = delete;
        ~Pause();

    private:
        HostFileStock& m_stock;
    };

private:
    using Clock = std::chrono::steady_clock;
    struct Plan {
        std::size_t round = 0; // programs load libraries for a while
        Clock::time_point next;
    };
    void run();
    void stock(const SessionId& session, JobControl& job);

    EngineContext& m_context;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<SessionId, Plan> m_plans;
    JobControl* m_job = nullptr; // under way
    unsigned m_pauses = 0;
    bool m_ending = false;
    std::thread m_thread;
};

} // namespace entracte
