#include "session/network/FrameFilter.h"

#include <algorithm>

namespace entracte::network {

namespace {

constexpr std::size_t kEthernet = 14, kIp = 20, kTcp = 20; // bytes, without options
constexpr std::uint16_t kArp = 0x0806, kIpv4 = 0x0800;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

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

// Where the TCP header begins, 0 when this is no whole beginning of a TCP segment over IPv4.
std::size_t tcpAt(std::span<const std::byte> frame) {
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

bool isArp(std::span<const std::byte> frame) {
    return frame.size() >= kEthernet && word(frame, 12) == kArp;
}

} // namespace

Verdict judgeBeyond(std::span<const std::byte> frame) {
    if (isArp(frame))
        return Verdict::Pass;
    if (frame.size() < kEthernet + kIp || word(frame, 12) != kIpv4)
        return Verdict::Drop;
    // "This host on this network" and loopback (RFC 1122, 3.2.1.3): connect(2) takes both for here.
    // Not refused: whoever asks hears no answer from such an address on a wire.
    constexpr std::uint8_t kThisHost = 0, kLoopback = 127;
    const std::uint8_t net = at(frame, kEthernet + 16);
    return net == kThisHost || net == kLoopback ? Verdict::Drop : Verdict::Pass;
}

Verdict judgeHostOnly(std::span<const std::byte> frame, const std::set<std::uint16_t>& ports) {
    if (isArp(frame))
        return Verdict::Pass;
    const std::size_t tcp = tcpAt(frame);
    if (tcp == 0)
        return Verdict::Drop;
    if (longWord(frame, kEthernet + 16) == kHost && ports.contains(word(frame, tcp + 2)))
        return Verdict::Pass;
    const std::uint8_t flags = at(frame, tcp + 13);
    return (flags & (kSyn | kRst | kAck)) == kSyn ? Verdict::Refuse : Verdict::Drop;
}

std::vector<std::byte> refusal(std::span<const std::byte> frame) {
    const std::size_t from = tcpAt(frame);
    if (from == 0)
        return {};
    std::vector<std::byte> answer(kEthernet + kIp + kTcp);
    std::copy_n(frame.begin() + 6, 6, answer.begin()); // to whom it came from
    std::copy_n(frame.begin(), 6, answer.begin() + 6);
    put(answer, 12, kIpv4, 2);
    constexpr std::size_t ip = kEthernet, tcp = kEthernet + kIp;
    put(answer, ip, 0x45, 1);
    put(answer, ip + 2, kIp + kTcp, 2);
    put(answer, ip + 8, 64, 1); // time to live
    put(answer, ip + 9, kProtocolTcp, 1);
    put(answer, ip + 12, longWord(frame, kEthernet + 16), 4);
    put(answer, ip + 16, longWord(frame, kEthernet + 12), 4);
    const std::span whole(answer);
    put(answer, ip + 10, checksum(whole.subspan(ip, kIp), 0), 2);

    const std::size_t header = std::size_t{at(frame, from + 12)} / 16 * 4;
    const std::size_t total = word(frame, kEthernet + 2);
    const std::size_t data =
        total > from - kEthernet + header ? total - (from - kEthernet) - header : 0;
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
    for (std::size_t place = ip + 12; place < ip + 20; place += 2)
        pseudo += word(whole, place);
    put(answer, tcp + 16, checksum(whole.subspan(tcp), pseudo), 2);
    return answer;
}

} // namespace entracte::network
