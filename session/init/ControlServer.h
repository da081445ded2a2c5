#pragma once

// The listening socket of PID 1 and its connections. Only the helper is listened to: it is the one
// process that is uid 0 here, since nothing in a session may be. Never blocks.

#include "session/base/UniqueFd.h"
#include "session/init/InitProtocol.h"
#include "session/init/SpawnRequest.h"

#include <poll.h>

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace entracte::init {

class ControlServer {
public:
    using Clock = std::chrono::steady_clock;

    struct Handler {
        std::function<pid_t(const SpawnRequest&)> spawn; // pid or -errno
        std::function<void(std::chrono::milliseconds)> terminate;
        std::function<bool(std::uint64_t serial)> hasEvents;
        // Fills `programs`, and the exits after `serial`.
        std::function<void(std::uint64_t serial, Answer&)> describe;
    };

    // False with errno set when the socket cannot be made.
    bool listen(const char* path);

    void addTo(std::vector<pollfd>& polled) const;
    // Takes connections, reads requests, answers those whose wait is over.
    void serve(const std::vector<pollfd>& polled, const Handler& handler);
    // When the next waiting client must be answered.
    std::optional<Clock::time_point> nextDeadline() const;

private:
    struct Client {
        UniqueFd socket;
        std::uint64_t serial = 0;                  // WaitEvents: asked for what is after this
        std::optional<Clock::time_point> deadline; // set while it waits
    };
    void accept();
    bool read(Client& client, const Handler& handler);
    bool handle(Client& client, const std::string& message, const Handler& handler);
    static bool answer(Client& client, Operation operation, int result, const Handler& handler);

    UniqueFd m_listener;
    std::list<Client> m_clients;
};

} // namespace entracte::init
