#pragma once

// One message with descriptors over a unix SOCK_SEQPACKET or SOCK_STREAM socket (unix(7),
// SCM_RIGHTS).

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

namespace entracte {

// Descriptors that one message may carry at most, both ways.
inline constexpr std::size_t kMaxPassedFds = 16;

struct ReceivedMessage {
    std::vector<std::byte> bytes; // empty: the other side closed
    std::vector<UniqueFd> fds;    // close-on-exec
};

// Sends all of `bytes` as one message. System on failure (EPIPE when the other side is gone; no
// signal is raised).
Status sendMessage(int socket, std::span<const std::byte> bytes, std::span<const int> fds = {});

// Receives one message of at most `limit` bytes; a longer one is an error (InvalidArgument), as is
// one with more descriptors than kMaxPassedFds. Waits at most `timeout` (negative: for ever):
// TimedOut.
Result<ReceivedMessage> receiveMessage(int socket, std::size_t limit,
                                       std::chrono::milliseconds timeout);

} // namespace entracte
