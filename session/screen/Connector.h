#pragma once

// Reaches one display: with sockets of our own, and with sockets that the proxy made.
//
// A socket that the proxy passes is of the session's network namespace. The server's path socket
// can be reached from any network namespace, so the proxy's own socket is connected to it; a TCP
// port and an abstract name cannot, so the caller connects by itself and relays (Relay.h).

#include "session/base/UniqueFd.h"
#include "session/screen/CookieFile.h"
#include "session/screen/DisplayName.h"
#include "session/screen/SetupExchange.h"

#include <filesystem>
#include <vector>

namespace entracte::screen {

struct OpenConnection {
    UniqueFd socket;
    std::vector<std::byte> setupReply;
};

class Connector {
public:
    Connector(DisplayName display, std::filesystem::path cookieFile)
        : m_display(std::move(display)), m_cookieFile(std::move(cookieFile)) {}

    const DisplayName& display() const { return m_display; }

    // Whether a passed socket can be connected to the server itself.
    bool reachableByPath() const;

    // With a socket of our own (non-blocking afterwards), set up.
    Connected<OpenConnection> open(char byteOrder, Deadline deadline) const;

    // Connects a passed socket to the server's path socket and sets it up: the whole setup reply.
    Connected<std::vector<std::byte>> connectPassed(int socket, char byteOrder,
                                                    Deadline deadline) const;

private:
    Connected<UniqueFd> connectUnix(bool abstractName, Deadline deadline) const;
    Connected<UniqueFd> connectTcp(Deadline deadline) const;

    DisplayName m_display;
    std::filesystem::path m_cookieFile;
};

// True for what the display channel promises: an unconnected AF_UNIX stream socket that does not
// listen.
bool isFreshUnixStream(int socket);

// Connects to a unix socket, waiting while its backlog is full. The errno of the failure, 0 on
// success.
int connectToPath(int socket, const std::string& path, bool abstractName, Deadline deadline);

} // namespace entracte::screen
