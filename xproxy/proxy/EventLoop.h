#pragma once

// The proxy's one thread: descriptors that became ready (epoll) and timers. A Pollable may destroy
// itself or others from within ready(): whoever was removed is not called any more, but must stay
// allocated until the round is over (Proxy keeps the dead for that long).

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <unordered_map>

namespace entracte::xproxy {

using Clock = std::chrono::steady_clock;

class Pollable {
public:
    virtual void ready(std::uint32_t epollEvents) = 0;

protected:
    ~Pollable() = default;
};

class EventLoop {
public:
    Status open();
    // What to wait for at a descriptor (EPOLLIN, EPOLLOUT or 0); the first call adds it.
    void watch(int fd, std::uint32_t epollEvents, Pollable& who);
    void forget(int fd);

    using TimerId = std::uint64_t;
    TimerId after(Clock::duration delay, std::function<void()> what);
    void cancel(TimerId timer);

    // Waits for and handles one round. Falling asleep and being woken takes longer than a server
    // needs to answer, so while things come quickly one after the other, it looks for the next for
    // a moment before it sleeps. One look in vain ends that until things come quickly again: an
    // idle session costs nothing, and a busy one at most as long again as it works.
    void turn();
    // The next turn sleeps without a look.
    void sleepAtOnce() { m_looks = false; }

private:
    struct Watch {
        std::uint32_t events;
        Pollable* who;
        std::uint64_t generation;
    };
    struct Timer {
        Clock::time_point due;
        std::function<void()> what;
    };
    int wait(std::span<epoll_event> events, int timeoutMs);

    UniqueFd m_epoll;
    bool m_looks = false; // before it sleeps
    std::unordered_map<int, Watch> m_watches;
    std::map<TimerId, Timer> m_timers;
    TimerId m_nextTimer = 1;
    std::uint64_t m_generation = 0;
};

} // namespace entracte::xproxy
