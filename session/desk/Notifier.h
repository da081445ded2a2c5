#pragma once

// The notification daemon of a session: owns org.freedesktop.Notifications on the session's bus and
// hands everything to the person's desktop, by way of PID 1 (Frame.h). Started by the bus when a
// program first notifies. Part of snapshots from then on; its numbers stay valid across them, and
// what a desktop showed that is no longer there is told to be closed.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/desk/Bus.h"
#include "session/desk/Frame.h"

#include <memory>
#include <set>

namespace entracte::desk {

class Notifier {
public:
    // Until the bus or PID 1 is gone, or another daemon takes the name over.
    Status run();

    // What programs call.
    Result<std::uint32_t> notify(sd_bus_message* call);
    void close(std::uint32_t number);
    void giveWay() { m_ends = true; }

private:
    Status serveBus();
    void handle(const Frame& frame);
    void tellClosed(std::uint32_t number, std::uint32_t reason);

    Bus m_bus;
    UniqueFd m_socket;
    std::unique_ptr<Line> m_line;
    std::set<std::uint32_t> m_live; // shown, or on the way there
    std::uint32_t m_last = 0;
    bool m_ends = false;
};

} // namespace entracte::desk
