#pragma once

// The connection setup of the X protocol (section 8, "Connection Setup"; encoding in appendix B).

#include "session/base/DisplayChannel.h"
#include "session/base/Result.h"
#include "session/screen/CookieFile.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace entracte::screen {

using Deadline = std::chrono::steady_clock::time_point;

// Why there is no connection; `reply` holds what the server said when it refused.
struct ConnectFailure {
    display::ConnectStatus status = display::ConnectStatus::Unreachable;
    Error error;
    std::vector<std::byte> reply;
};
template <typename T>
using Connected = tl::expected<T, ConnectFailure>;

tl::unexpected<ConnectFailure> unreachable(std::string sentence, std::string detail = {});

// Sends the setup on a connected socket and reads the server's whole answer, and not a byte more.
// Does not touch the socket's flags: it may be shared with a process that we do not trust.
Connected<std::vector<std::byte>>
exchangeSetup(int socket, char byteOrder, const std::optional<Cookie>& cookie, Deadline deadline);

} // namespace entracte::screen
