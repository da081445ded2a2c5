#pragma once

// The network of one session, in a process of the person's: frames that its eth0 sends are read
// from a packet socket, and what programs want from outside is asked for by ordinary sockets of
// this process (libslirp). So the person's own network is used as it is at each moment, nothing of
// the host is reconfigured, and root reads no packet.
//
// Nothing here is saved. After a resume a new one begins, which knows none of the connections that
// there were: it answers them with a reset, and programs connect anew.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

struct Slirp;

namespace entracte::network {

struct UserNetworkOptions {
    UniqueFd wire;    // a packet socket: the other end of the session's eth0
    UniqueFd session; // readable when the session has ended
    bool hostOnly = false;
    std::set<std::uint16_t> hostPorts; // hostOnly: of this computer's loopback, TCP
};

class UserNetwork {
public:
    explicit UserNetwork(UserNetworkOptions options);
    ~UserNetwork();
    UserNetwork(const UserNetwork&) = delete;
    UserNetwork& operator=(const UserNetwork&) = delete;

    // Until the session has ended or its eth0 is gone.
    Status run();

    // What libslirp calls back.
    void send(const void* frame, std::size_t size);
    struct Timer {
        void (*callback)(void*);
        void* argument;
        std::int64_t dueMs; // CLOCK_MONOTONIC; negative: not set
    };
    Timer* addTimer(void (*callback)(void*), void* argument);
    void removeTimer(Timer* timer);

private:
    void receive();
    void runTimers();

    UserNetworkOptions m_options;
    std::vector<std::unique_ptr<Timer>> m_timers;
    std::vector<std::byte> m_frame;
    ::Slirp* m_slirp = nullptr;
};

} // namespace entracte::network
