// Identifiers in bytes that the protocol does not type: properties of programs, and events that
// they send.

#include "tests/xproxy/proxy/TwoWorlds.h"

namespace entracte::xproxy {
namespace {

namespace core = wire::core;
using TranslateOpaqueTest = TwoWorlds;

TEST_F(TranslateOpaqueTest, wmHintsInAProperty) {
    expectRequest(Ext::Core, core::kChangeProperty, [](const World& w, ByteOrder order) {
        constexpr std::uint32_t kWmHints = 35;
        return bytes(order)
            .u8(18)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(kWmHints)
            .u32(kWmHints)
            .u8(32)
            .pad(3)
            .u32(9)
            .u32(0x67)
            .u32(0x400001)
            .u32(1) // flags, input and state: numbers
            .u32(w.id(0x11))
            .u32(w.id(0x12))
            .u32(300)
            .u32(301)
            .u32(w.id(0x13))
            .u32(w.id(1))
            .finish();
    });
}

TEST_F(TranslateOpaqueTest, atomsInAProperty) {
    expectRequest(Ext::Core, core::kChangeProperty, [](const World& w, ByteOrder order) {
        constexpr std::uint32_t kAtom = 4;
        return bytes(order)
            .u8(18)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(w.atom("WM_PROTOCOLS"))
            .u32(kAtom)
            .u8(32)
            .pad(3)
            .u32(3)
            .u32(w.atom("WM_DELETE_WINDOW"))
            .u32(w.atom("_NET_WM_PING"))
            .u32(39) // 39: WM_NAME
            .finish();
    });
}

TEST_F(TranslateOpaqueTest, transientForWithBigRequests) {
    constexpr std::uint32_t kTransientFor = 68, kWindow = 33;
    for (const ByteOrder order : kOrders) {
        const auto message = [&](const World& w) {
            Bytes made = bytes(order)
                             .u8(18)
                             .u8(0)
                             .u16(0)
                             .u32(8) // 0, then the length in words
                             .u32(w.id(1))
                             .u32(kTransientFor)
                             .u32(kWindow)
                             .u8(32)
                             .pad(3)
                             .u32(1)
                             .u32(w.id(2))
                             .finish();
            put16(made, 2, 0, order);
            return made;
        };
        Bytes given = message(client);
        translator.request(requestSchema(Ext::Core, core::kChangeProperty), Ext::Core, given, order,
                           true);
        EXPECT_EQ(hex(given), hex(message(server)));
    }
}

TEST_F(TranslateOpaqueTest, leavesTextAndNumbersInPropertiesAlone) {
    expectRequest(Ext::Core, core::kChangeProperty, [](const World& w, ByteOrder order) {
        constexpr std::uint32_t kWmName = 39;
        return bytes(order)
            .u8(18)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(kWmName)
            .u32(w.atom("UTF8_STRING"))
            .u8(8)
            .pad(3)
            .u32(4)
            .u32(0x00400001)
            .finish();
    });
}

TEST_F(TranslateOpaqueTest, aPropertyThatIsShorterThanItSays) {
    expectRequest(Ext::Core, core::kChangeProperty, [](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(18)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(68)
            .u32(33)
            .u8(32)
            .pad(3)
            .u32(0x40000001)
            .u32(w.id(2))
            .finish();
    });
}

TEST_F(TranslateOpaqueTest, clientMessageInsideOfSendEvent) {
    expectRequest(Ext::Core, core::kSendEvent, [](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(25)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(0)
            .u8(33)
            .u8(32)
            .u16(0)
            .u32(w.id(1))
            .u32(w.atom("WM_PROTOCOLS"))
            .u32(w.atom("_NET_WM_PING"))
            .u32(w.time)
            .u32(w.id(1))
            .u32(0x400001)
            .u32(0)
            .finish();
    });
    expectRequest(Ext::Core, core::kSendEvent, [](const World& w, ByteOrder order) {
        return bytes(order) // without a ping, the third word is a number
            .u8(25)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(0)
            .u8(33)
            .u8(32)
            .u16(0)
            .u32(w.id(1))
            .u32(w.atom("WM_PROTOCOLS"))
            .u32(w.atom("WM_DELETE_WINDOW"))
            .u32(w.time)
            .u32(0x400001)
            .u32(0)
            .u32(0)
            .finish();
    });
}

TEST_F(TranslateOpaqueTest, selectionNotifyInsideOfSendEvent) {
    expectRequest(Ext::Core, core::kSendEvent, [](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(25)
            .u8(0)
            .u16(0)
            .u32(w.stranger)
            .u32(0)
            .u8(31)
            .u8(0)
            .u16(0)
            .u32(w.time)
            .u32(w.stranger)
            .u32(w.atom("CLIPBOARD"))
            .u32(w.atom("TARGETS"))
            .u32(w.atom("_ITS_NAME"))
            .pad(8)
            .finish();
    });
}

TEST_F(TranslateOpaqueTest, anExtensionsEventInsideOfSendEvent) {
    expectRequest(Ext::Core, core::kSendEvent, [](const World& w, ByteOrder order) {
        return bytes(order) // ShmCompletion: drawable, minor, major, segment, offset
            .u8(25)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(0)
            .u8(w.event(Ext::Shm, 0))
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u16(3)
            .u8(w.major(Ext::Shm))
            .u8(0)
            .u32(w.id(0x22))
            .u32(0x400001)
            .pad(12)
            .finish();
    });
}

// Names of properties are atoms, and so are the values of those that are texts; POINT_SIZE is a
// number.
TEST_F(TranslateOpaqueTest, textsThatAFontHasAmongItsProperties) {
    constexpr std::uint32_t kPointSize = 59;
    constexpr std::uint32_t kFamilyName = 64;
    const auto question = [](const World& w, ByteOrder order) {
        return bytes(order).u8(core::kQueryFont).u8(0).u16(2).u32(w.id(1)).finish();
    };
    expectReply(Ext::Core, core::kQueryFont, question, [&](const World& w, ByteOrder order) {
        Bytes reply = bytes(order)
                          .u8(1)
                          .pad(core::QueryFontReply::kFixedSize - 1)
                          .u32(w.atom("FOUNDRY"))
                          .u32(w.atom("_ITS_NAME"))
                          .u32(kPointSize)
                          .u32(301)
                          .u32(kFamilyName)
                          .u32(w.atom("CLIPBOARD"))
                          .finish();
        put16(reply, core::QueryFontReply::properties_len.offset, 3, order);
        return reply;
    });
}

} // namespace
} // namespace entracte::xproxy
