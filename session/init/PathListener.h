#pragma once

// A socket of the session's that listens at a path, for who is allowed to reach it: its owner.

#include "session/base/UniqueFd.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace entracte {

// `kind`: SOCK_STREAM or SOCK_SEQPACKET. What lay at the path goes. Invalid when it failed; errno
// says why.
inline UniqueFd listenAtPath(const char* path, int kind) {
    UniqueFd listener(::socket(AF_UNIX, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    ::unlink(path);
    if (!listener ||
        ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path, 0600) != 0 || ::listen(listener.get(), 16) != 0)
        return UniqueFd();
    return listener;
}

} // namespace entracte
