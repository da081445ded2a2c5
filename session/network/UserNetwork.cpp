#include "session/network/UserNetwork.h"

#include "session/network/FrameFilter.h"

#include <slirp/libslirp.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

namespace entracte::network {

namespace {

constexpr std::size_t kMtu = 65520; // as the session's eth0 has it (session/container/Cable.cpp)
constexpr int kFramesAtOnce = 64;   // before other sockets have their turn

std::int64_t nowNs() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

in_addr address(std::uint32_t host) {
    return {htonl(host)};
}

in6_addr address(const Address6& host) {
    in6_addr made{};
    std::ranges::copy(host, made.s6_addr);
    return made;
}

short eventsOf(int asked) {
    return static_cast<short>(((asked & SLIRP_POLL_IN) ? POLLIN : 0) |
                              ((asked & SLIRP_POLL_OUT) ? POLLOUT : 0) |
                              ((asked & SLIRP_POLL_PRI) ? POLLPRI : 0));
}

int answerOf(short events) {
    return ((events & POLLIN) ? SLIRP_POLL_IN : 0) | ((events & POLLOUT) ? SLIRP_POLL_OUT : 0) |
           ((events & POLLPRI) ? SLIRP_POLL_PRI : 0) | ((events & POLLERR) ? SLIRP_POLL_ERR : 0) |
           ((events & POLLHUP) ? SLIRP_POLL_HUP : 0);
}

const SlirpCb kCallbacks = [] {
    SlirpCb callbacks{};
    callbacks.send_packet = [](const void* frame, std::size_t size, void* self) {
        static_cast<UserNetwork*>(self)->send(frame, size);
        return static_cast<ssize_t>(size); // what could not be sent was lost on the way
    };
    callbacks.guest_error = [](const char*, void*) {};
    callbacks.clock_get_ns = [](void*) { return nowNs(); };
    callbacks.timer_new = [](SlirpTimerCb callback, void* argument, void* self) -> void* {
        return static_cast<UserNetwork*>(self)->addTimer(callback, argument);
    };
    callbacks.timer_free = [](void* timer, void* self) {
        static_cast<UserNetwork*>(self)->removeTimer(static_cast<UserNetwork::Timer*>(timer));
    };
    callbacks.timer_mod = [](void* timer, std::int64_t dueMs, void*) {
        static_cast<UserNetwork::Timer*>(timer)->dueMs = dueMs;
    };
    callbacks.register_poll_fd = [](int, void*) {};
    callbacks.unregister_poll_fd = [](int, void*) {};
    callbacks.notify = [](void*) {};
    return callbacks;
}();

} // namespace

UserNetwork::UserNetwork(UserNetworkOptions options)
    : m_options(std::move(options)), m_frame(kMtu + 64) {
    SlirpConfig config{};
    config.version = 1;
    config.in_enabled = true;
    config.vnetwork = address(kNetwork);
    config.vnetmask = address(0xffffff00);
    config.vhost = address(kHost);
    config.vdhcp_start = address(kSession);
    config.vnameserver = address(kNameServer);
    config.in6_enabled = true;
    config.vprefix_addr6 = address(kNetwork6);
    config.vprefix_len = 64;
    config.vhost6 = address(kHost6);
    config.vnameserver6 = address(kNameServer6);
    config.if_mtu = config.if_mru = kMtu;
    // What listens on this computer's loopback only is not the network's.
    config.disable_host_loopback = !m_options.hostOnly;
    m_slirp = ::slirp_new(&config, &kCallbacks, this);
}

UserNetwork::~UserNetwork() {
    if (m_slirp)
        ::slirp_cleanup(m_slirp);
}

void UserNetwork::send(const void* frame, std::size_t size) {
    if (isRouterAdvertisement({static_cast<const std::byte*>(frame), size}))
        return;
    while (::send(m_options.wire.get(), frame, size, MSG_DONTWAIT) < 0 && errno == EINTR) {
    }
}

UserNetwork::Timer* UserNetwork::addTimer(void (*callback)(void*), void* argument) {
    m_timers.push_back(std::make_unique<Timer>(Timer{callback, argument, -1}));
    return m_timers.back().get();
}

void UserNetwork::removeTimer(Timer* timer) {
    std::erase_if(m_timers, [timer](const auto& one) { return one.get() == timer; });
}

void UserNetwork::runTimers() {
    const std::int64_t now = nowNs() / 1'000'000;
    for (std::size_t i = 0; i < m_timers.size(); ++i) // a callback may add one
        if (Timer& timer = *m_timers[i]; timer.dueMs >= 0 && timer.dueMs <= now) {
            timer.dueMs = -1;
            timer.callback(timer.argument);
        }
}

void UserNetwork::receive() {
    for (int i = 0; i < kFramesAtOnce; ++i) {
        const ssize_t got =
            ::recv(m_options.wire.get(), m_frame.data(), m_frame.size(), MSG_DONTWAIT | MSG_TRUNC);
        if (got < 0)
            return;
        if (static_cast<std::size_t>(got) > m_frame.size())
            continue;
        const auto frame = std::span<const std::byte>(m_frame).first(static_cast<std::size_t>(got));
        const Verdict verdict =
            m_options.hostOnly ? judgeHostOnly(frame, m_options.hostPorts) : judgeBeyond(frame);
        if (verdict == Verdict::Refuse) {
            const auto answer = refusal(frame);
            send(answer.data(), answer.size());
        } else if (verdict == Verdict::Pass) {
            ::slirp_input(m_slirp, reinterpret_cast<const std::uint8_t*>(frame.data()),
                          static_cast<int>(frame.size()));
        }
    }
}

Status UserNetwork::run() {
    if (!m_slirp)
        return fail(ErrorCode::System, "The session's network could not be begun.");
    std::vector<pollfd> polled;
    for (;;) {
        polled.assign({{m_options.session.get(), POLLIN, 0}, {m_options.wire.get(), POLLIN, 0}});
        std::uint32_t wait = 60'000; // ms
        const auto add = [](int fd, int events, void* list) {
            auto& all = *static_cast<std::vector<pollfd>*>(list);
            all.push_back({fd, eventsOf(events), 0});
            return static_cast<int>(all.size()) - 1;
        };
        ::slirp_pollfds_fill(m_slirp, &wait, add, &polled);
        const std::int64_t now = nowNs() / 1'000'000;
        for (const auto& timer : m_timers)
            if (timer->dueMs >= 0)
                wait = std::min(wait, static_cast<std::uint32_t>(
                                          std::clamp<std::int64_t>(timer->dueMs - now, 0, 60'000)));
        const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(wait));
        if (ready < 0 && errno != EINTR)
            return fail(Error::fromErrno("The session's network ended"));
        const auto answer = [](int index, void* list) {
            const auto& all = *static_cast<std::vector<pollfd>*>(list);
            return answerOf(all[static_cast<std::size_t>(index)].revents);
        };
        ::slirp_pollfds_poll(m_slirp, ready < 0 ? 1 : 0, answer, &polled);
        runTimers();
        if (ready <= 0)
            continue;
        if (polled[0].revents != 0)
            return {};
        if (polled[1].revents & (POLLERR | POLLHUP | POLLNVAL)) {
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(m_options.wire.get(), SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != ENETDOWN) // that is told once, when a session has only just begun
                return {};
        }
        if (polled[1].revents & POLLIN)
            receive();
    }
}

} // namespace entracte::network
