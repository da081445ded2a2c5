#pragma once

// Active grabs that a new server refused because their window is not on the screen yet: a
// stranger's window manager will put it there. They are asked for again until it has, or for some
// seconds; then they are ended as a server ends a grab. An open menu is such a grab.

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/RequestPath.h"

namespace entracte::xproxy {

class LateGrabs {
public:
    LateGrabs(Core& core, RequestPath& requests) : m_core(core), m_requests(requests) {}

    // After a replay, which left those awaited in the record.
    void begin();
    // Nothing is asked any more: the server is left.
    void forget();

private:
    static constexpr std::chrono::milliseconds kBetween{50};
    static constexpr std::chrono::seconds kLimit{5};

    void askAgain();
    void answered(unsigned what, ClientId client, bool isLast, const MessageView& reply);

    Core& m_core;
    RequestPath& m_requests;
    Clock::time_point m_deadline;
    EventLoop::TimerId m_timer = 0;
};

} // namespace entracte::xproxy
