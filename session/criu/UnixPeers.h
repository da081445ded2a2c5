#pragma once

// Which unix sockets of a session are connected to which (sock_diag(7)).

#include "session/base/Result.h"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace entracte {

struct UnixConnection {
    std::uint64_t inode = 0;
    std::uint64_t peer = 0; // inode
    std::string path;       // that the peer is bound to; bytes as a program chose them
};

// Asks the kernel in the network namespace of process `init`; the calling thread stays where it is.
// A socket accepted outside for a connection from inside belongs to the namespace too: who is
// outside is told by who has it open, not by this list. Connections that nobody has accepted yet
// are left out.
Result<std::vector<UnixConnection>> unixConnections(pid_t init);

} // namespace entracte
