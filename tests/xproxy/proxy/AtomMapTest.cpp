// Atoms of the two worlds: the same names, other numbers.

#include "xproxy/proxy/AtomMap.h"

#include <gtest/gtest.h>

#include <set>

namespace entracte::xproxy {
namespace {

TEST(AtomMapTest, predefinedAtomsAreTheSameEverywhere) {
    AtomNames names;
    AtomMap map(names, false);
    for (std::uint32_t atom = 0; atom <= kLastPredefinedAtom; ++atom) {
        EXPECT_EQ(raw(map.toServer(ClientAtom{atom})), atom);
        EXPECT_EQ(raw(map.toClient(ServerAtom{atom})), atom);
        EXPECT_EQ(raw(map.learn(ServerAtom{atom}, "anything")), atom);
    }
    EXPECT_TRUE(map.takeNameless().empty());
}

TEST(AtomMapTest, learnsNamesOnTheFirstServer) {
    AtomNames names;
    AtomMap map(names, true);
    EXPECT_TRUE(map.identity());
    EXPECT_EQ(raw(map.learn(ServerAtom{300}, "WM_PROTOCOLS")), 300u);
    EXPECT_EQ(names.nameOf(ClientAtom{300}), "WM_PROTOCOLS");
    EXPECT_EQ(raw(map.toServer(ClientAtom{301})), 301u);
    EXPECT_EQ(raw(map.toClient(ServerAtom{301})), 301u);
}

TEST(AtomMapTest, connectsNumbersByTheirName) {
    AtomNames names;
    names.learn(ClientAtom{300}, "WM_PROTOCOLS");
    names.learn(ClientAtom{301}, "WM_STATE");
    AtomMap map(names, false);
    EXPECT_EQ(map.toServer(ClientAtom{300}), ServerAtom::None) << "not known there yet";
    EXPECT_EQ(raw(map.learn(ServerAtom{301}, "WM_PROTOCOLS")), 300u);
    EXPECT_EQ(raw(map.learn(ServerAtom{300}, "WM_STATE")), 301u);
    EXPECT_EQ(raw(map.toServer(ClientAtom{300})), 301u);
    EXPECT_EQ(raw(map.toServer(ClientAtom{301})), 300u);
    EXPECT_EQ(raw(map.toClient(ServerAtom{300})), 301u);
    EXPECT_EQ(raw(map.toClient(ServerAtom{301})), 300u);
}

TEST(AtomMapTest, atomsMadeAfterAMoveGetNumbersThatNobodyHas) {
    AtomNames names;
    names.learn(ClientAtom{300}, "WM_PROTOCOLS");
    AtomMap map(names, false);
    map.learn(ServerAtom{500}, "WM_PROTOCOLS");
    std::set<std::uint32_t> given{300};
    for (std::uint32_t atom = 100; atom < 400; ++atom) {
        const auto mine = raw(map.learn(ServerAtom{atom}, "NEW_" + std::to_string(atom)));
        EXPECT_GT(mine, kLastPredefinedAtom);
        EXPECT_LE(mine, 0x1fffffffu) << "X protocol: the top three bits are zero";
        EXPECT_TRUE(given.insert(mine).second);
        EXPECT_EQ(raw(map.toServer(ClientAtom{mine})), atom);
        EXPECT_EQ(raw(map.toClient(ServerAtom{atom})), mine);
    }
}

// A program may know atoms that it never interned: from PropertyNotify, ListProperties, ATOM lists.
TEST(AtomMapTest, numbersThatTheFirstServerToldUnnamedAreNotGivenAgain) {
    AtomNames names;
    AtomMap first(names, true);
    first.learn(ServerAtom{300}, "WM_PROTOCOLS");
    EXPECT_EQ(raw(first.toClient(ServerAtom{420})), 420u);
    AtomMap second(names, false);
    for (std::uint32_t atom = 100; atom < 400; ++atom)
        EXPECT_NE(raw(second.learn(ServerAtom{atom}, "NEW_" + std::to_string(atom))), 420u);
}

TEST(AtomMapTest, keepsItsNumbersOverSeveralMoves) {
    AtomNames names;
    AtomMap second(names, false);
    const ClientAtom mine = second.learn(ServerAtom{200}, "A");
    AtomMap third(names, false);
    EXPECT_EQ(third.learn(ServerAtom{777}, "A"), mine);
    EXPECT_EQ(raw(third.toServer(mine)), 777u);
}

TEST(AtomMapTest, asksForTheNamesOfWhatItMeets) {
    AtomNames names;
    AtomMap map(names, false);
    const ClientAtom mine = map.toClient(ServerAtom{400});
    EXPECT_EQ(map.toClient(ServerAtom{400}), mine);
    EXPECT_EQ(map.takeNameless(), std::vector{ServerAtom{400}});
    EXPECT_TRUE(map.takeNameless().empty());
    map.name(ServerAtom{400}, "FOUND_OUT");
    EXPECT_EQ(names.nameOf(mine), "FOUND_OUT");
    EXPECT_EQ(map.learn(ServerAtom{400}, "FOUND_OUT"), mine) << "a program interns it later";
}

// The name that is found out may be one that programs have had a number of all along.
TEST(AtomMapTest, aNameThatIsFoundOutLateServesTheOldNumberToo) {
    AtomNames names;
    names.learn(ClientAtom{300}, "WM_PROTOCOLS");
    AtomMap map(names, false);
    map.toClient(ServerAtom{400});
    map.name(ServerAtom{400}, "WM_PROTOCOLS");
    EXPECT_EQ(raw(map.toServer(ClientAtom{300})), 400u);
}

} // namespace
} // namespace entracte::xproxy
