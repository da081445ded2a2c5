#include "tests/xproxy/wire/Collected.h"

#include <gtest/gtest.h>

namespace entracte::wire {
namespace {

using enum FieldKind;
using FoundList = std::vector<Found>;

MessageBuilder replyHeader(ByteOrder order, std::uint8_t data) {
    MessageBuilder bytes(order, 0);
    bytes.u8(1).u8(data).u16(7).u32(0);
    return bytes;
}

MessageBuilder genericHeader(ByteOrder order, std::uint16_t evtype) {
    MessageBuilder bytes(order, 0);
    bytes.u8(35).u8(131).u16(7).u32(0).u16(evtype);
    return bytes;
}

TEST(WalkServerMessagesTest, walksRandrsScreenResources) {
    for (const ByteOrder order : kOrders) {
        auto bytes = replyHeader(order, 0);
        bytes.u32(0x10).u32(0x11).u16(2).u16(1).u16(2).u16(9).pad(8);
        bytes.u32(0x21).u32(0x22).u32(0x31); // CRTCs, outputs
        for (const std::uint32_t mode : {0x41u, 0x42u}) {
            bytes.u32(mode).u16(800).u16(600).u32(40000000);
            bytes.u16(1).u16(2).u16(3).u16(4).u16(5).u16(6).u16(7).u16(4).u32(0);
        }
        bytes.bytes(std::as_bytes(std::span("onetwothr", 9)));
        EXPECT_EQ(walk(reply("RANDR", "GetScreenResources"), bytes.finishReply(), order),
                  (FoundList{{Timestamp, 0x10},
                             {Timestamp, 0x11},
                             {Crtc, 0x21},
                             {Crtc, 0x22},
                             {Output, 0x31},
                             {Mode, 0x41},
                             {Mode, 0x42}}));
    }
}

TEST(WalkServerMessagesTest, walksListsOfThingsOfVaryingLength) {
    for (const ByteOrder order : kOrders) {
        auto bytes = replyHeader(order, 0); // RANDR GetMonitors
        bytes.u32(0x10).u32(2).u32(3).pad(12);
        bytes.u32(0x51).u8(1).u8(1).u16(2).pad(16).u32(0x31).u32(0x32);
        bytes.u32(0x52).u8(0).u8(1).u16(1).pad(16).u32(0x33);
        EXPECT_EQ(walk(reply("RANDR", "GetMonitors"), bytes.finishReply(), order),
                  (FoundList{{Timestamp, 0x10},
                             {Atom, 0x51},
                             {Output, 0x31},
                             {Output, 0x32},
                             {Atom, 0x52},
                             {Output, 0x33}}));
    }
}

TEST(WalkServerMessagesTest, walksRendersFormatsAndVisuals) {
    for (const ByteOrder order : kOrders) {
        auto bytes = replyHeader(order, 0); // QueryPictFormats
        bytes.u32(1).u32(1).u32(2).u32(3).u32(1).pad(4);
        bytes.u32(0x61).u8(1).u8(32).pad(2).pad(16).u32(0x62); // a format
        bytes.u32(2).u32(0x63);                                // a screen, its fallback
        bytes.u8(24).pad(1).u16(2).pad(4).u32(0x21).u32(0x64).u32(0x22).u32(0x65);
        bytes.u8(32).pad(1).u16(1).pad(4).u32(0x23).u32(0x66);
        bytes.u32(0);
        EXPECT_EQ(walk(reply("RENDER", "QueryPictFormats"), bytes.finishReply(), order),
                  (FoundList{{PictFormat, 0x61},
                             {Colormap, 0x62},
                             {PictFormat, 0x63},
                             {Visual, 0x21},
                             {PictFormat, 0x64},
                             {Visual, 0x22},
                             {PictFormat, 0x65},
                             {Visual, 0x23},
                             {PictFormat, 0x66}}));
    }
}

TEST(WalkServerMessagesTest, walksXI2sDeviceClasses) {
    for (const ByteOrder order : kOrders) {
        auto bytes = replyHeader(order, 0); // XIQueryDevice
        bytes.u16(2).pad(22);
        bytes.u16(2).u16(1).u16(3).u16(4).u16(5).u8(1).u8(0); // device 2, attached to 3, 4 classes
        bytes.bytes(std::as_bytes(std::span("mouse", 5))).pad(3);
        bytes.u16(1).u16(2 + 2 + 33).u16(6).u16(33); // 33 buttons: two words of state, 33 labels
        bytes.u32(0).u32(1);
        for (std::uint32_t i = 0; i < 33; ++i)
            bytes.u32(0x100 + i);
        bytes.u16(2).u16(11).u16(7).u16(0).u32(0x201).pad(24).u32(1).u8(0).pad(3); // valuator
        bytes.u16(99).u16(3).u16(8).u16(0xffff).u32(0xffffffff); // of a class that nobody knows yet
        bytes.u16(3).u16(6).u16(9).u16(0).u16(1).pad(2).u32(0).pad(8); // scroll
        bytes.u16(3).u16(2).u16(2).u16(1).u16(8).u8(1).u8(0);          // device 3, one class
        bytes.bytes(std::as_bytes(std::span("keyboard", 8)));
        bytes.u16(0).u16(2 + 2).u16(10).u16(2).u32(38).u32(39);
        FoundList expected{{Device, 2}, {Device, 3}, {Device, 6}};
        for (std::uint32_t i = 0; i < 33; ++i)
            expected.push_back({Atom, 0x100 + i});
        for (const Found& found : FoundList{{Device, 7},
                                            {Atom, 0x201},
                                            {Device, 8},
                                            {Device, 9},
                                            {Device, 3},
                                            {Device, 2},
                                            {Device, 10},
                                            {Keycode, 38},
                                            {Keycode, 39}})
            expected.push_back(found);
        EXPECT_EQ(walk(reply("XInputExtension", "XIQueryDevice"), bytes.finishReply(), order),
                  expected);
    }
}

TEST(WalkServerMessagesTest, sumsOverAListForTheLengthOfAnother) {
    for (const ByteOrder order : kOrders) {
        auto bytes =
            replyHeader(order, 2); // XInput ListInputDevices: two devices, 3 classes in all
        bytes.u8(2).pad(23);
        bytes.u32(0x81).u8(2).u8(2).u8(0).pad(1);
        bytes.u32(0x82).u8(3).u8(1).u8(1).pad(1);
        bytes.u8(1).u8(4).u16(5);                                       // buttons
        bytes.u8(2).u8(8 + 12).u8(1).u8(0).u32(9).u32(1).u32(2).u32(3); // one axis
        bytes.u8(0).u8(8).u8(8).u8(255).u16(248).pad(2);                // keys
        bytes.u8(1).u8('m').u8(1).u8('k');
        EXPECT_EQ(walk(reply("XInputExtension", "ListInputDevices"), bytes.finishReply(), order),
                  (FoundList{{Atom, 0x81},
                             {Device, 2},
                             {Atom, 0x82},
                             {Device, 3},
                             {Keycode, 8},
                             {Keycode, 255}}));
    }
}

TEST(WalkServerMessagesTest, walksXkbsMap) {
    for (const ByteOrder order : kOrders) {
        // GetMap: key types (1), symbols (2), modifier map (4), actions (16), virtual mods (64)
        auto bytes = replyHeader(order, 3);
        bytes.pad(2).u8(8).u8(255).u16(1 | 2 | 4 | 16 | 64);
        bytes.u8(0).u8(2).u8(2);   // types
        bytes.u8(10).u16(3).u8(2); // symbols of keys 10 and 11
        bytes.u8(10).u16(2).u8(3); // actions: 2 on 3 keys
        bytes.u8(0).u8(0).u8(0);   // behaviors
        bytes.u8(0).u8(0).u8(0);   // explicit
        bytes.u8(50).u8(2).u8(2);  // modifier map
        bytes.u8(0).u8(0).u8(0);   // virtual modifier map
        bytes.pad(1).u16(0x0005);  // virtual modifiers 0 and 2
        ASSERT_EQ(bytes.size(), 40u);
        bytes.u8(1).u8(1).u16(0).u8(2).u8(1).u8(1).pad(1); // a type: 1 entry, with preserve
        bytes.u8(1).u8(1).u8(1).u8(1).u16(0).pad(2).u8(0).u8(0).u16(0);
        bytes.u8(1).u8(1).u16(0).u8(2).u8(2).u8(0).pad(1); // a type: 2 entries, without
        bytes.pad(16);
        bytes.u8(0).pad(3).u8(1).u8(2).u16(2).u32(0x61).u32(0x41); // key 10: two symbols
        bytes.u8(0).pad(3).u8(1).u8(1).u16(1).u32(0x62);           // key 11: one
        bytes.u8(1).u8(0).u8(1).pad(1).pad(16);                    // counts, padded; two actions
        bytes.u8(1).u8(2).pad(2);                                  // virtual modifiers, padded
        bytes.u8(50).u8(1).u8(62).u8(1);                           // modifier map
        EXPECT_EQ(walk(reply("XKEYBOARD", "GetMap"), bytes.finishReply(), order),
                  (FoundList{{Device, 3},
                             {Keycode, 8},
                             {Keycode, 255},
                             {Keycode, 10},
                             {Keycode, 10},
                             {Keycode, 0},
                             {Keycode, 0},
                             {Keycode, 50},
                             {Keycode, 0},
                             {Keysym, 0x61},
                             {Keysym, 0x41},
                             {Keysym, 0x62},
                             {Keycode, 50},
                             {Keycode, 62}}));
    }
}

TEST(WalkServerMessagesTest, walksXI2Events) {
    for (const ByteOrder order : kOrders) {
        auto bytes = genericHeader(order, 2); // KeyPress
        bytes.u16(3).u32(0x10).u32(38).u32(0x21).u32(0x22).u32(0x23).pad(16);
        bytes.u16(1).u16(1).u16(9).pad(2).u32(0).pad(16).pad(4);
        bytes.u32(0).u32(3).pad(16);
        EXPECT_EQ(walk(*genericEventSchema(*extensionByName("XInputExtension"), 2),
                       bytes.finishReply(), order),
                  (FoundList{{MajorOpcode, 131},
                             {Device, 3},
                             {Timestamp, 0x10},
                             {Keycode, 38},
                             {Window, 0x21},
                             {Window, 0x22},
                             {Window, 0x23},
                             {Device, 9}}));
        auto changed = genericHeader(order, 1); // DeviceChanged
        changed.u16(2).u32(0x10).u16(1).u16(6).u8(1).pad(11);
        changed.u16(1).u16(2 + 1 + 2).u16(6).u16(2).u32(0).u32(0x31).u32(0x32);
        EXPECT_EQ(walk(*genericEventSchema(*extensionByName("XInputExtension"), 1),
                       changed.finishReply(), order),
                  (FoundList{{MajorOpcode, 131},
                             {Device, 2},
                             {Timestamp, 0x10},
                             {Device, 6},
                             {Device, 6},
                             {Atom, 0x31},
                             {Atom, 0x32}}));
    }
}

TEST(WalkServerMessagesTest, tellsRandrsNotificationsApart) {
    const ExtensionSchema& randr = *extensionByName("RANDR");
    for (const ByteOrder order : kOrders) {
        MessageBuilder crtc(order, 0);
        crtc.u8(90).u8(0).u16(7).u32(0x10).u32(0x21).u32(0x31).u32(0x41).pad(12);
        EXPECT_EQ(walk(*eventSchema(randr, 1, {}), crtc.finish(), order),
                  (FoundList{{Timestamp, 0x10}, {Window, 0x21}, {Crtc, 0x31}, {Mode, 0x41}}));
        MessageBuilder property(order, 0);
        property.u8(90).u8(2).u16(7).u32(0x21).u32(0x51).u32(0x61).u32(0x10).pad(12);
        EXPECT_EQ(walk(*eventSchema(randr, 1, {}), property.finish(), order),
                  (FoundList{{Window, 0x21}, {Output, 0x51}, {Atom, 0x61}, {Timestamp, 0x10}}));
    }
}

TEST(WalkServerMessagesTest, tellsXkbsEventsApartByTheirSecondByte) {
    const ExtensionSchema& xkb = *extensionByName("XKEYBOARD");
    EXPECT_EQ(xkb.eventCodes, 1);
    MessageBuilder bell(ByteOrder::Big, 0);
    bell.u8(85).u8(8).u16(7).u32(0x10).u8(3).u8(0).u8(0).u8(50).u16(1).u16(2).u32(0x61).u32(0x21);
    bell.pad(8);
    const auto message = bell.finish();
    const MessageSchema* schema = eventSchema(xkb, 0, message);
    ASSERT_NE(schema, nullptr);
    EXPECT_EQ(schema->name, "BellNotify");
    EXPECT_EQ(walk(*schema, message, ByteOrder::Big),
              (FoundList{{Timestamp, 0x10}, {Device, 3}, {Atom, 0x61}, {Window, 0x21}}));
    EXPECT_EQ(eventSchema(xkb, 1, message), nullptr);
    EXPECT_EQ(eventSchema(xkb, 0, {}), nullptr);
}

TEST(WalkServerMessagesTest, findsCodesAndIdsInErrors) {
    const auto kinds = [](const MessageSchema& schema) {
        MessageBuilder error(ByteOrder::Little, 0);
        error.u8(0).u8(3).u16(7).u32(0x200001).u16(0).u8(140).pad(21);
        return walk(schema, error.finish(), ByteOrder::Little);
    };
    const auto& core = extensions().front().errors;
    EXPECT_EQ(kinds(*core[3]), (FoundList{{Window, 0x200001}, {MajorOpcode, 140}}));
    EXPECT_EQ(kinds(*core[5]), (FoundList{{Atom, 0x200001}, {MajorOpcode, 140}}));
    EXPECT_EQ(kinds(*core[14]), (FoundList{{Xid, 0x200001}, {MajorOpcode, 140}}));
    EXPECT_EQ(kinds(*core[2]), (FoundList{{MajorOpcode, 140}})); // BadValue: any number
    EXPECT_EQ(kinds(*extensionByName("SYNC")->errors[0]).front().kind, Counter);
    EXPECT_EQ(kinds(*extensionByName("RENDER")->errors[3]).front().kind, GlyphSet);
    EXPECT_EQ(kinds(*extensionByName("XFIXES")->errors[1]).front().kind, Barrier);
    EXPECT_EQ(kinds(*extensionByName("MIT-SHM")->errors[0]).front().kind, ShmSegment);
}

TEST(WalkServerMessagesTest, marksTheCodesOfRequestsInsideOfEvents) {
    MessageBuilder completion(ByteOrder::Little, 0);
    completion.u8(70).u8(0).u16(7).u32(0x21).u16(3).u8(130).pad(1).u32(0x91).u32(0).pad(12);
    EXPECT_EQ(walk(*eventSchema(*extensionByName("MIT-SHM"), 0, {}), completion.finish(),
                   ByteOrder::Little),
              (FoundList{{Drawable, 0x21}, {MajorOpcode, 130}, {ShmSegment, 0x91}}));
}

} // namespace
} // namespace entracte::wire
