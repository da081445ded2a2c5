#pragma once

// What a session may send. Pure functions on Ethernet frames that a program of the session can
// shape; nothing is remembered between two of them, so where ports decide, a fragment, which hides
// them, does not pass.

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

namespace entracte::network {

// The network that a session sees (IPv4, host byte order): itself, this computer, its name server.
inline constexpr std::uint32_t kNetwork = 0x0a000200; // 10.0.2.0/24
inline constexpr std::uint32_t kHost = kNetwork + 2;
inline constexpr std::uint32_t kNameServer = kNetwork + 3;
inline constexpr std::uint32_t kSession = kNetwork + 100;

enum class Verdict : std::uint8_t {
    Pass,
    Drop,
    Refuse // the beginning of a TCP connection: answered as a closed port would
};

// Of a session that reaches what the person's programs reach: everything passes but what the
// sockets on this side would take for this computer's loopback. (A program's own loopback is
// nearer, but it may bind its socket to eth0, and whatever address it asks for goes out there.)
Verdict judgeBeyond(std::span<const std::byte> frame);

// Of a session that reaches this computer only: ARP passes, and TCP to kHost on one of `ports`.
Verdict judgeHostOnly(std::span<const std::byte> frame, const std::set<std::uint16_t>& ports);

// The answer of a closed port (RFC 9293, 3.10.7.1) to a frame that was judged Refuse.
std::vector<std::byte> refusal(std::span<const std::byte> frame);

} // namespace entracte::network
