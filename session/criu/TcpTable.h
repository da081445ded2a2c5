#pragma once

// Which TCP connections there are where a session is, by what the kernel tells in /proc/PID/net.

#include <sys/types.h>

#include <istream>

namespace entracte {

// Whether the network of this process (the host's number) has one that is made, being made or being
// ended. Not counted are sockets that only listen, and what the kernel alone still remembers of
// ended ones. What cannot be read counts as one.
bool hasTcpConnections(pid_t pid);

// The same of one table, as /proc/PID/net/tcp has it.
bool tellsOfConnections(std::istream& table);

} // namespace entracte
