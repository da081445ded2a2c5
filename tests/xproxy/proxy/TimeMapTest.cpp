// Server time, and the numbers that a server gives to things of its own.

#include "xproxy/proxy/TimeMap.h"
#include "xproxy/proxy/NumberMap.h"

#include <gtest/gtest.h>

namespace entracte::xproxy {
namespace {

TEST(TimeMapTest, isTheSameOnTheFirstServer) {
    TimeMap map;
    EXPECT_TRUE(map.identity());
    for (const std::uint32_t time : {0u, 1u, 123'456u, 0xffffffffu}) {
        EXPECT_EQ(map.toServer(time), time);
        EXPECT_EQ(map.toClient(time), time);
    }
}

TEST(TimeMapTest, currentTimeIsCurrentTime) {
    TimeMap map(1'000, 500'000);
    EXPECT_EQ(map.toServer(0), 0u);
    EXPECT_EQ(map.toClient(0), 0u);
    // A time that would come out as 0 is another one.
    TimeMap other(1'000, 500'000);
    other.saw(2'000);
    EXPECT_NE(other.toClient(0u - 499'000u), 0u);
}

TEST(TimeMapTest, goesOnForPrograms) {
    TimeMap map(1'000, 500'000);
    EXPECT_EQ(map.toClient(1'000), 500'000u);
    EXPECT_EQ(map.toClient(1'250), 500'250u);
    map.saw(1'250);
    EXPECT_EQ(map.toServer(500'100), 1'100u);
    EXPECT_EQ(map.toServer(500'250), 1'250u);
    EXPECT_EQ(map.latestClient(), 500'250u);
}

TEST(TimeMapTest, isNeverInTheServersFuture) {
    TimeMap map(1'000, 500'000);
    EXPECT_EQ(map.toServer(700'000), 1'000u);
    map.saw(3'000);
    EXPECT_EQ(map.toServer(700'000), 3'000u);
    map.saw(2'000); // what came late does not turn it back
    EXPECT_EQ(map.toServer(700'000), 3'000u);
    map.saw(0);
    EXPECT_EQ(map.toServer(700'000), 3'000u);
}

TEST(TimeMapTest, whatIsFromBeforeTheMoveBecomesTheArrival) {
    TimeMap map(1'000, 500'000);
    map.saw(9'000);
    EXPECT_EQ(map.toServer(499'999), 1'000u);
    EXPECT_EQ(map.toServer(1), 1'000u);
}

TEST(TimeMapTest, isMonotonicAcrossMoves) {
    std::uint32_t last = 0;
    TimeMap map(50'000, 50'000);
    const std::uint32_t arrivals[] = {50'000, 7, 4'000'000'000, 1'000};
    for (const std::uint32_t arrival : arrivals) {
        map = TimeMap(arrival, last + 1);
        for (std::uint32_t passed = 0; passed < 100; passed += 10) {
            const std::uint32_t now = map.toClient(arrival + passed);
            map.saw(arrival + passed);
            EXPECT_GT(now, last);
            EXPECT_EQ(map.toServer(now), arrival + passed);
            last = now;
        }
        EXPECT_EQ(map.latestClient(), last);
    }
}

TEST(TimeMapTest, worksOverTheWrapOf32Bits) {
    TimeMap map(0xffffff00, 5'000); // this server is about to wrap
    map.saw(0x100);
    EXPECT_EQ(map.toServer(5'000 + 0x180), 0x80u);
    EXPECT_EQ(map.toServer(5'000 + 0x300), 0x100u);
    EXPECT_EQ(map.toServer(4'000), 0xffffff00u);
    TimeMap programs(1'000, 0xffffff00); // the programs' time is
    programs.saw(2'000);
    EXPECT_EQ(programs.toClient(1'300), 44u);
    EXPECT_EQ(programs.toServer(44), 1'300u);
}

TEST(TimeMapTest, isCorrectedByWhatWasToldLately) {
    constexpr std::int64_t kWide = (std::int64_t{3} << 32) + 5;
    EXPECT_EQ(corrected(kWide, 25), kWide + 20);
    EXPECT_EQ(corrected(kWide, 2), kWide);
    EXPECT_EQ(corrected(kWide, static_cast<std::uint32_t>(-20)), kWide);
    // Without a screen for a month: what was told last seems to lie ahead.
    constexpr std::int64_t kMonth = 30ll * 24 * 3600 * 1000; // ms
    EXPECT_EQ(corrected(kWide + kMonth, 5), kWide + kMonth);
}

TEST(NumberMapTest, mapsWhatIsMatchedAndLeavesTheRest) {
    NumberMap visuals;
    EXPECT_EQ(visuals.toServer(0x21), 0x21u);
    visuals.match(0x21, 0x2b);
    visuals.match(0x22, 0x21);
    EXPECT_EQ(visuals.toServer(0x21), 0x2bu);
    EXPECT_EQ(visuals.toServer(0x22), 0x21u);
    EXPECT_EQ(visuals.toClient(0x2b), 0x21u);
    EXPECT_EQ(visuals.toClient(0x21), 0x22u);
    EXPECT_EQ(visuals.toServer(0), 0u) << "CopyFromParent";
    EXPECT_EQ(visuals.toServer(0x99), 0x99u);
    EXPECT_TRUE(visuals.hasClient(0x21));
    EXPECT_FALSE(visuals.hasClient(0x99));
}

TEST(NumberMapTest, theFirstMatchOfEitherSideHolds) {
    NumberMap visuals; // two of the first server's look like the one of this server
    visuals.match(0x21, 0x2b);
    visuals.match(0x22, 0x2b);
    EXPECT_EQ(visuals.toServer(0x22), 0x2bu);
    EXPECT_EQ(visuals.toClient(0x2b), 0x21u);
    visuals.clear();
    EXPECT_EQ(visuals.toServer(0x21), 0x21u);
    EXPECT_EQ(visuals.toClient(0x2b), 0x2bu);
}

} // namespace
} // namespace entracte::xproxy
