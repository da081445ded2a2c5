#pragma once

// How entracte-xproxy gets a connection to an X server from entracte-screen.
//
// The proxy lives inside the session and knows no display name and no cookie; the screen lives
// outside, as the person, and knows both. They share one SOCK_SEQPACKET unix socket (the display
// channel). For each connection that the proxy needs, it creates an unconnected AF_UNIX stream
// socket *itself* (so that the socket belongs to the session's network namespace and CRIU finds it
// there) and sends it in a ConnectRequest. The screen connects it to the server, does the X
// connection setup with the cookie (X protocol, section 8 "Connection Setup"), and answers with the
// server's setup reply. Data then flows directly between proxy and server. For a display that a
// unix path socket cannot reach (TCP, abstract name) the screen puts a relay of its own behind the
// descriptor, which stays the proxy's.
//
// Requests are answered in order. The channel closing means: this screen is gone (the X connections
// that it made may live on). Both sides treat the other's bytes as a stranger's.

#include <cstddef>
#include <cstdint>

namespace entracte::display {

inline constexpr std::uint32_t kChannelMagic = 0x31434445; // "EDC1"

// Upper bound of one message (bytes): the setup reply's length field counts 16 bits of 4-byte
// units.
inline constexpr std::size_t kMaxMessage = 8 + 65535 * 4 + 32;

struct ConnectRequest { // proxy -> screen, with exactly one descriptor
    std::uint32_t magic;
    std::uint8_t byteOrder; // 'l' or 'B', as in the X connection setup
    std::uint8_t pad[3];
};
static_assert(sizeof(ConnectRequest) == 8);

enum class ConnectStatus : std::uint32_t {
    Ok = 0,
    Unreachable = 1, // no server answers
    Refused = 2,     // the server said no (authorisation, too many clients)
};

// The server is the session's own (in a window, or headless), with a keyboard that nobody else has.
inline constexpr std::uint32_t kOwnServer = 1;

struct ConnectReply { // screen -> proxy; `setupLength` bytes follow: the setup reply, whole
    std::uint32_t magic;
    ConnectStatus status;
    std::uint32_t setupLength;
    std::uint32_t flags; // kOwnServer
};
static_assert(sizeof(ConnectReply) == 16);

} // namespace entracte::display
