#include "session/network/FrameFilter.h"

#include <algorithm>
#include <initializer_list>

namespace entracte::network {

namespace {

constexpr std::size_t kEthernet = 14, kIp = 20, kIp6 = 40, kTcp = 20; // bytes, without options
constexpr std::uint16_t kArp = 0x0806, kIpv4 = 0x0800, kIpv6 = 0x86dd;
constexpr std::uint8_t kProtocolTcp = 6, kProtocolIcmp6 = 58;
constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
// ICMPv6 (RFC 4443, RFC 4861)
constexpr std::uint8_t kEcho = 128, kRouterAdvertisement = 134;
constexpr std::uint8_t kNeighbourSolicitation = 135, kNeighbourAdvertisement = 136;
constexpr std::uint8_t kFromHere = 255; // hop limit of what no router has passed on

std::uint8_t at(std::span<const std::byte> bytes, std::size_t place) {
    return std::to_integer<std::uint8_t>(bytes[place]);
}

std::uint16_t word(std::span<const std::byte> bytes, std::size_t place) {
    return static_cast<std::uint16_t>(at(bytes, place) << 8 | at(bytes, place + 1));
}

std::uint32_t longWord(std::span<const std::byte> bytes, std::size_t place) {
    return std::uint32_t{word(bytes, place)} << 16 | word(bytes, place + 2);
}

void put(std::vector<std::byte>& bytes, std::size_t place, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes[place + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
}

// RFC 1071, over `from` to the end, on top of `sum`.
std::uint16_t checksum(std::span<const std::byte> bytes, std::uint32_t sum) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        sum += word(bytes, i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

bool isIp6(std::span<const std::byte> frame) {
    return frame.size() >= kEthernet + kIp6 && word(frame, 12) == kIpv6 &&
           at(frame, kEthernet) >> 4 == 6;
}

Address6 target6(std::span<const std::byte> frame) {
    Address6 address;
    for (std::size_t i = 0; i < address.size(); ++i)
        address[i] = at(frame, kEthernet + 24 + i);
    return address;
}

// Its type; 0 when it is none. (Behind an extension header nobody looks.)
std::uint8_t icmp6Type(std::span<const std::byte> frame) {
    const bool is = isIp6(frame) && at(frame, kEthernet + 6) == kProtocolIcmp6 &&
                    frame.size() > kEthernet + kIp6;
    return is ? at(frame, kEthernet + kIp6) : std::uint8_t{0};
}

// How neighbours on a wire find each other: IPv6's ARP.
bool isNeighbours(std::span<const std::byte> frame) {
    const std::uint8_t type = icmp6Type(frame);
    return (type == kNeighbourSolicitation || type == kNeighbourAdvertisement) &&
           at(frame, kEthernet + 7) == kFromHere;
}

// Where the TCP header begins, 0 when this is no whole beginning of a TCP segment.
std::size_t tcpAt(std::span<const std::byte> frame) {
    if (isIp6(frame))
        return at(frame, kEthernet + 6) == kProtocolTcp && frame.size() >= kEthernet + kIp6 + kTcp
                   ? kEthernet + kIp6
                   : 0;
    if (frame.size() < kEthernet + kIp + kTcp || word(frame, 12) != kIpv4 ||
        at(frame, kEthernet) >> 4 != 4 || at(frame, kEthernet + 9) != kProtocolTcp)
        return 0;
    const std::size_t header = std::size_t{at(frame, kEthernet)} % 16 * 4;
    // 0x3fff: more fragments, or not the first
    if (header < kIp || (word(frame, kEthernet + 6) & 0x3fff) != 0 ||
        frame.size() < kEthernet + header + kTcp)
        return 0;
    return kEthernet + header;
}

bool startsWith(const Address6& address, std::initializer_list<std::uint8_t> prefix) {
    return std::ranges::equal(std::span(address).first(prefix.size()), prefix);
}

// Addresses that mean this computer or this wire to the sockets on this side, whoever asks.
bool isNearby(const Address6& address) {
    // Unspecified, loopback, and IPv4's addresses in their old form (RFC 4291, 2.5).
    if (startsWith(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
        return true;
    // IPv4's addresses, mapped and translated (RFC 4291, 2.5.5.2; RFC 2765, 2.1).
    if (startsWith(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||
        startsWith(address, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}))
        return true;
    constexpr std::uint8_t kMulticast = 0xff;
    const bool isLinkLocal = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
    return address[0] == kMulticast || isLinkLocal;
}

bool isArp(std::span<const std::byte> frame) {
    return frame.size() >= kEthernet && word(frame, 12) == kArp;
}

} // namespace

Verdict judgeBeyond(std::span<const std::byte> frame) {
    if (isArp(frame) || isNeighbours(frame))
        return Verdict::Pass;
    if (isIp6(frame)) {
        const Address6 target = target6(frame);
        const bool isOfWhatIsServed =
            at(frame, kEthernet + 6) != kProtocolIcmp6 ||
            (icmp6Type(frame) == kEcho && (target == kHost6 || target == kNameServer6));
        return isNearby(target) || !isOfWhatIsServed ? Verdict::Drop : Verdict::Pass;
    }
    if (frame.size() < kEthernet + kIp || word(frame, 12) != kIpv4)
        return Verdict::Drop;
    // "This host on this network" and loopback (RFC 1122, 3.2.1.3): connect(2) takes both for here.
    // Not refused: whoever asks hears no answer from such an address on a wire.
    constexpr std::uint8_t kThisHost = 0, kLoopback = 127;
    const std::uint8_t net = at(frame, kEthernet + 16);
    return net == kThisHost || net == kLoopback ? Verdict::Drop : Verdict::Pass;
}

Verdict judgeHostOnly(std::span<const std::byte> frame, const std::set<std::uint16_t>& ports) {
    if (isArp(frame) || isNeighbours(frame))
        return Verdict::Pass;
    const std::size_t tcp = tcpAt(frame);
    if (tcp == 0)
        return Verdict::Drop;
    const bool isHost =
        isIp6(frame) ? target6(frame) == kHost6 : longWord(frame, kEthernet + 16) == kHost;
    if (isHost && ports.contains(word(frame, tcp + 2)))
        return Verdict::Pass;
    const std::uint8_t flags = at(frame, tcp + 13);
    return (flags & (kSyn | kRst | kAck)) == kSyn ? Verdict::Refuse : Verdict::Drop;
}

bool isRouterAdvertisement(std::span<const std::byte> frame) {
    return icmp6Type(frame) == kRouterAdvertisement;
}

std::vector<std::byte> refusal(std::span<const std::byte> frame) {
    const std::size_t from = tcpAt(frame);
    if (from == 0)
        return {};
    const bool six = isIp6(frame);
    const std::size_t addresses = kEthernet + (six ? 8 : 12), each = six ? 16 : 4;
    constexpr std::size_t ip = kEthernet;
    const std::size_t tcp = ip + (six ? kIp6 : kIp);
    std::vector<std::byte> answer(tcp + kTcp);
    std::copy_n(frame.begin() + 6, 6, answer.begin()); // to whom it came from
    std::copy_n(frame.begin(), 6, answer.begin() + 6);
    put(answer, 12, six ? kIpv6 : kIpv4, 2);
    constexpr std::uint8_t kHops = 64;
    if (six) {
        put(answer, ip, 0x60, 1);
        put(answer, ip + 4, kTcp, 2);
        put(answer, ip + 6, kProtocolTcp, 1);
        put(answer, ip + 7, kHops, 1);
    } else {
        put(answer, ip, 0x45, 1);
        put(answer, ip + 2, kIp + kTcp, 2);
        put(answer, ip + 8, kHops, 1);
        put(answer, ip + 9, kProtocolTcp, 1);
    }
    const auto old = frame.begin() + static_cast<std::ptrdiff_t>(addresses);
    const auto place = answer.begin() + static_cast<std::ptrdiff_t>(addresses);
    const auto step = static_cast<std::ptrdiff_t>(each);
    std::copy_n(old + step, step, place);
    std::copy_n(old, step, place + step);
    const std::span whole(answer);
    if (!six)
        put(answer, ip + 10, checksum(whole.subspan(ip, kIp), 0), 2);

    const std::size_t header = std::size_t{at(frame, from + 12)} / 16 * 4;
    // Of the packet, as it says itself, from the TCP header on.
    const std::size_t total = six ? word(frame, kEthernet + 4) + kEthernet + kIp6
                                  : word(frame, kEthernet + 2) + kEthernet;
    const std::size_t data = total > from + header ? total - from - header : 0;
    const std::uint8_t flags = at(frame, from + 13);
    put(answer, tcp, word(frame, from + 2), 2);
    put(answer, tcp + 2, word(frame, from), 2);
    put(answer, tcp + 8,
        longWord(frame, from + 4) + static_cast<std::uint32_t>(data) +
            ((flags & kSyn) != 0 ? 1 : 0) + ((flags & kFin) != 0 ? 1 : 0),
        4);
    put(answer, tcp + 12, 5 << 4, 1);
    put(answer, tcp + 13, kRst | kAck, 1);
    std::uint32_t pseudo = kProtocolTcp + kTcp; // the header that the sum covers beside TCP's
    for (std::size_t i = addresses; i < addresses + 2 * each; i += 2)
        pseudo += word(whole, i);
    put(answer, tcp + 16, checksum(whole.subspan(tcp), pseudo), 2);
    return answer;
}

} // namespace entracte::network
