#pragma once

#include "session/base/UniqueFd.h"
#include "session/desk/Frame.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace entracte::desk {

// For programs of the session: a connection to PID 1, or none with errno set.
inline UniqueFd connectToInit() {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, kSocket, sizeof address.sun_path - 1);
    if (socket &&
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        socket.reset();
    return socket;
}

// Waits for what the line has to say, or can be told; false when that takes too long. A dump
// interrupts whoever waits (poll(2), EINTR).
inline bool waitFor(const Line& line, const UniqueFd& socket, int milliseconds, short& heard) {
    pollfd polled{socket.get(), static_cast<short>(line.owes() ? POLLIN | POLLOUT : POLLIN), 0};
    int ready = 0;
    do
        ready = ::poll(&polled, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    heard = polled.revents;
    return ready > 0;
}

} // namespace entracte::desk
