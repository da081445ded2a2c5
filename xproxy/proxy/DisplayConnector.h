#pragma once

// The proxy's end of a display channel (session/base/DisplayChannel.h): gets connections to the X
// server from entracte-screen, one after the other.

#include "session/base/Result.h"
#include "xproxy/proxy/EventLoop.h"
#include "xproxy/proxy/SetupInfo.h"

#include <chrono>
#include <deque>
#include <functional>

namespace entracte::xproxy {

struct ServerConnection {
    UniqueFd socket;
    SetupInfo setup;
    bool own = false; // the session's (base/DisplayChannel.h, kOwnServer)
};

class DisplayConnector final : public Pollable {
public:
    using Done = std::function<void(Result<ServerConnection>)>;
    DisplayConnector(EventLoop& loop, UniqueFd channel);
    ~DisplayConnector();

    void connect(ByteOrder order, Done done);
    // Waits for it, and with it for all that were asked for before.
    Result<ServerConnection> connectNow(ByteOrder order, std::chrono::milliseconds limit);
    bool open() const { return m_channel.valid(); }

private:
    void ready(std::uint32_t epollEvents) override;
    void receive();
    void lose(const Error& why);

    struct Waiting {
        UniqueFd socket;
        ByteOrder order;
        Done done;
    };
    EventLoop& m_loop;
    UniqueFd m_channel;
    std::deque<Waiting> m_waiting;
};

} // namespace entracte::xproxy
