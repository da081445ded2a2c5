#pragma once

// The screen's one loop: calls a function whenever a descriptor is ready (epoll(7),
// level-triggered). Single-threaded; callbacks may add and remove watches, their own included.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace entracte::screen {

class Reactor {
public:
    using Id = std::uint64_t;
    using Callback = std::function<void(std::uint32_t events)>;

    Reactor();

    // The descriptor stays the caller's and must be removed before it is closed.
    Id add(int fd, std::uint32_t events, Callback callback);
    // With no events the watch is silent, hang-ups included, until it is changed again.
    void change(Id id, std::uint32_t events);
    void remove(Id id);

    // Until stop().
    void run();
    void stop() { m_running = false; }

private:
    struct Watch {
        int fd = -1;
        bool silent = false;
        std::shared_ptr<Callback> callback;
    };

    UniqueFd m_epoll;
    std::map<Id, Watch> m_watches;
    Id m_nextId = 1;
    bool m_running = false;
};

} // namespace entracte::screen
