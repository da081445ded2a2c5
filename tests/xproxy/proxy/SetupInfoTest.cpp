// The server's answer to a connection's setup, hand-written in both byte orders, and every way of
// lying in it.

#include "xproxy/proxy/SetupInfo.h"
#include "tests/xproxy/proxy/TwoWorlds.h"

namespace entracte::xproxy {
namespace {

// The length field last: in words, of what follows the first 8 bytes.
Bytes withLength(MessageBuilder& builder, ByteOrder order, std::uint16_t minor) {
    builder.align(4);
    const std::size_t size = builder.size();
    Bytes bytes = builder.finish();
    put16(bytes, 2, 11, order);
    put16(bytes, 4, minor, order);
    put16(bytes, 6, static_cast<std::uint16_t>(size / 4 - 2), order);
    return bytes;
}

Bytes setupReply(ByteOrder order) {
    MessageBuilder b(order, 0);
    b.u8(1).u8(0).u16(11).u16(0).u16(0).u32(12101007).u32(0x00600000).u32(0x001fffff).u32(256);
    b.u16(5).u16(0xffff).u8(1).u8(2).u8(0).u8(1).u8(32).u8(16).u8(8).u8(255).pad(4);
    b.u8('T').u8('.').u8('X').u8('.').u8('O').pad(3);
    b.u8(1).u8(1).u8(32).pad(5);
    b.u8(24).u8(32).u8(8).pad(5);
    b.u32(0x1e7).u32(0x20).u32(0xffffff).u32(0x010203).u32(0xfa8033).u16(1280).u16(800);
    b.u16(338).u16(211).u16(1).u16(2).u32(0x21).u8(2).u8(1).u8(24).u8(2);
    b.u8(24).u8(0).u16(2).pad(4);
    b.u32(0x21).u8(4).u8(8).u16(256).u32(0xff0000).u32(0xff00).u32(0xff).pad(4);
    b.u32(0x22).u8(5).u8(8).u16(256).u32(0xff0000).u32(0xff00).u32(0xff).pad(4);
    b.u8(32).u8(0).u16(1).pad(4);
    b.u32(0x4a).u8(4).u8(8).u16(256).u32(0xff0000).u32(0xff00).u32(0xff).pad(4);
    return withLength(b, order, 0);
}

TEST(SetupInfoTest, readsAHandWrittenReply) {
    for (const ByteOrder order : kOrders) {
        const auto parsed = parseSetup(setupReply(order), order);
        ASSERT_TRUE(parsed.has_value());
        EXPECT_EQ(parsed->release, 12101007u);
        EXPECT_EQ(parsed->range(), (XidRange{0x600000, 0x1fffff}));
        EXPECT_EQ(parsed->motionBufferSize, 256u);
        EXPECT_EQ(parsed->maxRequestLength, 0xffffu);
        EXPECT_EQ(parsed->vendor, "T.X.O");
        EXPECT_EQ(parsed->bitmapBitOrder, 1);
        EXPECT_EQ(parsed->bitmapScanlineUnit, 32);
        EXPECT_EQ(parsed->bitmapScanlinePad, 16);
        EXPECT_EQ(parsed->minKeycode, 8);
        EXPECT_EQ(parsed->maxKeycode, 255);
        ASSERT_EQ(parsed->formats.size(), 2u);
        EXPECT_EQ(*parsed->format(24), (PixmapFormat{24, 32, 8}));
        EXPECT_EQ(parsed->format(16), nullptr);
        ASSERT_EQ(parsed->screens.size(), 1u);
        const ScreenInfo& screen = parsed->screens[0];
        EXPECT_EQ(screen.root, 0x1e7u);
        EXPECT_EQ(screen.defaultColormap, 0x20u);
        EXPECT_EQ(screen.blackPixel, 0x010203u);
        EXPECT_EQ(screen.currentInputMasks, 0xfa8033u);
        EXPECT_EQ(screen.width, 1280);
        EXPECT_EQ(screen.height, 800);
        EXPECT_EQ(screen.heightMm, 211);
        EXPECT_EQ(screen.maxInstalledMaps, 2);
        EXPECT_EQ(screen.rootVisual, 0x21u);
        EXPECT_EQ(screen.rootDepth, 24);
        ASSERT_EQ(screen.depths.size(), 2u);
        ASSERT_EQ(screen.depths[0].visuals.size(), 2u);
        EXPECT_EQ(parsed->depthOf(0x4a), 32);
        EXPECT_EQ(parsed->depthOf(0x99), 0);
        ASSERT_NE(parsed->visual(0x22), nullptr);
        EXPECT_EQ(parsed->visual(0x22)->visualClass, 5);
        EXPECT_EQ(parsed->visual(0x22)->greenMask, 0xff00u);
        EXPECT_TRUE(parsed->visual(0x21)->looksLike(*parsed->visual(0x4a)));
        EXPECT_FALSE(parsed->visual(0x21)->looksLike(*parsed->visual(0x22)));
    }
}

TEST(SetupInfoTest, writesWhatItReadInEitherOrder) {
    for (const ByteOrder from : kOrders)
        for (const ByteOrder to : kOrders) {
            const auto parsed = parseSetup(setupReply(from), from);
            ASSERT_TRUE(parsed.has_value());
            EXPECT_EQ(hex(serializeSetup(*parsed, to)), hex(setupReply(to)));
        }
}

TEST(SetupInfoTest, aReplyCutAnywhereIsAnError) {
    for (const ByteOrder order : kOrders) {
        const Bytes whole = setupReply(order);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_FALSE(parseSetup(part, order).has_value()) << "cut at " << size;
        }
    }
}

TEST(SetupInfoTest, aReplyThatEndsBeforeItsCountsSayIsAnError) {
    for (const ByteOrder order : kOrders) {
        const Bytes whole = setupReply(order);
        for (std::size_t size = 8; size < whole.size(); size += 4) {
            Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            put16(part, 6, static_cast<std::uint16_t>(size / 4 - 2), order); // and says so
            EXPECT_FALSE(parseSetup(part, order).has_value()) << "ends at " << size;
        }
    }
}

TEST(SetupInfoTest, noByteOfItCanDoHarm) {
    for (const ByteOrder order : kOrders) {
        const Bytes whole = setupReply(order);
        for (std::size_t at = 0; at < whole.size(); ++at)
            for (const unsigned value : {0x00u, 0x7fu, 0x80u, 0xffu}) {
                Bytes lying = whole;
                lying[at] = static_cast<std::byte>(value);
                if (const auto parsed = parseSetup(lying, order)) {
                    EXPECT_FALSE(parsed->screens.empty());
                    EXPECT_LE(serializeSetup(*parsed, order).size(), whole.size() + 3);
                }
            }
    }
}

TEST(SetupInfoTest, refusesARangeThatIsNone) {
    for (const ByteOrder order : kOrders) {
        for (const std::uint32_t mask : {0u, 0x0fu, 0x1ffffeu, 0xffffffffu}) {
            Bytes lying = setupReply(order);
            put32(lying, 16, mask, order);
            EXPECT_FALSE(parseSetup(lying, order).has_value()) << std::hex << mask;
        }
        Bytes inside = setupReply(order);
        put32(inside, 12, 0x00600001, order);
        EXPECT_FALSE(parseSetup(inside, order).has_value());
    }
}

TEST(SetupInfoTest, handsOnWhyTheServerRefuses) {
    for (const ByteOrder order : kOrders) {
        MessageBuilder b(order, 0);
        b.u8(0).u8(9).u16(11).u16(0).u16(0);
        for (const char c : std::string_view("no cookie"))
            b.u8(static_cast<std::uint8_t>(c));
        const auto parsed = parseSetup(withLength(b, order, 0), order);
        ASSERT_FALSE(parsed.has_value());
        EXPECT_EQ(parsed.error().code(), ErrorCode::ScreenUnavailable);
        EXPECT_NE(parsed.error().detail().find("no cookie"), std::string::npos);
    }
}

} // namespace
} // namespace entracte::xproxy
