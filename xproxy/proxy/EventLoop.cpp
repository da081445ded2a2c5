#include "xproxy/proxy/EventLoop.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <vector>

namespace entracte::xproxy {

using namespace std::chrono_literals;

namespace {
constexpr auto kLook = 50us;  // at most, before sleep
constexpr auto kQuick = 80us; // a sleep as short as this would better have been a look
} // namespace

Status EventLoop::open() {
    m_epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!m_epoll)
        return fail(Error::fromErrno("The event loop could not be made"));
    return {};
}

void EventLoop::watch(int fd, std::uint32_t epollEvents, Pollable& who) {
    auto [place, isNew] = m_watches.try_emplace(fd, Watch{epollEvents, &who, m_generation});
    epoll_event event{};
    event.events = epollEvents;
    event.data.fd = fd;
    if (isNew) {
        ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event);
        return;
    }
    place->second.who = &who;
    if (place->second.events == epollEvents)
        return;
    place->second.events = epollEvents;
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::forget(int fd) {
    if (m_watches.erase(fd) > 0)
        ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::after(Clock::duration delay, std::function<void()> what) {
    const TimerId id = m_nextTimer++;
    m_timers.emplace(id, Timer{Clock::now() + delay, std::move(what)});
    return id;
}

void EventLoop::cancel(TimerId timer) {
    m_timers.erase(timer);
}

int EventLoop::wait(std::span<epoll_event> events, int timeoutMs) {
    const auto look = [&](int milliseconds) {
        return ::epoll_wait(m_epoll.get(), events.data(), static_cast<int>(events.size()),
                            milliseconds);
    };
    if (timeoutMs == 0)
        return look(0);
    const auto began = Clock::now();
    while (m_looks) {
        if (const int count = look(0); count != 0)
            return count;
        // Who is to give us something to do may be waiting for this processor.
        ::sched_yield();
        m_looks = Clock::now() - began < kLook;
    }
    const int count = look(timeoutMs);
    m_looks = count > 0 && Clock::now() - began < kQuick;
    return count;
}

void EventLoop::turn() {
    int timeout = -1;
    if (!m_timers.empty()) {
        const auto now = Clock::now();
        for (const auto& [id, timer] : m_timers) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(timer.due - now).count();
            const int wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
            timeout = timeout < 0 ? wait : std::min(timeout, wait);
        }
    }
    std::array<epoll_event, 64> events;
    const int count = wait(events, timeout);
    ++m_generation; // a descriptor added from here on may bear the number of one that was removed
    for (int i = 0; i < count; ++i) {
        const auto found = m_watches.find(events[i].data.fd);
        if (found != m_watches.end() && found->second.generation < m_generation)
            found->second.who->ready(events[i].events);
    }
    if (m_timers.empty())
        return;
    std::vector<TimerId> due;
    const auto now = Clock::now();
    for (const auto& [id, timer] : m_timers)
        if (timer.due <= now)
            due.push_back(id);
    for (const TimerId id : due) {
        const auto node = m_timers.extract(id);
        if (!node.empty())
            node.mapped().what();
    }
}

} // namespace entracte::xproxy
