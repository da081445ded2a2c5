#pragma once

// Looks after one running session between jobs, in a thread of its own: hears of the end of PID 1
// and of the screen, and asks from time to time how many windows there are. A job stops it first.

#include "session/base/UniqueFd.h"

#include <functional>
#include <thread>

namespace entracte {

class SessionWatch {
public:
    struct Handlers { // called from the watch's thread; true: the watch is to end
        std::function<bool()> sessionEnded;
        std::function<bool()> screenEnded;
        std::function<void()> tick;
        std::function<int()> early = {}; // what makes a tick come at once when it is readable; -1
    };

    SessionWatch() = default;
    SessionWatch(const SessionWatch&) = delete;
    SessionWatch& operator=(const SessionWatch&) = delete;
    ~SessionWatch() { stop(); }

    // `screen` may be -1. Both descriptors stay open until stop() or the end of the watch.
    void start(int initPidfd, int screen, Handlers handlers);
    // Not from the watch's own thread.
    void stop();

private:
    void run(int initPidfd, int screen, const Handlers& handlers, int stop);

    UniqueFd m_stop; // eventfd
    std::thread m_thread;
};

} // namespace entracte
