#pragma once

// What a session that may only reach named ports of this computer may send. Pure functions on
// Ethernet frames that a program of the session can shape; nothing is remembered between two of
// them, so a fragment, which hides its ports, does not pass.

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

// ARP passes, and TCP to kHost on one of `ports`.
Verdict judge(std::span<const std::byte> frame, const std::set<std::uint16_t>& ports);

// The answer of a closed port (RFC 9293, 3.10.7.1) to a frame that was judged Refuse.
std::vector<std::byte> refusal(std::span<const std::byte> frame);

} // namespace entracte::network
