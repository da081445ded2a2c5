// Requests of programs as a moved-to server must see them, in both byte orders.

#include "tests/xproxy/proxy/TwoWorlds.h"

namespace entracte::xproxy {
namespace {

namespace core = wire::core;
using TranslateRequestsTest = TwoWorlds;

TEST_F(TranslateRequestsTest, createWindowWithItsValueList) {
    expectRequest(Ext::Core, core::kCreateWindow, [](const World& w, ByteOrder order) {
        constexpr std::uint32_t kBackPixmap = 1, kBorderPixel = 8, kEventMask = 2048,
                                kColormap = 8192, kCursor = 16384;
        return bytes(order)
            .u8(1)
            .u8(24)
            .u16(0)
            .u32(w.id(1))
            .u32(w.root)
            .u16(0x1e7)
            .u16(0x21)
            .u16(640)
            .u16(480)
            .u16(0)
            .u16(1)
            .u32(w.visual)
            .u32(kBackPixmap | kBorderPixel | kEventMask | kColormap | kCursor)
            .u32(w.id(7))
            .u32(0x400008)
            .u32(0x400009)
            .u32(w.colormap)
            .u32(w.id(10))
            .finish();
    });
}

TEST_F(TranslateRequestsTest, leavesSpecialValuesAlone) {
    // ParentRelative and CopyFromParent, CopyFromParent as visual, None as cursor
    const auto window = [](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(1)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(w.root)
            .u16(0)
            .u16(0)
            .u16(1)
            .u16(1)
            .u16(0)
            .u16(0)
            .u32(0)
            .u32(1 | 4 | 8192 | 16384)
            .u32(1)
            .u32(0)
            .u32(0)
            .u32(0)
            .finish();
    };
    expectRequest(Ext::Core, core::kCreateWindow, window);
    const auto focus = [](const World&, ByteOrder order) { // PointerRoot, CurrentTime
        return bytes(order).u8(42).u8(1).u16(0).u32(1).u32(0).finish();
    };
    expectRequest(Ext::Core, core::kSetInputFocus, focus);
}

TEST_F(TranslateRequestsTest, wmHintsInAProperty) {
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

TEST_F(TranslateRequestsTest, atomsInAProperty) {
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

TEST_F(TranslateRequestsTest, transientForWithBigRequests) {
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

TEST_F(TranslateRequestsTest, leavesTextAndNumbersInPropertiesAlone) {
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

TEST_F(TranslateRequestsTest, aPropertyThatIsShorterThanItSays) {
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

TEST_F(TranslateRequestsTest, clientMessageInsideOfSendEvent) {
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

TEST_F(TranslateRequestsTest, selectionNotifyInsideOfSendEvent) {
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

TEST_F(TranslateRequestsTest, anExtensionsEventInsideOfSendEvent) {
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

TEST_F(TranslateRequestsTest, fontsAmongPolyText8sItems) {
    expectRequest(Ext::Core, core::kPolyText8, [](const World& w, ByteOrder order) {
        const std::uint32_t font = w.id(0x33);
        return bytes(order)
            .u8(74)
            .u8(0)
            .u16(0)
            .u32(w.id(1))
            .u32(w.id(2))
            .u16(10)
            .u16(20)
            .u8(255)
            .u8(std::uint8_t(font >> 24))
            .u8(std::uint8_t(font >> 16)) // big end first
            .u8(std::uint8_t(font >> 8))
            .u8(std::uint8_t(font))
            .u8(2)
            .u8(0)
            .u8('h')
            .u8('i')
            .u8(0)
            .u8(0)
            .finish();
    });
}

TEST_F(TranslateRequestsTest, killClientNamesAnyResource) {
    expectRequest(Ext::Core, core::kKillClient, [](const World& w, ByteOrder order) {
        return bytes(order).u8(113).u8(0).u16(0).u32(w.stranger).finish();
    });
    expectRequest(Ext::Core, core::kKillClient, [](const World&, ByteOrder order) {
        return bytes(order).u8(113).u8(0).u16(0).u32(0).finish(); // AllTemporary
    });
}

TEST_F(TranslateRequestsTest, tileFontAndClipMaskOfAGraphicsContext) {
    expectRequest(Ext::Core, core::kChangeGC, [](const World& w, ByteOrder order) {
        constexpr std::uint32_t kForeground = 4, kTile = 1u << 10, kFont = 1u << 14,
                                kClipXOrigin = 1u << 17, kClipMask = 1u << 19;
        return bytes(order)
            .u8(56)
            .u8(0)
            .u16(0)
            .u32(w.id(2))
            .u32(kForeground | kTile | kFont | kClipXOrigin | kClipMask)
            .u32(0x400001)
            .u32(w.id(5))
            .u32(w.id(6))
            .u32(0x1e7)
            .u32(w.id(8))
            .finish();
    });
}

TEST_F(TranslateRequestsTest, glyphSetSwitchesOfRender) {
    expectRequest(Ext::Render, wire::render::kCompositeGlyphs8,
                  [](const World& w, ByteOrder order) {
                      return bytes(order)
                          .u8(w.major(Ext::Render))
                          .u8(23)
                          .u16(0)
                          .u8(3)
                          .pad(3)
                          .u32(w.id(1))
                          .u32(w.id(2))
                          .u32(w.format)
                          .u32(w.id(0x40))
                          .u16(0)
                          .u16(0)
                          .u8(2)
                          .pad(3)
                          .u16(5)
                          .u16(6)
                          .u8('a')
                          .u8('b')
                          .pad(2)
                          .u8(255)
                          .pad(3)
                          .u16(0)
                          .u16(0)
                          .u32(w.id(0x41))
                          .u8(1)
                          .pad(3)
                          .u16(5)
                          .u16(6)
                          .u8('c')
                          .pad(3)
                          .finish();
                  });
}

TEST_F(TranslateRequestsTest, timesOfTheOldServerBecomeTheArrivalAtTheNewOne) {
    for (const ByteOrder order : kOrders) {
        const auto own = [&](std::uint32_t owner, std::uint32_t atom, std::uint32_t time) {
            return bytes(order).u8(22).u8(0).u16(0).u32(owner).u32(atom).u32(time).finish();
        };
        Bytes message = own(client.id(1), client.atom("CLIPBOARD"), 42'000);
        translator.request(requestSchema(Ext::Core, core::kSetSelectionOwner), Ext::Core, message,
                           order, false);
        EXPECT_EQ(hex(message), hex(own(server.id(1), server.atom("CLIPBOARD"), 1'000)));
    }
}

TEST_F(TranslateRequestsTest, devicesAndEventClassesOfXInput) {
    expectRequest(Ext::XInput, wire::xinput::kOpenDevice, [](const World& w, ByteOrder order) {
        return bytes(order).u8(w.major(Ext::XInput)).u8(3).u16(0).u8(w.device).pad(3).finish();
    });
    expectRequest(Ext::XInput, wire::xinput::kSelectExtensionEvent,
                  [](const World& w, ByteOrder order) {
                      const auto eventClass =
                          static_cast<std::uint32_t>(w.device << 8 | w.event(Ext::XInput, 3));
                      return bytes(order)
                          .u8(w.major(Ext::XInput))
                          .u8(6)
                          .u16(0)
                          .u32(w.id(1))
                          .u16(1)
                          .u16(0)
                          .u32(eventClass)
                          .finish();
                  });
}

TEST_F(TranslateRequestsTest, everyBeginningOfARequestIsHarmless) {
    const auto whole = [&](ByteOrder order) {
        return bytes(order)
            .u8(client.major(Ext::Render))
            .u8(23)
            .u16(0)
            .u8(3)
            .pad(3)
            .u32(client.id(1))
            .u32(client.id(2))
            .u32(client.format)
            .u32(client.id(0x40))
            .u16(0)
            .u16(0)
            .u8(255)
            .pad(3)
            .u16(0)
            .u16(0)
            .u32(client.id(0x41))
            .finish();
    };
    for (const ByteOrder order : kOrders) {
        const Bytes message = whole(order);
        for (std::size_t size = 4; size < message.size(); size += 4) {
            Bytes part(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
            translator.request(requestSchema(Ext::Render, 23), Ext::Render, part, order, false);
            EXPECT_EQ(part[0], std::byte{server.major(Ext::Render)});
        }
    }
}

} // namespace
} // namespace entracte::xproxy
