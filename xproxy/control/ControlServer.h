#pragma once

// Listens where the proxy is steered (ControlProtocol.h). What changes the server is done between
// two rounds of the loop, one at a time, because it blocks.

#include "xproxy/control/ControlProtocol.h"
#include "xproxy/control/SegmentChannel.h"
#include "xproxy/replay/ServerChange.h"

#include <filesystem>
#include <list>

namespace entracte::xproxy {

// Only of a proxy that works alone: go to another display. The request is followed by the display's
// name and the path of the cookie file, each ended by a NUL; the answer by a sentence for the
// person.
inline constexpr auto kMoveTo = static_cast<xcontrol::Operation>(100);
inline constexpr std::size_t kMaxMoveText = 4096; // bytes

class ControlServer {
public:
    ControlServer(Proxy& proxy, ServerChange& change);
    ~ControlServer();

    Status listen(const std::filesystem::path& path);
    // Makes kMoveTo known: opens a display channel to the display, or says why not.
    std::function<Result<UniqueFd>(const std::string& display, const std::string& xauthority)>
        openDisplay;

    // Does what is waiting. To be called at the end of each round.
    void work();

private:
    struct Connection {
        UniqueFd socket;
        Watcher watch;
        bool closed = false;
        bool waits = false; // in WaitState
        EventLoop::TimerId timer = 0;
    };
    struct Task {
        Connection* from;
        xcontrol::Request request;
        std::string text;
        UniqueFd channel;
    };

    void accept();
    void receive(Connection& connection);
    void handle(Connection& connection, const xcontrol::Request& request, std::string text);
    void perform(Task task);
    Status moveTo(const std::string& text);
    void audit(Connection& connection, bool now);
    void answer(Connection& connection, xcontrol::Operation operation, xcontrol::Failure failure,
                ByteView more = {}, std::uint32_t upstreams = 0);
    void wakeWaiting();
    void close(Connection& connection);
    void closeAll();
    UniqueFd takeSocket(Connection& connection);

    Proxy& m_proxy;
    ServerChange& m_change;
    SegmentChannel m_segments;
    UniqueFd m_listener;
    Watcher m_listenerWatch;
    std::list<Connection> m_connections;
    std::deque<Task> m_tasks;
};

// Counts mapped children of the roots that programs made.
std::uint32_t topLevelWindows(const Record& record);

} // namespace entracte::xproxy
