#pragma once

#include "session/base/UniqueFd.h"
#include "session/desk/Frame.h"

#include <sys/socket.h>
#include <sys/un.h>

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

} // namespace entracte::desk
