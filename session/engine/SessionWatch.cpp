#include "session/engine/SessionWatch.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <iterator>

namespace entracte {

namespace {
constexpr int kTickMs = 3000;
constexpr int kRetryMs = 50; // after a handler that could not act yet
} // namespace

void SessionWatch::start(int initPidfd, int screen, Handlers handlers) {
    stop();
    m_stop.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    m_thread = std::thread([this, initPidfd, screen, handlers = std::move(handlers),
                            stop = m_stop.get()] { run(initPidfd, screen, handlers, stop); });
}

void SessionWatch::stop() {
    if (!m_thread.joinable())
        return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto wrote = ::write(m_stop.get(), &one, sizeof one);
    m_thread.join();
}

void SessionWatch::run(int initPidfd, int screen, const Handlers& handlers, int stop) {
    for (;;) {
        pollfd polled[] = {{stop, POLLIN, 0},
                           {initPidfd, POLLIN, 0},
                           {screen, POLLIN, 0},
                           {handlers.early ? handlers.early() : -1, POLLIN, 0}};
        const int ready = ::poll(polled, std::size(polled), kTickMs);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0 || polled[0].revents != 0)
            return;
        if (ready == 0) {
            handlers.tick();
            continue;
        }
        if (polled[1].revents != 0) {
            if (handlers.sessionEnded())
                return;
        } else if (polled[2].revents != 0 && handlers.screenEnded()) {
            screen = -1; // closed by now
            continue;
        } else if (polled[3].revents != 0) {
            handlers.tick();
        }
        pollfd wait{stop, POLLIN, 0};
        ::poll(&wait, 1, kRetryMs);
    }
}

} // namespace entracte
