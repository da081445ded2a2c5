#pragma once

// What a session may send. Pure functions on Ethernet frames that a program of the session can
// shape; nothing is remembered between two of them, so where ports decide, a fragment, which hides
// them, does not pass.

#include <array>
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
// The same in IPv6: a unique local network (RFC 4193), the same for every session, since none is
// seen by another. Names that have addresses of both kinds are reached by IPv4 first: to such a
// network nothing public is near (RFC 6724, section 6, rule 5).
using Address6 = std::array<std::uint8_t, 16>;
inline constexpr Address6 kNetwork6 = {0xfd, 0x65, 0x6e, 0x74, 0x72, 0x61}; // /64
constexpr Address6 inNetwork6(std::uint8_t last) {
    Address6 address = kNetwork6;
    address[15] = last;
    return address;
}
inline constexpr Address6 kHost6 = inNetwork6(2);
inline constexpr Address6 kNameServer6 = inNetwork6(3);
inline constexpr Address6 kSession6 = inNetwork6(100);

enum class Verdict : std::uint8_t {
    Pass,
    Drop,
    Refuse // the beginning of a TCP connection: answered as a closed port would
};

// Of a session that reaches what the person's programs reach: everything passes but what the
// sockets on this side would take for this computer's loopback. (A program's own loopback is
// nearer, but it may bind its socket to eth0, and whatever address it asks for goes out there.) In
// IPv6 neither does what names this computer's IPv4 in another form, what is of one wire
// (link-local addresses, all multicast but that by which neighbours find each other), or an echo of
// somebody beyond.
Verdict judgeBeyond(std::span<const std::byte> frame);

// Of a session that reaches this computer only: ARP passes, and what stands for it in IPv6; and TCP
// to kHost or kHost6 on one of `ports`.
Verdict judgeHostOnly(std::span<const std::byte> frame, const std::set<std::uint16_t>& ports);

// Whether this side tells the session to make itself addresses: it has those that it was given.
bool isRouterAdvertisement(std::span<const std::byte> frame);

// The answer of a closed port (RFC 9293, 3.10.7.1) to a frame that was judged Refuse.
std::vector<std::byte> refusal(std::span<const std::byte> frame);

} // namespace entracte::network
