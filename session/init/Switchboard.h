#pragma once

// Passes frames between programs of the session and the link to the person's desktop
// (session/desk/Frame.h). Knows nothing of what they say. The link is whoever connects as uid 0:
// the helper, since nothing in a session may have it. Never blocks; holds little.

#include "session/base/UniqueFd.h"
#include "session/desk/Frame.h"

#include <poll.h>

#include <list>
#include <optional>
#include <vector>

namespace entracte::init {

class Switchboard {
public:
    // False with errno set when the socket cannot be made.
    bool listen(const char* path);

    void addTo(std::vector<pollfd>& polled) const;
    void serve(const std::vector<pollfd>& polled);

private:
    struct Peer {
        explicit Peer(UniqueFd fd, std::uint32_t id)
            : socket(std::move(fd)), line(socket.get()), number(id) {}
        UniqueFd socket;
        desk::Line line;
        std::uint32_t number;
    };

    void accept();
    void takeLink(UniqueFd socket);
    bool serveLink(short events);
    bool serveClient(Peer& client, short events);

    UniqueFd m_listener;
    std::optional<Peer> m_link;
    std::list<Peer> m_clients;
    std::uint32_t m_lastNumber = 0;
};

} // namespace entracte::init
