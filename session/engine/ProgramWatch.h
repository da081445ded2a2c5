#pragma once

// Hears of the end of a session's programs, over a connection of its own to the session's PID 1, in
// a thread of its own. Stopped before a dump, because a connection to the outside cannot be saved,
// and started again after. PID 1 may be anything by now: what it says is told as it is, at a pace
// that harms nobody.

#include "session/init/InitClient.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace entracte {

class ProgramWatch {
public:
    // Called from the watch's thread. `past`: it had ended before start(…, true).
    using Observer = std::function<void(const ProgramExit&, bool past)>;

    explicit ProgramWatch(Observer observer) : m_observer(std::move(observer)) {}
    ProgramWatch(const ProgramWatch&) = delete;
    ProgramWatch& operator=(const ProgramWatch&) = delete;
    ~ProgramWatch() { stop(); }

    // What ended before is told as past with `skipPast`: it was told before, or in another life.
    Status start(pid_t init, bool skipPast);
    void stop();

private:
    void run();
    void skipPast();
    bool pause(std::chrono::milliseconds time); // false when stopped

    Observer m_observer;
    std::optional<InitClient> m_client;
    std::uint64_t m_serial = 0; // of the last exit that was told
    std::thread m_thread;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_stopping = false;
    bool m_settled = true; // what ended before is known
};

} // namespace entracte
