#pragma once

// The bus thread: the connection, and the only thread in the helper that touches it. Everything
// that belongs to the bus (objects, callers, pending questions to polkit) lives in this thread and
// needs no lock; other threads hand it work with post(). It never waits for a session, the engine
// or a dialog.

#include "dbus/service/SdbusCompat.h"
#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace entracte::service {

enum class BusKind { System, Session };

class BusLoop {
public:
    // System: $DBUS_SYSTEM_BUS_ADDRESS is honoured, as by every client.
    static Result<std::unique_ptr<BusLoop>> open(BusKind kind);
    BusLoop(const BusLoop&) = delete;
    BusLoop& operator=(const BusLoop&) = delete;
    ~BusLoop();

    sdbus::IConnection& connection() { return *m_connection; }
    sd_bus* raw() { return m_raw; }

    // Takes the name; refused when somebody else has it or the bus's policy says no.
    Status claimName(const std::string& name);

    // Runs `task` in the bus thread, soon. Any thread; after the loop's end it is dropped.
    void post(std::function<void()> task);
    // Runs `task` in the bus thread after `delay`. Bus thread only.
    void after(std::chrono::milliseconds delay, std::function<void()> task);

    // What is done for a SIGHUP, in the bus thread; before, one ends the process.
    void onHangUp(std::function<void()> task);

    // Until stop(), SIGTERM or SIGINT; an error when the bus went away.
    Status run();
    void stop(); // async-signal-safe

private:
    using Clock = std::chrono::steady_clock;
    explicit BusLoop(std::unique_ptr<sdbus::IConnection> connection, UniqueFd wake);
    void runTasks();
    int pollTimeout(const sdbus::IConnection::PollData& data) const;

    std::unique_ptr<sdbus::IConnection> m_connection;
    sd_bus* m_raw;
    UniqueFd m_wake; // eventfd
    bool m_stopped = false;
    std::function<void()> m_hangUp;

    std::mutex m_mutex; // guards m_posted only
    std::vector<std::function<void()>> m_posted;
    std::multimap<Clock::time_point, std::function<void()>> m_timers;
};

} // namespace entracte::service
