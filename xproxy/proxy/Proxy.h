#pragma once

// The proxy as a whole: takes programs in, gets them served by the X server of the moment, and
// keeps them when there is none. Changes of server (attach, detach, loss) are in ServerChange.

#include "xproxy/control/ControlProtocol.h"
#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/RequestPath.h"

#include <filesystem>

namespace entracte::xproxy {

class Proxy {
public:
    Proxy();

    // Listens as display `number`: on the path socket in /tmp/.X11-unix and on the abstract one.
    Status listen(int number);
    void run();
    // Ends run() after this round.
    void stop() { m_running = false; }

    Core& core() { return m_core; }
    RequestPath& requests() { return m_requests; }

    xcontrol::State state() const { return m_state; }
    std::uint64_t stateSerial() const { return m_stateSerial; }
    void setState(xcontrol::State state);
    // Called after each change of state.
    std::function<void()> stateChanged;

    // Programs are not read while this holds.
    bool isStill() const { return m_state != xcontrol::State::Attached; }
    // Called when a server connection broke, and by itself when the server went.
    std::function<void()> serverLost;
    std::function<void()> tidied; // at the end of each round

    // After the server connections of programs were exchanged: watches them anew and goes on.
    void resume();
    void watchUpstream(Client& client);
    void watchUtility();
    void flushUtility();
    // The range that a program is given, and how it is greeted.
    XidRange chooseRange(XidRange server) const;
    void greet(Client& client);

private:
    void accept(int listener);
    void fromProgram(Client& client, std::uint32_t events);
    void fromServer(Client& client);
    void fromUtility();
    void readGreeting(Client& client);
    void connect(Client& client);
    void connected(ClientId id, Result<ServerConnection> connection);
    void serve(Client& client);
    void remove(Client& client);
    bool retire(Client& client);
    void upstreamBroke(Client& client);
    void tidy();
    void updateInterest(Client& client);

    Core m_core;
    RequestPath m_requests;
    xcontrol::State m_state = xcontrol::State::Waiting;
    std::uint64_t m_stateSerial = 1;
    ClientId m_nextClient = 1;
    std::vector<UniqueFd> m_listeners;
    std::deque<Watcher> m_listenerWatches;
    std::vector<std::unique_ptr<Client>> m_removed; // until the end of the round
    bool m_lost = false;
    bool m_running = true;
};

} // namespace entracte::xproxy
