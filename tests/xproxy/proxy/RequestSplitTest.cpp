// Requests that are longer than a server takes: the parts do what the whole would have done.

#include "xproxy/proxy/RequestSplit.h"

#include <gtest/gtest.h>

namespace entracte::xproxy {
namespace {

namespace core = wire::core;

constexpr ByteOrder kOrders[] = {ByteOrder::Little, ByteOrder::Big};
constexpr std::size_t kMost = 64; // bytes

std::vector<Bytes> split(std::uint8_t opcode, const Bytes& request, ByteOrder order,
                         bool big = false) {
    SetupInfo setup;
    setup.bitmapScanlinePad = 32;
    setup.formats = {{1, 1, 32}, {24, 32, 32}};
    auto parts = splitRequest(Ext::Core, opcode, MessageView(request, order, big), kMost, setup);
    for (const Bytes& part : parts) {
        EXPECT_LE(part.size(), kMost);
        EXPECT_EQ(MessageView(part, order).get(wire::header::requestLength) * 4u, part.size());
    }
    return parts;
}

Bytes property(ByteOrder order, std::uint8_t mode, std::string_view text) {
    return MessageBuilder::request(order, core::kChangeProperty, mode)
        .u32(0x400001)
        .u32(39)
        .u32(31)
        .u8(8)
        .pad(3)
        .u32(static_cast<std::uint32_t>(text.size()))
        .bytes(bytesOf(text))
        .finish();
}

// What a property holds that held "-" before.
std::string applied(const std::vector<Bytes>& parts, ByteOrder order) {
    std::string value = "-";
    for (const Bytes& part : parts) {
        const MessageView view(part, order);
        const std::string some = textOf(
            view.part(core::ChangeProperty::kFixedSize, view.get(core::ChangeProperty::data_len)));
        EXPECT_EQ(view.u32(4), 0x400001u);
        if (view.u8(1) == core::PropMode::Replace)
            value = some;
        else
            value = view.u8(1) == core::PropMode::Append ? value + some : some + value;
    }
    return value;
}

TEST(RequestSplitTest, partsOfAPropertyAddUpInEveryMode) {
    std::string text;
    for (int i = 0; i < 200; ++i)
        text += static_cast<char>('a' + i % 26);
    for (const ByteOrder order : kOrders) {
        const auto made = [&](std::uint8_t mode) {
            return applied(split(core::kChangeProperty, property(order, mode, text), order), order);
        };
        EXPECT_EQ(made(core::PropMode::Replace), text);
        EXPECT_EQ(made(core::PropMode::Append), "-" + text);
        EXPECT_EQ(made(core::PropMode::Prepend), text + "-");
    }
}

using Points = std::vector<std::pair<std::int16_t, std::int16_t>>;

// Where points are; a line's are told as its ends, two by two.
Points drawn(const std::vector<Bytes>& parts, ByteOrder order, bool isLine) {
    Points found;
    for (const Bytes& part : parts) {
        const MessageView view(part, order);
        std::pair<std::int16_t, std::int16_t> at{};
        for (std::size_t i = core::PolyPoint::kFixedSize; i < part.size(); i += 4) {
            const auto before = at;
            at = {static_cast<std::int16_t>(view.u16(i)),
                  static_cast<std::int16_t>(view.u16(i + 2))};
            if (view.u8(1) == 1 && i > core::PolyPoint::kFixedSize)
                at = {static_cast<std::int16_t>(before.first + at.first),
                      static_cast<std::int16_t>(before.second + at.second)};
            if (isLine && i > core::PolyPoint::kFixedSize)
                found.push_back(before);
            if (!isLine || i > core::PolyPoint::kFixedSize)
                found.push_back(at);
        }
    }
    return found;
}

TEST(RequestSplitTest, pointsAndLinesStayWhereTheyAreHoweverTheyAreCounted) {
    for (const ByteOrder order : kOrders)
        for (const std::uint8_t mode : {std::uint8_t{0}, std::uint8_t{1}})
            for (const std::uint8_t opcode : {core::kPolyPoint, core::kPolyLine}) {
                auto whole = MessageBuilder::request(order, opcode, mode);
                whole.u32(1).u32(2);
                for (std::uint16_t i = 0; i < 50; ++i)
                    whole.u16(i * 3).u16(static_cast<std::uint16_t>(-i * 700));
                const Bytes request = whole.finish();
                const bool isLine = opcode == core::kPolyLine;
                const auto parts = split(opcode, request, order);
                EXPECT_GT(parts.size(), 3u);
                EXPECT_EQ(drawn(parts, order, isLine), drawn({request}, order, isLine));
            }
}

TEST(RequestSplitTest, rowsOfAnImageFollowOneAnother) {
    for (const ByteOrder order : kOrders) {
        auto whole = MessageBuilder::request(order, core::kPutImage, core::ImageFormat::ZPixmap);
        whole.u32(1).u32(2).u16(3).u16(9).u16(5).u16(7).u8(0).u8(24).pad(2);
        for (std::uint32_t i = 0; i < 3 * 9; ++i)
            whole.u32(i);
        std::uint32_t next = 0;
        for (const Bytes& part : split(core::kPutImage, whole.finish(), order)) {
            const MessageView view(part, order);
            EXPECT_EQ(view.get(core::PutImage::dst_y), 7 + static_cast<int>(next / 3));
            EXPECT_EQ(part.size(), core::PutImage::kFixedSize +
                                       view.get(core::PutImage::height) * std::size_t{12});
            for (std::size_t at = core::PutImage::kFixedSize; at < part.size(); at += 4)
                EXPECT_EQ(view.u32(at), next++);
        }
        EXPECT_EQ(next, 27u);
    }
}

TEST(RequestSplitTest, theLongerHeaderOfTheWholeIsNoPartOfTheParts) {
    Bytes request = property(wire::kHostOrder, core::PropMode::Replace, std::string(100, 'x'));
    const auto words = static_cast<std::uint32_t>(request.size() / 4 + 1);
    request.insert(request.begin() + 4, 4, std::byte{0});
    put16(request, 2, 0, wire::kHostOrder);
    put32(request, 4, words, wire::kHostOrder);
    EXPECT_EQ(
        applied(split(core::kChangeProperty, request, wire::kHostOrder, true), wire::kHostOrder),
        std::string(100, 'x'));
    EXPECT_EQ(withShortHeader(MessageView(request, wire::kHostOrder, true)),
              property(wire::kHostOrder, core::PropMode::Replace, std::string(100, 'x')));
}

TEST(RequestSplitTest, whatIsMalformedOrOnePieceIsNotDivided) {
    Bytes request = property(wire::kHostOrder, core::PropMode::Replace, std::string(100, 'x'));
    put32(request, core::ChangeProperty::data_len.offset, 5000, wire::kHostOrder);
    EXPECT_TRUE(split(core::kChangeProperty, request, wire::kHostOrder).empty());
    EXPECT_TRUE(split(core::kFillPoly, Bytes(400), wire::kHostOrder).empty());
    auto segments = MessageBuilder::request(wire::kHostOrder, core::kPolySegment, 0);
    EXPECT_TRUE(
        split(core::kPolySegment, segments.pad(8).pad(100).finish(), wire::kHostOrder).empty());
}

} // namespace
} // namespace entracte::xproxy
