// Request numbers of a program and of the server that also counts the proxy's own requests.

#include "xproxy/proxy/SequenceMap.h"

#include <gtest/gtest.h>

namespace entracte::xproxy {
namespace {

std::uint64_t low(SequenceMap& map, std::uint64_t server) {
    return map.toClient(map.widen(static_cast<std::uint16_t>(server)));
}

TEST(SequenceMapTest, isTheSameWhileNothingIsInjected) {
    SequenceMap map;
    EXPECT_TRUE(map.identity());
    for (std::uint64_t n = 1; n <= 5; ++n)
        EXPECT_EQ(map.passed(), n);
    for (std::uint64_t n = 1; n <= 5; ++n)
        EXPECT_EQ(low(map, n), n);
    EXPECT_TRUE(map.identity());
}

TEST(SequenceMapTest, countsWhatTheServerNeverSaw) {
    SequenceMap map;
    EXPECT_EQ(map.passed(3), 3u);
    EXPECT_EQ(map.answeredHere(), 4u);
    EXPECT_EQ(map.answeredHere(), 5u);
    EXPECT_EQ(map.passed(), 4u); // program 6
    EXPECT_EQ(map.injected(), 5u);
    EXPECT_EQ(map.answeredHere(), 7u);
    EXPECT_EQ(map.injected(), 6u);
    EXPECT_EQ(map.passed(), 7u); // program 8
    EXPECT_EQ(map.toClient(3), 3u);
    EXPECT_EQ(map.toClient(4), 6u);
    EXPECT_EQ(map.toClient(5), 6u);
    EXPECT_EQ(map.toClient(7), 8u);
    EXPECT_EQ(map.clientSequence(), 8u);
}

TEST(SequenceMapTest, leavesInjectedRequestsOut) {
    SequenceMap map;
    map.passed();                  // server 1, program 1
    EXPECT_EQ(map.injected(), 2u); // server 2
    EXPECT_EQ(map.passed(), 3u);   // program 2
    EXPECT_EQ(map.injected(), 4u);
    EXPECT_EQ(map.injected(), 5u);
    EXPECT_EQ(map.passed(), 6u); // program 3
    EXPECT_FALSE(map.identity());
    EXPECT_EQ(map.toClient(1), 1u);
    EXPECT_EQ(map.toClient(2), 1u) << "an event after an injected request";
    EXPECT_EQ(map.toClient(3), 2u);
    EXPECT_EQ(map.toClient(4), 2u);
    EXPECT_EQ(map.toClient(5), 2u);
    EXPECT_EQ(map.toClient(6), 3u);
    EXPECT_EQ(map.clientSequence(), 3u);
    EXPECT_EQ(map.serverSequence(), 6u);
}

TEST(SequenceMapTest, answersInOrderForgetNothingThatIsNeeded) {
    SequenceMap map;
    for (int i = 0; i < 3; ++i) {
        map.passed();
        map.injected();
    }
    EXPECT_EQ(low(map, 1), 1u);
    EXPECT_EQ(low(map, 1), 1u) << "an event with the same number";
    EXPECT_EQ(low(map, 2), 1u);
    EXPECT_EQ(low(map, 3), 2u);
    EXPECT_EQ(low(map, 6), 3u);
    EXPECT_EQ(low(map, 6), 3u);
}

TEST(SequenceMapTest, startsWhereTheProgramIsOnANewServer) {
    SequenceMap map(1'000'000);
    EXPECT_FALSE(map.identity());
    EXPECT_EQ(map.toClient(0), 1'000'000u) << "an event before any request";
    EXPECT_EQ(map.injected(), 1u);
    EXPECT_EQ(map.injected(), 2u);
    EXPECT_EQ(map.passed(), 3u);
    EXPECT_EQ(low(map, 2), 1'000'000u);
    EXPECT_EQ(low(map, 3), 1'000'001u);
}

TEST(SequenceMapTest, widensOverTheWrapOf16Bits) {
    SequenceMap map;
    for (std::uint64_t n = 1; n <= 200'000; ++n) {
        ASSERT_EQ(map.passed(), n);
        if (n % 20'000 == 0) {
            ASSERT_EQ(map.widen(static_cast<std::uint16_t>(n)), n);
            ASSERT_EQ(map.seen(), n);
        }
    }
}

TEST(SequenceMapTest, widensExactlyAtTheWrap) {
    SequenceMap map;
    for (int n = 0; n < 0x10002; ++n)
        map.passed();
    EXPECT_EQ(map.widen(0xffff), 0xffffu);
    EXPECT_EQ(map.widen(0x0000), 0x10000u);
    EXPECT_EQ(map.widen(0x0001), 0x10001u);
    EXPECT_EQ(map.widen(0x0001), 0x10001u);
}

TEST(SequenceMapTest, growsBeyond32Bits) {
    constexpr std::uint64_t kMany = 0x1'0000'0000 + 5;
    SequenceMap map(kMany);
    map.injected();
    map.passed();
    EXPECT_EQ(low(map, 2), kMany + 1);
    EXPECT_EQ(map.clientSequence(), kMany + 1);
}

TEST(SequenceMapTest, aServerThatCountsWronglyDoesNoHarm) {
    SequenceMap map;
    for (int n = 0; n < 10; ++n)
        map.passed();
    EXPECT_EQ(map.widen(4), 4u);
    EXPECT_EQ(map.widen(3), 4u) << "backwards";
    EXPECT_EQ(map.widen(11), 4u) << "a request that nobody sent";
    EXPECT_EQ(map.widen(10), 10u) << "and it goes on";
}

TEST(SequenceMapTest, injectedRequestsAtTheWrap) {
    SequenceMap map;
    for (std::uint64_t n = 1; n <= 150'000; ++n) {
        const std::uint64_t server = map.passed();
        if (n % 7 == 0)
            map.injected();
        if (n % 1'000 == 0) {
            ASSERT_EQ(low(map, server), n);
        }
    }
}

} // namespace
} // namespace entracte::xproxy
