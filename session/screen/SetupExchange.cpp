#include "session/screen/SetupExchange.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

namespace entracte::screen {
namespace {

constexpr std::size_t kReplyHeader = 8;
constexpr std::uint8_t kSuccess = 1;

void put16(std::vector<std::byte>& out, std::uint16_t value, char byteOrder) {
    const auto high = static_cast<std::byte>(value >> 8);
    const auto low = static_cast<std::byte>(value & 0xff);
    out.push_back(byteOrder == 'B' ? high : low);
    out.push_back(byteOrder == 'B' ? low : high);
}

std::uint16_t get16(const std::byte* at, char byteOrder) {
    const auto first = std::to_integer<std::uint16_t>(at[0]);
    const auto second = std::to_integer<std::uint16_t>(at[1]);
    return static_cast<std::uint16_t>(byteOrder == 'B' ? first << 8 | second : second << 8 | first);
}

void putPadded(std::vector<std::byte>& out, std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    out.insert(out.end(), bytes, bytes + text.size());
    out.resize((out.size() + 3) & ~std::size_t{3});
}

std::vector<std::byte> setupRequest(char byteOrder, const std::optional<Cookie>& cookie) {
    const std::string_view protocol = cookie ? kCookieProtocol : "";
    const std::string_view data = cookie ? std::string_view(cookie->bytes) : std::string_view();
    std::vector<std::byte> out;
    out.push_back(static_cast<std::byte>(byteOrder));
    out.push_back(std::byte{0});
    put16(out, 11, byteOrder);
    put16(out, 0, byteOrder);
    put16(out, static_cast<std::uint16_t>(protocol.size()), byteOrder);
    put16(out, static_cast<std::uint16_t>(data.size()), byteOrder);
    put16(out, 0, byteOrder);
    putPadded(out, protocol);
    putPadded(out, data);
    return out;
}

// Waits until the socket can be read or written; false when the time is up.
bool waitFor(int socket, short events, Deadline deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return false;
        pollfd poller{socket, events, 0};
        const int ready = ::poll(&poller, 1, static_cast<int>(left.count()));
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

bool worthRetrying() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

Connected<void> sendAll(int socket, std::span<const std::byte> bytes, Deadline deadline) {
    while (!bytes.empty()) {
        if (!waitFor(socket, POLLOUT, deadline))
            return unreachable("The X server does not answer.", "setup not taken in time");
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && worthRetrying())
            continue;
        if (sent < 0)
            return unreachable("The X server closed the connection.", std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return {};
}

Connected<void> receiveAll(int socket, std::span<std::byte> bytes, Deadline deadline) {
    while (!bytes.empty()) {
        if (!waitFor(socket, POLLIN, deadline))
            return unreachable("The X server does not answer.", "no setup reply in time");
        const auto got = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 0 && worthRetrying())
            continue;
        if (got <= 0)
            return unreachable("The X server closed the connection.",
                               got == 0 ? "end of file" : std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

// The server's own words from a Failed or Authenticate reply, made printable.
std::string refusalReason(const std::vector<std::byte>& reply) {
    const auto stated = std::to_integer<std::size_t>(reply[1]);
    const auto length =
        std::min(reply[0] == std::byte{0} ? stated : reply.size(), reply.size() - kReplyHeader);
    std::string reason;
    for (std::size_t i = 0; i < length; ++i) {
        const char c = static_cast<char>(reply[kReplyHeader + i]);
        if (c >= ' ' && c <= '~')
            reason += c;
    }
    return reason;
}

} // namespace

tl::unexpected<ConnectFailure> unreachable(std::string sentence, std::string detail) {
    return tl::unexpected(
        ConnectFailure{display::ConnectStatus::Unreachable,
                       Error(ErrorCode::ScreenUnavailable, std::move(sentence), std::move(detail)),
                       {}});
}

Connected<std::vector<std::byte>>
exchangeSetup(int socket, char byteOrder, const std::optional<Cookie>& cookie, Deadline deadline) {
    if (auto sent = sendAll(socket, setupRequest(byteOrder, cookie), deadline); !sent)
        return tl::unexpected(std::move(sent).error());

    std::vector<std::byte> reply(kReplyHeader);
    if (auto got = receiveAll(socket, reply, deadline); !got)
        return tl::unexpected(std::move(got).error());
    reply.resize(kReplyHeader + get16(&reply[6], byteOrder) * std::size_t{4});
    if (auto got = receiveAll(socket, std::span(reply).subspan(kReplyHeader), deadline); !got)
        return tl::unexpected(std::move(got).error());

    if (reply[0] == std::byte{kSuccess})
        return reply;
    auto reason = refusalReason(reply);
    return tl::unexpected(ConnectFailure{
        display::ConnectStatus::Refused,
        Error(ErrorCode::ScreenUnavailable, "The X server refused the connection.",
              std::move(reason),
              cookie ? "Check that the cookie file belongs to this display."
                     : "No cookie for this display was found; name its file with --xauthority."),
        std::move(reply)});
}

} // namespace entracte::screen
