#pragma once

// Which unix sockets of a session are connected to somebody outside it (sock_diag(7)).

#include "session/base/Result.h"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace entracte {

struct UnixSocket {
    std::uint64_t inode = 0;
    std::string
        path; // that it, or what it connected to, is bound to; bytes as a program chose them
};

// Asks the kernel in the network namespace of process `init`; the calling thread stays where it is.
Result<std::vector<UnixSocket>> unixSocketsWithPeerOutside(pid_t init);

} // namespace entracte
