#include "session/network/FrameFilter.h"

#include <gtest/gtest.h>

namespace entracte::network {

namespace {

using Frame = std::vector<std::byte>;

const std::set<std::uint16_t> kPorts = {5432};

void put(Frame& frame, std::size_t place, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        frame[place + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
}

std::uint32_t get(const Frame& frame, std::size_t place, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(frame[place + i]);
    return value;
}

// A SYN from port 40000 of the session.
Frame syn(std::uint32_t to, std::uint16_t port, std::size_t options = 0) {
    Frame frame(14 + 20 + options + 20);
    for (std::size_t i = 0; i < 12; ++i)
        frame[i] = static_cast<std::byte>(i < 6 ? 0x52 : 0xaa);
    put(frame, 12, 0x0800, 2);
    put(frame, 14, 0x40 + 5 + static_cast<std::uint32_t>(options / 4), 1);
    put(frame, 16, 40 + static_cast<std::uint32_t>(options), 2);
    put(frame, 23, 6, 1);
    put(frame, 26, kSession, 4);
    put(frame, 30, to, 4);
    const std::size_t tcp = 34 + options;
    put(frame, tcp, 40000, 2);
    put(frame, tcp + 2, port, 2);
    put(frame, tcp + 4, 0xfffffffe, 4);
    put(frame, tcp + 12, 0x50, 1);
    put(frame, tcp + 13, 2, 1);
    return frame;
}

// Of words that hold a right checksum, the sum is all ones (RFC 1071).
std::uint32_t sumOf(const Frame& frame, std::size_t from, std::size_t to, std::uint32_t sum) {
    for (; from < to; from += 2)
        sum += get(frame, from, 2);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

TEST(FrameFilterTest, passesEverythingButThisComputersLoopback) {
    for (const std::uint32_t place : {0x08080808u, kHost, kNameServer, 0xffffffffu, 0x7effffffu})
        EXPECT_EQ(judgeBeyond(syn(place, 80)), Verdict::Pass) << place;
    for (const std::uint32_t place : {0x7f000001u, 0x7f090909u, 0x7fffffffu, 0u, 0x00000001u})
        EXPECT_EQ(judgeBeyond(syn(place, 80)), Verdict::Drop) << place;
    Frame frame = syn(0x7f000001, 80);
    put(frame, 23, 17, 1); // UDP
    EXPECT_EQ(judgeBeyond(frame), Verdict::Drop);
    put(frame, 20, 0x0001, 2); // a later fragment
    EXPECT_EQ(judgeBeyond(frame), Verdict::Drop);
    put(frame, 12, 0x8100, 2); // a VLAN
    EXPECT_EQ(judgeBeyond(frame), Verdict::Drop);
    const Frame whole = syn(kHost, 80);
    for (std::size_t size = 0; size < 34; ++size)
        EXPECT_EQ(judgeBeyond(std::span(whole).first(size)), Verdict::Drop) << size;
}

TEST(FrameFilterTest, passesTheNamedPortsOfThisComputerOnly) {
    EXPECT_EQ(judgeHostOnly(syn(kHost, 5432), kPorts), Verdict::Pass);
    EXPECT_EQ(judgeHostOnly(syn(kHost, 5432, 8), kPorts), Verdict::Pass);
    EXPECT_EQ(judgeHostOnly(syn(kHost, 5433), kPorts), Verdict::Refuse);
    EXPECT_EQ(judgeHostOnly(syn(kNameServer, 5432), kPorts), Verdict::Refuse);
    EXPECT_EQ(judgeHostOnly(syn(0x08080808, 5432), kPorts), Verdict::Refuse);
    Frame answer = syn(kHost, 80);
    put(answer, 34 + 13, 0x10, 1); // not the beginning of a connection
    EXPECT_EQ(judgeHostOnly(answer, kPorts), Verdict::Drop);
}

TEST(FrameFilterTest, passesNothingThatItCannotRead) {
    Frame arp(14 + 28);
    put(arp, 12, 0x0806, 2);
    EXPECT_EQ(judgeHostOnly(arp, kPorts), Verdict::Pass);
    const auto changed = [](std::size_t place, std::uint32_t value, std::size_t size) {
        Frame frame = syn(kHost, 5432);
        put(frame, place, value, size);
        return judgeHostOnly(frame, kPorts);
    };
    EXPECT_EQ(changed(12, 0x86dd, 2), Verdict::Drop); // IPv6
    EXPECT_EQ(changed(12, 0x8100, 2), Verdict::Drop); // a VLAN
    EXPECT_EQ(changed(23, 17, 1), Verdict::Drop);     // UDP
    EXPECT_EQ(changed(20, 0x2000, 2), Verdict::Drop); // more fragments follow
    EXPECT_EQ(changed(20, 0x0001, 2), Verdict::Drop); // a later fragment
    EXPECT_EQ(changed(14, 0x44, 1), Verdict::Drop);   // a header that is too short
    EXPECT_EQ(changed(14, 0x4f, 1), Verdict::Drop);   // one that ends behind the frame
    EXPECT_EQ(changed(14, 0x65, 1), Verdict::Drop);   // another version
    const Frame whole = syn(kHost, 5432);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(judgeHostOnly(std::span(whole).first(size), kPorts), Verdict::Drop) << size;
}

using Words = std::array<std::uint16_t, 8>; // an IPv6 address as it is written

// A SYN from port 40000 of the session, by IPv6.
Frame syn6(const Words& to, std::uint16_t port) {
    Frame frame(14 + 40 + 20);
    for (std::size_t i = 0; i < 12; ++i)
        frame[i] = static_cast<std::byte>(i < 6 ? 0x52 : 0xaa);
    put(frame, 12, 0x86dd, 2);
    put(frame, 14, 0x60, 1);
    put(frame, 18, 20, 2);
    put(frame, 20, 6, 1);
    put(frame, 21, 64, 1);
    for (std::size_t i = 0; i < 16; ++i)
        put(frame, 22 + i, kSession6[i], 1);
    for (std::size_t i = 0; i < 8; ++i)
        put(frame, 38 + 2 * i, to[i], 2);
    put(frame, 54, 40000, 2);
    put(frame, 56, port, 2);
    put(frame, 58, 0xfffffffe, 4);
    put(frame, 66, 0x50, 1);
    put(frame, 67, 2, 1);
    return frame;
}

constexpr Words kHostWords = {0xfd65, 0x6e74, 0x7261, 0, 0, 0, 0, 2};
constexpr Words kServerWords = {0xfd65, 0x6e74, 0x7261, 0, 0, 0, 0, 3};
constexpr Words kPublic = {0x2001, 0xdb8, 0, 0, 0, 0, 0, 1};

TEST(FrameFilterTest, passesNoIpv6ThatIsOfThisComputerOrItsWires) {
    for (const Words& place : {kPublic, kHostWords, kServerWords, Words{0x64, 0xff9b, 1},
                               Words{0xfec0, 0, 0, 0, 0, 0, 0, 1}})
        EXPECT_EQ(judgeBeyond(syn6(place, 80)), Verdict::Pass) << place[0];
    for (const Words& place :
         {Words{}, Words{0, 0, 0, 0, 0, 0, 0, 1}, Words{0, 0, 0, 0, 0, 0, 0x7f00, 1},
          Words{0, 0, 0, 0, 0, 0xffff, 0x7f00, 1}, Words{0, 0, 0, 0, 0, 0xffff, 0x808, 0x808},
          Words{0, 0, 0, 0, 0xffff, 0, 0x7f00, 1}, Words{0xfe80, 0, 0, 0, 0, 0, 0, 2},
          Words{0xfebf, 0, 0, 0, 0, 0, 0, 2}, Words{0xff02, 0, 0, 0, 0, 0, 0, 1},
          Words{0xff05, 0, 0, 0, 0, 0, 0, 2}})
        EXPECT_EQ(judgeBeyond(syn6(place, 80)), Verdict::Drop) << place[0] << ' ' << place[5];
    const Frame whole = syn6(kPublic, 80);
    for (std::size_t size = 0; size < 54; ++size)
        EXPECT_EQ(judgeBeyond(std::span(whole).first(size)), Verdict::Drop) << size;
}

TEST(FrameFilterTest, passesOfIcmpv6WhatNeighboursNeed) {
    const auto message = [](std::uint8_t type, std::uint8_t hops, const Words& to) {
        Frame frame = syn6(to, 0);
        put(frame, 20, 58, 1);
        put(frame, 21, hops, 1);
        put(frame, 54, type, 1);
        return frame;
    };
    constexpr Words kAsked = {0xff02, 0, 0, 0, 0, 1, 0xff00, 2};
    for (const std::uint8_t type : std::initializer_list<std::uint8_t>{135, 136}) {
        EXPECT_EQ(judgeBeyond(message(type, 255, kAsked)), Verdict::Pass);
        EXPECT_EQ(judgeHostOnly(message(type, 255, kAsked), kPorts), Verdict::Pass);
        EXPECT_EQ(judgeBeyond(message(type, 64, kAsked)), Verdict::Drop);
    }
    for (const std::uint8_t type : std::initializer_list<std::uint8_t>{128, 133, 134, 137, 143})
        EXPECT_EQ(judgeBeyond(message(type, 255, kAsked)), Verdict::Drop) << int{type};
    EXPECT_EQ(judgeBeyond(message(128, 64, kHostWords)), Verdict::Pass); // an echo
    EXPECT_EQ(judgeBeyond(message(128, 64, kPublic)), Verdict::Drop);
    EXPECT_EQ(judgeHostOnly(message(128, 64, kHostWords), kPorts), Verdict::Drop);
    EXPECT_TRUE(isRouterAdvertisement(message(134, 255, kAsked)));
    EXPECT_FALSE(isRouterAdvertisement(message(135, 255, kAsked)));
    EXPECT_FALSE(isRouterAdvertisement(syn6(kPublic, 80)));
}

TEST(FrameFilterTest, passesTheNamedPortsByIpv6Too) {
    EXPECT_EQ(judgeHostOnly(syn6(kHostWords, 5432), kPorts), Verdict::Pass);
    EXPECT_EQ(judgeHostOnly(syn6(kHostWords, 5433), kPorts), Verdict::Refuse);
    EXPECT_EQ(judgeHostOnly(syn6(kServerWords, 5432), kPorts), Verdict::Refuse);
    EXPECT_EQ(judgeHostOnly(syn6(kPublic, 5432), kPorts), Verdict::Refuse);
    Frame hidden = syn6(kHostWords, 5432);
    for (const std::uint8_t header :
         std::initializer_list<std::uint8_t>{0, 43, 44, 60, 17}) { // extension headers; UDP
        put(hidden, 20, header, 1);
        EXPECT_EQ(judgeHostOnly(hidden, kPorts), Verdict::Drop) << int{header};
    }
    const Frame whole = syn6(kHostWords, 5432);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(judgeHostOnly(std::span(whole).first(size), kPorts), Verdict::Drop) << size;
}

TEST(FrameFilterTest, answersAsAClosedPortWouldByIpv6) {
    const Frame asked = syn6(kHostWords, 80);
    const Frame answer = refusal(asked);
    ASSERT_EQ(answer.size(), 74u);
    EXPECT_EQ(get(answer, 0, 4), 0xaaaaaaaa);
    EXPECT_EQ(get(answer, 18, 2), 20u);
    EXPECT_TRUE(std::equal(answer.begin() + 22, answer.begin() + 38, asked.begin() + 38));
    EXPECT_TRUE(std::equal(answer.begin() + 38, answer.begin() + 54, asked.begin() + 22));
    EXPECT_EQ(get(answer, 54, 2), 80u);
    EXPECT_EQ(get(answer, 56, 2), 40000u);
    EXPECT_EQ(get(answer, 62, 4), 0xffffffff);
    EXPECT_EQ(get(answer, 67, 1), 0x14u);
    EXPECT_EQ(sumOf(answer, 54, 74, sumOf(answer, 22, 54, 6 + 20)), 0xffffu);
}

TEST(FrameFilterTest, answersAsAClosedPortWould) {
    const Frame asked = syn(kHost, 80, 4);
    const Frame answer = refusal(asked);
    ASSERT_EQ(answer.size(), 54u);
    EXPECT_EQ(get(answer, 0, 4), 0xaaaaaaaa);
    EXPECT_EQ(get(answer, 6, 4), 0x52525252u);
    EXPECT_EQ(get(answer, 26, 4), kHost);
    EXPECT_EQ(get(answer, 30, 4), kSession);
    EXPECT_EQ(get(answer, 34, 2), 80u);
    EXPECT_EQ(get(answer, 36, 2), 40000u);
    EXPECT_EQ(get(answer, 42, 4), 0xffffffff); // the SYN counts as one
    EXPECT_EQ(get(answer, 47, 1), 0x14u);      // RST, ACK
    EXPECT_EQ(sumOf(answer, 14, 34, 0), 0xffffu);
    EXPECT_EQ(sumOf(answer, 34, 54, sumOf(answer, 26, 34, 6 + 20)), 0xffffu);
}

} // namespace

} // namespace entracte::network
