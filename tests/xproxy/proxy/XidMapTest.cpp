// Identifiers of resources in the two worlds.

#include "xproxy/proxy/XidMap.h"

#include <gtest/gtest.h>

#include <set>

namespace entracte::xproxy {
namespace {

constexpr std::uint32_t kMask = 0x1fffff; // 256 clients
constexpr XidRange kClient{0x00400000, kMask};

std::uint32_t toServer(XidMap& map, std::uint32_t id) {
    return raw(map.toServer(ClientXid{id}));
}
std::uint32_t toClient(XidMap& map, std::uint32_t id) {
    return raw(map.toClient(ServerXid{id}));
}

TEST(XidMapTest, isTheSameInBothWorldsOnTheFirstServer) {
    XidMap map(kMask, kMask, true);
    map.addClient(kClient, kClient);
    EXPECT_TRUE(map.identity());
    for (const std::uint32_t id : {0u, 1u, 0x1e7u, 0x400000u, 0x5fffffu, 0x800001u, 0xffffffffu}) {
        EXPECT_EQ(toServer(map, id), id);
        EXPECT_EQ(toClient(map, id), id);
    }
}

TEST(XidMapTest, keepsLowBitsUnderAnotherBase) {
    XidMap map(kMask, kMask, false);
    map.addClient(kClient, {0x00a00000, kMask});
    EXPECT_FALSE(map.identity());
    EXPECT_EQ(toServer(map, 0x400000), 0xa00000u);
    EXPECT_EQ(toServer(map, 0x512345), 0xb12345u);
    EXPECT_EQ(toClient(map, 0xb12345), 0x512345u);
}

TEST(XidMapTest, tellsClientsApart) {
    XidMap map(kMask, kMask, false);
    map.addClient(kClient, {0x00600000, kMask}); // the number that the other had
    map.addClient({0x00600000, kMask}, {0x00200000, kMask});
    EXPECT_EQ(toServer(map, 0x400001), 0x600001u);
    EXPECT_EQ(toServer(map, 0x600001), 0x200001u);
    EXPECT_EQ(toClient(map, 0x600001), 0x400001u);
    EXPECT_EQ(toClient(map, 0x200001), 0x600001u);
}

TEST(XidMapTest, followsAClientToItsNewRange) {
    XidMap map(kMask, kMask, false);
    map.addClient(kClient, {0x00a00000, kMask});
    map.removeClient(kClient);
    map.addClient(kClient, {0x00c00000, kMask});
    EXPECT_EQ(toServer(map, 0x400007), 0xc00007u);
    EXPECT_EQ(toClient(map, 0xc00007), 0x400007u);
    EXPECT_NE(toClient(map, 0xa00007), 0x400007u);
}

TEST(XidMapTest, fitsIntoAWiderRange) {
    constexpr std::uint32_t kWide = 0x7fffff; // 64 clients
    XidMap map(kMask, kWide, false);
    map.addClient(kClient, {0x01000000, kWide});
    EXPECT_EQ(toServer(map, 0x5fffff), 0x011fffffu);
    EXPECT_EQ(toClient(map, 0x011fffff), 0x5fffffu);
}

class NarrowXidMapTest : public ::testing::Test {
protected:
    static constexpr std::uint32_t kNarrow = 0x3ffff; // 2048 clients
    NarrowXidMapTest() { map.addClient(kClient, {0x00b40000, kNarrow}); }
    XidMap map{kMask, kNarrow, false};
};

TEST_F(NarrowXidMapTest, keepsLowBitsThatFit) {
    EXPECT_EQ(toServer(map, 0x400001), 0xb40001u);
    EXPECT_EQ(toClient(map, 0xb40001), 0x400001u);
}

TEST_F(NarrowXidMapTest, findsAPlaceForThoseThatDoNot) {
    std::set<std::uint32_t> places;
    for (std::uint32_t id = 0x5fff00; id < 0x600000; ++id) {
        const std::uint32_t place = toServer(map, id);
        EXPECT_EQ(place & ~kNarrow, 0xb40000u);
        EXPECT_TRUE(places.insert(place).second);
        EXPECT_EQ(toServer(map, id), place) << "stable";
        EXPECT_EQ(toClient(map, place), id);
    }
}

TEST_F(NarrowXidMapTest, neverGivesOnePlaceToTwo) {
    const std::uint32_t fitting = toServer(map, 0x400000 | kNarrow);
    const std::uint32_t moved = toServer(map, 0x5fffff);
    EXPECT_NE(moved, fitting);
    EXPECT_EQ(toClient(map, fitting), 0x400000u | kNarrow);
    EXPECT_EQ(toClient(map, moved), 0x5fffffu);
    // The other way round: one that would fit finds its place given away.
    const std::uint32_t second = toServer(map, 0x5ffffe);
    const std::uint32_t low = second & kNarrow;
    const std::uint32_t late = toServer(map, 0x400000 | low);
    EXPECT_NE(late, second);
    EXPECT_EQ(toClient(map, late), 0x400000u | low);
}

TEST_F(NarrowXidMapTest, knowsItsIdsAgainAfterAReuse) {
    const std::uint32_t place = toServer(map, 0x5fffff);
    EXPECT_EQ(toServer(map, 0x5fffff), place); // freed and made again under the same id
    EXPECT_EQ(toClient(map, place), 0x5fffffu);
}

// A program that makes and frees things for hours runs through its ids many times.
TEST_F(NarrowXidMapTest, placesOfWhatIsGoneAreGivenAgain) {
    constexpr std::uint32_t kNowhere = 0x1fdffff0;
    map.setNowhere({kNowhere, 0xf});
    const std::uint32_t living = toServer(map, 0x5fffff);
    std::uint32_t latest = 0;
    map.isUsed = [&](ClientXid id) { return raw(id) == 0x5fffff || raw(id) == latest; };
    for (latest = 0x400000 | (kNarrow + 1); latest < 0x5f0000; ++latest) {
        const std::uint32_t place = toServer(map, latest);
        ASSERT_LT(place, kNowhere) << std::hex << latest;
        ASSERT_NE(place, living);
        ASSERT_EQ(toClient(map, place), latest);
    }
    EXPECT_EQ(toServer(map, 0x5fffff), living);
}

TEST(XidMapTest, whatIsFreedMayGiveWayToSomethingNew) {
    for (const bool first : {true, false}) {
        XidMap map(kMask, kMask, first);
        const XidRange server = first ? kClient : XidRange{0x00a00000, kMask};
        map.addClient(kClient, server);
        map.giveWay(ClientXid{0x400005}, ClientXid{0x5ffffe});
        EXPECT_EQ(toServer(map, 0x5ffffe), server.base | 5) << "what was freed";
        EXPECT_EQ(toServer(map, 0x400005), server.base | 0x1ffffe);
        EXPECT_EQ(toServer(map, 0x400006), server.base | 6);
        // Programs only know the one.
        EXPECT_EQ(toClient(map, server.base | 5), 0x400005u);
        EXPECT_EQ(toClient(map, server.base | 0x1ffffe), 0x400005u);
        map.giveWay(ClientXid{0x400005}, ClientXid{0x5ffffd}); // once more
        EXPECT_EQ(toServer(map, 0x5ffffd), server.base | 0x1ffffe);
        EXPECT_EQ(toServer(map, 0x400005), server.base | 0x1ffffd);
        EXPECT_EQ(toServer(map, 0x5ffffe), server.base | 5);
    }
}

TEST(XidMapTest, givesStrangersStableIdsOfTheirOwn) {
    XidMap map(kMask, kMask, false);
    map.addClient(kClient, {0x00a00000, kMask});
    const XidRange reserved = XidMap::strangers(kMask);
    std::set<std::uint32_t> given;
    for (std::uint32_t id = 0x400000; id < 0x400100; ++id) { // a stranger where ours used to be
        const std::uint32_t mine = toClient(map, id);
        EXPECT_TRUE(reserved.contains(mine));
        EXPECT_FALSE(kClient.contains(mine));
        EXPECT_TRUE(given.insert(mine).second);
        EXPECT_EQ(toClient(map, id), mine);
        EXPECT_EQ(toServer(map, mine), id);
    }
}

// A settings manager of a server before, which is found on this one only after strangers have
// been seen.
TEST(XidMapTest, givesStrangersNoIdThatProgramsKnowForAnother) {
    XidMap map(kMask, kMask, false);
    const std::uint32_t known = XidMap::strangers(kMask).base | 2;
    constexpr std::uint32_t kManager = 0x800001;
    map.isUsed = [known](ClientXid id) { return raw(id) == known; };
    for (std::uint32_t id = 0x400000; id < 0x400004; ++id)
        EXPECT_NE(toClient(map, id), known);
    map.fix(ClientXid{known}, ServerXid{kManager});
    map.isUsed = nullptr;
    for (std::uint32_t id = 0x400000; id < 0x400004; ++id) {
        EXPECT_NE(toClient(map, id), known);
        EXPECT_EQ(toServer(map, toClient(map, id)), id);
    }
    EXPECT_EQ(toServer(map, known), kManager);
    EXPECT_EQ(toClient(map, kManager), known);
}

TEST(XidMapTest, givesStrangersNoIdThatIsFixed) {
    XidMap map(kMask, kMask, false);
    const std::uint32_t known = XidMap::strangers(kMask).base | 2;
    map.fix(ClientXid{known}, ServerXid{0x800001});
    for (std::uint32_t id = 0x400000; id < 0x400004; ++id)
        EXPECT_NE(toClient(map, id), known);
}

TEST(XidMapTest, findsAnIdForAStrangerWhenAllAreUsed) {
    constexpr std::uint32_t kTiny = 1; // a hostile server's
    XidMap map(kTiny, kTiny, false);
    map.isUsed = [](ClientXid) { return true; };
    EXPECT_TRUE(XidMap::strangers(kTiny).contains(toClient(map, 0x800001)));
}

TEST(XidMapTest, strangersRangeIsNoClientsAndWithinTheProtocol) {
    for (const std::uint32_t mask : {0x3ffffu, 0xfffffu, 0x1fffffu, 0x7fffffu}) {
        const XidRange reserved = XidMap::strangers(mask);
        EXPECT_EQ(reserved.base & mask, 0u);
        EXPECT_EQ(reserved.base & 0xe0000000u, 0u);
        EXPECT_NE(reserved.base, 0u);
    }
}

TEST(XidMapTest, leavesSpecialValuesAlone) {
    XidMap map(kMask, kMask, false);
    map.setNowhere({0x1fdffff0, 0xf});
    map.addClient(kClient, {0x00a00000, kMask});
    map.fix(ClientXid{0x1e7}, ServerXid{0x2c1});
    // None and CopyFromParent; PointerRoot, ParentRelative, and XI2's like; all ones
    for (const std::uint32_t id : {0u, 1u, 2u, 3u, 0xffffffffu}) {
        EXPECT_EQ(toServer(map, id), id);
        EXPECT_EQ(toClient(map, id), id);
    }
}

TEST(XidMapTest, mapsWhatTheServerItselfOwns) {
    XidMap map(kMask, kMask, false);
    map.fix(ClientXid{0x1e7}, ServerXid{0x2c1});
    map.fix(ClientXid{0x20}, ServerXid{0x45});
    EXPECT_EQ(toServer(map, 0x1e7), 0x2c1u);
    EXPECT_EQ(toClient(map, 0x2c1), 0x1e7u);
    EXPECT_EQ(toServer(map, 0x20), 0x45u);
    EXPECT_EQ(toClient(map, 0x45), 0x20u);
}

// The server gives what a dead manager's program had to one of the session's.
TEST(XidMapTest, whatAProgramGetsIsNoManagersAnyMore) {
    constexpr std::uint32_t kKnown = 0x800003, kManager = 0xa00001;
    XidMap map(kMask, kMask, false);
    map.fix(ClientXid{0x1e7}, ServerXid{0x2c1});
    map.fix(ClientXid{kKnown}, ServerXid{kManager});
    map.addClient({0x00600000, kMask}, {0x00200000, kMask}); // has nothing to do with it
    EXPECT_EQ(toClient(map, kManager), kKnown);
    map.addClient(kClient, {0x00a00000, kMask});
    EXPECT_EQ(toClient(map, kManager), 0x400001u);
    EXPECT_EQ(toServer(map, 0x400001), kManager);
    EXPECT_NE(toServer(map, kKnown), kManager) << "it is dead";
    EXPECT_EQ(toServer(map, 0x1e7), 0x2c1u);
    EXPECT_EQ(toClient(map, 0x2c1), 0x1e7u);
}

// Programs forget a manager that they are told is gone: its number may be in another's range.
TEST(XidMapTest, whatAProgramMakesIsNoManagersAnyMore) {
    constexpr std::uint32_t kKnown = 0x400001, kManager = 0x800003;
    XidMap map(kMask, kMask, false);
    map.fix(ClientXid{0x1e7}, ServerXid{0x2c1});
    map.fix(ClientXid{kKnown}, ServerXid{kManager});
    map.addClient(kClient, {0x00a00000, kMask});
    EXPECT_EQ(toServer(map, kKnown), 0xa00001u);
    EXPECT_EQ(toClient(map, 0xa00001), kKnown);
    EXPECT_NE(toClient(map, kManager), kKnown);
    EXPECT_EQ(toClient(map, 0x2c1), 0x1e7u);
}

// Two screens of one server after another had two roots.
TEST(XidMapTest, keepsWhatElseIsTheSameOnTheServer) {
    XidMap map(kMask, kMask, false);
    map.fix(ClientXid{0x400001}, ServerXid{0x2c1});
    map.fix(ClientXid{0x1e7}, ServerXid{0x2c1});
    map.addClient(kClient, {0x00a00000, kMask});
    EXPECT_EQ(toServer(map, 0x1e7), 0x2c1u);
    EXPECT_EQ(toClient(map, 0x2c1), 0x1e7u);
}

TEST(XidMapTest, whatNobodyHasBecomesAnIdThatExistsNowhere) {
    XidMap map(kMask, kMask, false);
    const XidRange nowhere{0x1fdffff0, 0xf};
    map.setNowhere(nowhere);
    map.addClient(kClient, {0x00a00000, kMask});
    for (const std::uint32_t id : {0x00812345u,                          // of no client
                                   XidMap::strangers(kMask).base | 5}) { // of no stranger yet
        const std::uint32_t there = toServer(map, id);
        EXPECT_TRUE(nowhere.contains(there));
        EXPECT_EQ(toServer(map, id), there);
        EXPECT_EQ(toClient(map, there), id);
    }
}

TEST(XidMapTest, remembersTheNewestThatNobodyHas) {
    XidMap map(kMask, kMask, false);
    map.setNowhere({0x1fdffff0, 0xf});
    const std::uint32_t first = toServer(map, 0x00812000);
    for (std::uint32_t i = 1; i <= 0x10; ++i)
        EXPECT_EQ(toClient(map, toServer(map, 0x00812000 + i)), 0x00812000 + i);
    EXPECT_EQ(toClient(map, first), 0x00812010u);
}

} // namespace
} // namespace entracte::xproxy
