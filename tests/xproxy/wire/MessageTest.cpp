#include "xproxy/wire/Message.h"
#include "xproxy/wire/Requests.h"

#include <gtest/gtest.h>

namespace entracte::wire {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> result;
    for (const int value : values)
        result.push_back(static_cast<std::byte>(value));
    return result;
}

TEST(MessageTest, buildsARequestInEitherByteOrder) {
    for (const ByteOrder order : {ByteOrder::Little, ByteOrder::Big}) {
        const auto message = MessageBuilder::request(order, core::kMapWindow, 0)
                                 .set(core::MapWindow::window, 0x01020304)
                                 .finish();
        const auto little = bytes({8, 0, 2, 0, 4, 3, 2, 1});
        const auto big = bytes({8, 0, 0, 2, 1, 2, 3, 4});
        EXPECT_EQ(message, order == ByteOrder::Little ? little : big);
        EXPECT_EQ(MessageView(message, order).get(core::MapWindow::window), 0x01020304u);
    }
}

TEST(MessageTest, padsToWordsAndWritesTheLength) {
    const auto message = MessageBuilder::request(ByteOrder::Little, core::kInternAtom, 1,
                                                 core::InternAtom::kFixedSize)
                             .set(core::InternAtom::name_len, 5)
                             .bytes(bytes({'h', 'e', 'l', 'l', 'o'}))
                             .finish();
    EXPECT_EQ(message, bytes({16, 1, 4, 0, 5, 0, 0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0, 0}));
}

TEST(MessageTest, givesALongRequestTheBigRequestsHeader) {
    const std::vector<std::byte> data(4 * 65536, std::byte{7});
    const auto message =
        MessageBuilder::request(ByteOrder::Big, core::kPutImage, 2, core::PutImage::kFixedSize)
            .set(core::PutImage::drawable, 0x11223344)
            .bytes(data)
            .finish();
    ASSERT_EQ(message.size(), 4 + core::PutImage::kFixedSize + data.size());
    const MessageView view(message, ByteOrder::Big, true);
    EXPECT_EQ(view.u16(2), 0);
    EXPECT_EQ(load<std::uint32_t>(message.data() + 4, ByteOrder::Big), message.size() / 4);
    EXPECT_EQ(view.get(core::PutImage::drawable), 0x11223344u);
    EXPECT_EQ(view.get(core::PutImage::format), 2);
    EXPECT_EQ(view.tail(core::PutImage::kFixedSize).size(), data.size());
    EXPECT_EQ(view.size(), message.size() - 4);
}

TEST(MessageTest, countsTheLengthOfAReplyFromItsFirst32Bytes) {
    const auto message = MessageBuilder::reply(ByteOrder::Little, 0x1234)
                             .set(core::InternAtomReply::atom, 70)
                             .bytes(bytes({1, 2, 3, 4, 5}))
                             .finishReply();
    ASSERT_EQ(message.size(), 40u);
    const MessageView view(message, ByteOrder::Little);
    EXPECT_EQ(view.get(header::type), 1);
    EXPECT_EQ(view.get(header::sequence), 0x1234);
    EXPECT_EQ(view.get(header::replyLength), 2u);
    EXPECT_EQ(view.get(core::InternAtomReply::atom), 70u);
}

TEST(MessageTest, readsWhatIsNotThereAsZero) {
    const auto message = bytes({8, 0, 2, 0, 0xff, 0xff});
    const MessageView view(message, ByteOrder::Little);
    EXPECT_EQ(view.get(core::MapWindow::window), 0u);
    EXPECT_EQ(view.u16(4), 0xffff);
    EXPECT_EQ(view.u32(4000), 0u);
    EXPECT_TRUE(view.tail(4000).empty());
    EXPECT_EQ(view.part(4, 100).size(), 2u);
}

TEST(MessageTest, writesOnlyWhatIsThere) {
    auto message = bytes({8, 0, 2, 0, 1, 2});
    setField(std::span(message), ByteOrder::Little, core::MapWindow::window, 0xaaaaaaaa);
    EXPECT_EQ(message, bytes({8, 0, 2, 0, 1, 2}));
    setField(std::span(message), ByteOrder::Big, Field<std::int16_t>{4}, -2);
    EXPECT_EQ(message, bytes({8, 0, 2, 0, 0xff, 0xfe}));
}

TEST(MessageTest, knowsTheProtocolsNumbers) {
    static_assert(core::kCreateWindow == 1 && core::CreateWindow::kFixedSize == 32);
    static_assert(core::CreateWindow::wid.offset == 4 && core::CreateWindow::depth.offset == 1);
    static_assert(core::kKeyPressEvent == 2 && core::kLeaveNotifyEvent == 8);
    static_assert(core::KeyPressEvent::event.offset == 12);
    static_assert(core::KeymapNotifyEvent::kFixedSize == 32);
    static_assert(core::kWindowError == 3 && core::kImplementationError == 17);
    static_assert(core::CW::Cursor == 1u << 14);
    static_assert(render::kFreeGlyphSet == 19 && render::CompositeGlyphs8::glyphset.offset == 20);
    static_assert(xinput::kXIQueryDevice == 48 && xinput::kKeyPressEvtype == 2);
    static_assert(xinput::KeyPressEvent::event_x.offset == 40 && xfixes::kBadBarrierError == 1);
    static_assert(xkb::kUseExtension == 0 && shm::kCompletionEvent == 0);
    static_assert(xinput::XIQueryPointerReply::mods_effective.offset == 48);
}

} // namespace
} // namespace entracte::wire
