#include "session/screen/Reactor.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace entracte::screen {

Reactor::Reactor() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

Reactor::Id Reactor::add(int fd, std::uint32_t events, Callback callback) {
    const Id id = m_nextId++;
    m_watches.emplace(id, Watch{fd, false, std::make_shared<Callback>(std::move(callback))});
    epoll_event event{events, {}};
    event.data.u64 = id;
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event);
    return id;
}

void Reactor::change(Id id, std::uint32_t events) {
    const auto found = m_watches.find(id);
    if (found == m_watches.end())
        return;
    auto& watch = found->second;
    epoll_event event{events, {}};
    event.data.u64 = id;
    if (events == 0) {
        if (!watch.silent)
            ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, watch.fd, nullptr);
    } else {
        ::epoll_ctl(m_epoll.get(), watch.silent ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, watch.fd, &event);
    }
    watch.silent = events == 0;
}

void Reactor::remove(Id id) {
    const auto found = m_watches.find(id);
    if (found == m_watches.end())
        return;
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, found->second.fd, nullptr);
    m_watches.erase(found);
}

void Reactor::run() {
    m_running = true;
    std::array<epoll_event, 64> events{};
    while (m_running) {
        const int count = ::epoll_wait(m_epoll.get(), events.data(), events.size(), -1);
        if (count < 0 && errno != EINTR)
            return;
        for (int i = 0; i < count && m_running; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            // Gone when an earlier callback of this round removed it.
            const auto found = m_watches.find(event.data.u64);
            if (found == m_watches.end())
                continue;
            const auto callback = found->second.callback;
            (*callback)(event.events);
        }
    }
}

} // namespace entracte::screen
