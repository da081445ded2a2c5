#include "xproxy/proxy/Pump.h"

#include <poll.h>

#include <memory>

namespace entracte::xproxy {

Status Pump::until(const std::function<bool()>& done, Clock::time_point deadline) {
    std::vector<pollfd> polled(m_lines.size());
    while (!done()) {
        bool lost = false;
        for (std::size_t i = 0; i < m_lines.size(); ++i) {
            auto& stream = m_lines[i].upstream->stream;
            lost = lost || !stream.flush();
            polled[i] = {stream.fd(),
                         static_cast<short>(stream.queued() ? POLLIN | POLLOUT : POLLIN), 0};
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (lost)
            return fail(ErrorCode::ScreenUnavailable, "The X server went away.");
        if (left.count() <= 0)
            return fail(ErrorCode::TimedOut, "The X server did not answer in time.");
        ::poll(polled.data(), polled.size(), static_cast<int>(left.count()));
        for (std::size_t i = 0; i < m_lines.size(); ++i) {
            if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR)))
                continue;
            auto& [upstream, sink, answers] = m_lines[i];
            const bool alive = upstream->stream.read();
            if (!upstream->process(*sink) || !alive)
                lost = true;
        }
        if (lost && !done())
            return fail(ErrorCode::ScreenUnavailable, "The X server went away.");
    }
    return {};
}

Status Pump::syncAll(Clock::time_point deadline) {
    // Shared: an answer may come after this function gave up.
    auto missing = std::make_shared<std::size_t>(0);
    for (auto& line : m_lines) {
        if (!line.answers)
            continue;
        ++*missing;
        line.upstream->sync([missing] { --*missing; });
    }
    return until([missing] { return *missing == 0; }, deadline);
}

} // namespace entracte::xproxy
