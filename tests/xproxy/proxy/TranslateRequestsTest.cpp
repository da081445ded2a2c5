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
