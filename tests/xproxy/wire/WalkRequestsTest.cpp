#include "tests/xproxy/wire/Collected.h"

#include <gtest/gtest.h>

namespace entracte::wire {
namespace {

using enum FieldKind;
using FoundList = std::vector<Found>;

TEST(WalkRequestsTest, findsFieldsOfAFixedRequest) {
    for (const ByteOrder order : kOrders) {
        // CopyArea: source, destination, gc, then coordinates
        MessageBuilder bytes(order, 0);
        bytes.u8(62).u8(0).u16(7).u32(0xa1).u32(0xa2).u32(0xa3);
        bytes.u16(1).u16(2).u16(3).u16(4).u16(5).u16(6);
        EXPECT_EQ(walk(request("core", "CopyArea"), bytes.finish(), order),
                  (FoundList{{Drawable, 0xa1}, {Drawable, 0xa2}, {GContext, 0xa3}}));
    }
}

TEST(WalkRequestsTest, followsAValueMask) {
    constexpr std::uint32_t kBackPixmap = 1, kBorderPixel = 8, kBackingPixel = 256;
    constexpr std::uint32_t kEventMask = 2048, kColormap = 8192, kCursor = 16384;
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0);
        bytes.u8(1).u8(24).u16(14).u32(0x200001).u32(0x100);
        bytes.u16(1).u16(2).u16(3).u16(4).u16(0).u16(1).u32(0x21);
        bytes.u32(kBackPixmap | kBorderPixel | kBackingPixel | kEventMask | kColormap | kCursor);
        bytes.u32(0xb1).u32(0xb2).u32(0xb3).u32(0xb4).u32(0xb5).u32(0xb6);
        EXPECT_EQ(walk(request("core", "CreateWindow"), bytes.finish(), order),
                  (FoundList{{Window, 0x200001},
                             {Window, 0x100},
                             {Visual, 0x21},
                             {Pixmap, 0xb1},
                             {Colormap, 0xb5},
                             {Cursor, 0xb6}}));
    }
}

TEST(WalkRequestsTest, leavesOutWhatTheMaskLeavesOut) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0);
        bytes.u8(12).u8(0).u16(4).u32(0x200001).u16(0x0008).u16(0).u32(
            0x55); // ConfigureWindow: height
        EXPECT_EQ(walk(request("core", "ConfigureWindow"), bytes.finish(), order),
                  (FoundList{{Window, 0x200001}}));
        MessageBuilder sibling(order, 0); // y, sibling, stack-mode
        sibling.u8(12).u8(0).u16(6).u32(0x200001).u16(0x0062).u16(0).u32(7).u32(0x66).u32(1);
        EXPECT_EQ(walk(request("core", "ConfigureWindow"), sibling.finish(), order),
                  (FoundList{{Window, 0x200001}, {Window, 0x66}}));
    }
}

TEST(WalkRequestsTest, findsPicturesInRendersValueList) {
    for (const ByteOrder order : kOrders) {
        // CreatePicture: repeat (1), alpha map (2), clip mask (64), dither (2048)
        MessageBuilder bytes(order, 0);
        bytes.u8(140).u8(4).u16(9).u32(0xc1).u32(0xc2).u32(0xc3).u32(1 | 2 | 64 | 2048);
        bytes.u32(1).u32(0xc4).u32(0xc5).u32(0xc6);
        EXPECT_EQ(walk(request("RENDER", "CreatePicture"), bytes.finish(), order),
                  (FoundList{{Picture, 0xc1},
                             {Drawable, 0xc2},
                             {PictFormat, 0xc3},
                             {Picture, 0xc4},
                             {Pixmap, 0xc5},
                             {Atom, 0xc6}}));
    }
}

TEST(WalkRequestsTest, findsTheFontsAmongPolyText8sItems) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0);
        bytes.u8(74).u8(0).u16(0).u32(0xd1).u32(0xd2).u16(10).u16(20);
        bytes.u8(2).u8(0).u8('h').u8(255);                 // 255 here is a character
        bytes.u8(255).u8(0x01).u8(0x02).u8(0x03).u8(0x04); // a font, big end first
        bytes.u8(0).u8(5);                                 // a delta and no characters
        bytes.u8(255).u8(0).u8(0).u8(0).u8(0x77);          // another font
        bytes.u8(1).u8(0).u8('x');
        const auto message = bytes.finish();
        EXPECT_EQ(
            walk(request("core", "PolyText8"), message, order),
            (FoundList{{Drawable, 0xd1}, {GContext, 0xd2}, {Font, 0x01020304}, {Font, 0x77}}));
        Collector collector(message, order);
        walkFields(request("core", "PolyText8"), message, order, false, collector);
        EXPECT_FALSE(collector.refs[0].bigEndian);
        EXPECT_TRUE(collector.refs[2].bigEndian);
        EXPECT_EQ(collector.refs[2].offset, 21u);
    }
}

TEST(WalkRequestsTest, countsTwoBytesACharacterInPolyText16) {
    MessageBuilder bytes(ByteOrder::Little, 0);
    bytes.u8(75).u8(0).u16(0).u32(0xd1).u32(0xd2).u16(10).u16(20);
    bytes.u8(2).u8(0).u8(255).u8(1).u8(255).u8(2);
    bytes.u8(255).u8(0).u8(0).u8(0x12).u8(0x34);
    EXPECT_EQ(walk(request("core", "PolyText16"), bytes.finish(), ByteOrder::Little),
              (FoundList{{Drawable, 0xd1}, {GContext, 0xd2}, {Font, 0x1234}}));
}

TEST(WalkRequestsTest, findsTheGlyphSetsAmongGlyphItems) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0);
        bytes.u8(140).u8(23).u16(0).u8(3).u8(0).u16(0).u32(0xe1).u32(0xe2).u32(0xe3).u32(0xe4);
        bytes.u16(0).u16(0);
        bytes.u8(3).pad(3).u16(5).u16(6).u8(255).u8(255).u8(255).pad(1); // three glyphs
        bytes.u8(255).pad(3).u16(0).u16(0).u32(0xe5);                    // another glyph set
        bytes.u8(4).pad(3).u16(7).u16(8).u8(1).u8(2).u8(3).u8(4);
        bytes.u8(255).pad(3).u16(0).u16(0).u32(0xe6);
        EXPECT_EQ(walk(request("RENDER", "CompositeGlyphs8"), bytes.finish(), order),
                  (FoundList{{Picture, 0xe1},
                             {Picture, 0xe2},
                             {PictFormat, 0xe3},
                             {GlyphSet, 0xe4},
                             {GlyphSet, 0xe5},
                             {GlyphSet, 0xe6}}));
        MessageBuilder wide(order, 0);
        wide.u8(140).u8(25).u16(0).u8(3).u8(0).u16(0).u32(0xe1).u32(0xe2).u32(0).u32(0xe4);
        wide.u16(0).u16(0).u8(2).pad(3).u16(5).u16(6).u32(0xff).u32(0xffffffff);
        wide.u8(255).pad(3).u16(0).u16(0).u32(0xe7);
        EXPECT_EQ(walk(request("RENDER", "CompositeGlyphs32"), wide.finish(), order).back(),
                  (Found{GlyphSet, 0xe7}));
    }
}

TEST(WalkRequestsTest, walksListsToTheEndOfTheRequest) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder fences(order, 0); // SYNC AwaitFence
        fences.u8(134).u8(19).u16(4).u32(0xf1).u32(0xf2).u32(0xf3);
        EXPECT_EQ(walk(request("SYNC", "AwaitFence"), fences.finish(), order),
                  (FoundList{{Fence, 0xf1}, {Fence, 0xf2}, {Fence, 0xf3}}));
        MessageBuilder await(order, 0); // SYNC Await: counter, type, value, test, threshold
        await.u8(134).u8(7).u16(15);
        for (const std::uint32_t counter : {0xf4u, 0xf5u})
            await.u32(counter).u32(0).u32(1).u32(2).u32(3).u32(4).u32(5);
        EXPECT_EQ(walk(request("SYNC", "Await"), await.finish(), order),
                  (FoundList{{Counter, 0xf4}, {Counter, 0xf5}}));
        MessageBuilder cursor(order, 0); // RENDER CreateAnimCursor: cursor, delay
        cursor.u8(140).u8(31).u16(6).u32(0xf6).u32(0xf7).u32(50).u32(0xf8).u32(60);
        EXPECT_EQ(walk(request("RENDER", "CreateAnimCursor"), cursor.finish(), order),
                  (FoundList{{Cursor, 0xf6}, {Cursor, 0xf7}, {Cursor, 0xf8}}));
    }
}

TEST(WalkRequestsTest, multipliesLengths) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0); // SetModifierMapping: 2 keycodes for each of 8 modifiers
        bytes.u8(118).u8(2).u16(5);
        for (int i = 0; i < 16; ++i)
            bytes.u8(static_cast<std::uint8_t>(100 + i));
        const auto found = walk(request("core", "SetModifierMapping"), bytes.finish(), order);
        ASSERT_EQ(found.size(), 16u);
        EXPECT_EQ(found.back(), (Found{Keycode, 115}));
    }
}

TEST(WalkRequestsTest, findsDevicesOfXI2sMasksAndHierarchyChanges) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder select(order, 0); // XISelectEvents: two masks of different length
        select.u8(131).u8(46).u16(0).u32(0x31).u16(2).u16(0);
        select.u16(1).u16(2).u32(0xffffffff).u32(0xffffffff).u16(5).u16(1).u32(7);
        EXPECT_EQ(walk(request("XInputExtension", "XISelectEvents"), select.finish(), order),
                  (FoundList{{Window, 0x31}, {Device, 1}, {Device, 5}}));
        MessageBuilder change(order, 0); // XIChangeHierarchy
        change.u8(131).u8(43).u16(0).u8(3).pad(3);
        change.u16(1).u16(4).u16(5).u8(1).u8(1).bytes(std::as_bytes(std::span("hello", 5))).pad(3);
        change.u16(9).u16(2).u16(77).u16(77); // of a kind that nobody knows yet
        change.u16(3).u16(2).u16(6).u16(2);   // attach slave 6 to master 2
        EXPECT_EQ(walk(request("XInputExtension", "XIChangeHierarchy"), change.finish(), order),
                  (FoundList{{Device, 6}, {Device, 2}}));
    }
}

TEST(WalkRequestsTest, followsXkbsMasksInsideOfMasks) {
    for (const ByteOrder order : kOrders) {
        // SetNames: symbols (4), key type names (64), level names (128), groups (4096)
        MessageBuilder bytes(order, 0);
        bytes.u8(135).u8(18).u16(0).u16(0x100).u16(0).u32(4 | 64 | 128 | 4096);
        bytes.u8(0).u8(2).u8(5).u8(1).u32(0);                 // types, levels, indicators
        bytes.u8(0x05).u8(0).u8(8).u8(0).u8(0).pad(1).u16(3); // groups 1 and 3
        ASSERT_EQ(bytes.size(), 28u);
        bytes.u32(0x41);           // symbols
        bytes.u32(0x42).u32(0x43); // two type names
        bytes.u8(3).pad(3);        // levels of type 5
        bytes.u32(0x44).u32(0x45).u32(0x46);
        bytes.u32(0x47).u32(0x48); // groups 1 and 3
        const auto found = walk(request("XKEYBOARD", "SetNames"), bytes.finish(), order);
        FoundList atoms;
        for (const Found& one : found)
            if (one.kind == Atom)
                atoms.push_back(one);
        EXPECT_EQ(atoms, (FoundList{{Atom, 0x41},
                                    {Atom, 0x42},
                                    {Atom, 0x43},
                                    {Atom, 0x44},
                                    {Atom, 0x45},
                                    {Atom, 0x46},
                                    {Atom, 0x47},
                                    {Atom, 0x48}}));
    }
}

TEST(WalkRequestsTest, correctsWhatTheXmlTypesWrongly) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder kill(order, 0);
        kill.u8(113).u8(0).u16(2).u32(0x51);
        EXPECT_EQ(walk(request("core", "KillClient"), kill.finish(), order),
                  (FoundList{{Xid, 0x51}}));
        MessageBuilder priority(order, 0);
        priority.u8(134).u8(12).u16(3).u32(0x52).u32(1);
        EXPECT_EQ(walk(request("SYNC", "SetPriority"), priority.finish(), order),
                  (FoundList{{Xid, 0x52}}));
        MessageBuilder grab(order, 0); // XInput GrabDeviceKey
        grab.u8(131).u8(15).u16(0).u32(0x53).u16(1).u16(0).u8(3).u8(4).u8(38).u8(1).u8(1).u8(1);
        grab.pad(2).u32(0x0456);
        EXPECT_EQ(
            walk(request("XInputExtension", "GrabDeviceKey"), grab.finish(), order),
            (FoundList{
                {Window, 0x53}, {Device, 3}, {Device, 4}, {Keycode, 38}, {EventClass, 0x0456}}));
    }
}

TEST(WalkRequestsTest, shiftsEverythingBehindTheBigRequestsHeader) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0); // CreateGC: graphics exposures, font
        bytes.u8(55).u8(0).u16(0).u32(7).u32(0x61).u32(0x62).u32(0x4000 | 0x10000).u32(0x63).u32(0);
        const auto message = bytes.finish();
        MessageBuilder again(order, 0);
        again.bytes(message).set(header::requestLength, 0); // finish() wrote an ordinary length
        std::vector<std::byte> big = again.finish();
        setField(std::span(big), order, header::requestLength, 0);
        EXPECT_EQ(walk(request("core", "CreateGC"), big, order, true),
                  (FoundList{{GContext, 0x61}, {Drawable, 0x62}, {Font, 0x63}}));
        MessageBuilder property(order, 0); // the byte before the length stays where it is
        property.u8(118).u8(1).u16(0).u32(4);
        for (int i = 0; i < 8; ++i)
            property.u8(static_cast<std::uint8_t>(i));
        EXPECT_EQ(
            walk(request("core", "SetModifierMapping"), property.finish(), order, true).size(), 8u);
    }
}

TEST(WalkRequestsTest, walksAnEventInsideOfSendEvent) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder bytes(order, 0);
        bytes.u8(25).u8(0).u16(11).u32(0x71).u32(0);
        bytes.u8(31).u8(0).u16(0).u32(99).u32(0x72).u32(0x73).u32(0x74).u32(0x75).pad(8);
        const auto message = bytes.finish();
        ASSERT_EQ(message.size(), 44u);
        EXPECT_EQ(walk(request("core", "SendEvent"), message, order), (FoundList{{Window, 0x71}}));
        const MessageSchema* event = eventSchema(extensions().front(), 31, {});
        ASSERT_NE(event, nullptr);
        Collector inner(message, order);
        EXPECT_TRUE(walkFieldsAt(*event, message, 12, 32, order, inner));
        EXPECT_EQ(
            inner.found,
            (FoundList{{Timestamp, 99}, {Window, 0x72}, {Atom, 0x73}, {Atom, 0x74}, {Atom, 0x75}}));
        EXPECT_FALSE(walkFieldsAt(*event, message, 13, 32, order, inner));
        EXPECT_FALSE(walkFieldsAt(*event, message, ~std::size_t{0}, 32, order, inner));
    }
}

} // namespace
} // namespace entracte::wire
