// The kept answer to QueryPictFormats, for a program of the other byte order.

#include "xproxy/proxy/PictFormats.h"
#include "xproxy/state/Extensions.h"

#include <gtest/gtest.h>

namespace entracte::xproxy {
namespace {

// One format, one screen with one depth of two visuals, one subpixel order.
Bytes sample(ByteOrder order) {
    auto reply = MessageBuilder::reply(order, 7);
    using namespace wire::render::QueryPictFormatsReply;
    reply.set(num_formats, 1u).set(num_screens, 1u).set(num_depths, 1u).set(num_visuals, 2u);
    reply.set(num_subpixel, 1u);
    reply.u32(0x24).u8(1).u8(32).pad(2);
    for (const int mask : {16, 255, 8, 255, 0, 255, 24, 255})
        reply.u16(static_cast<std::uint16_t>(mask));
    reply.u32(0);
    reply.u32(1).u32(0x25);            // the screen: depths, fallback
    reply.u8(24).pad(1).u16(2).pad(4); // the depth: visuals
    reply.u32(0x21).u32(0x26).u32(0x22).u32(0x27);
    reply.u32(3);
    return reply.finishReply();
}

TEST(PictFormatsTest, isTheSameInBothOrders) {
    const ByteOrder other =
        wire::kHostOrder == ByteOrder::Little ? ByteOrder::Big : ByteOrder::Little;
    EXPECT_EQ(pictFormatsIn(other, sample(wire::kHostOrder)), sample(other));
    EXPECT_EQ(pictFormatsIn(wire::kHostOrder, sample(wire::kHostOrder)), sample(wire::kHostOrder));
}

TEST(PictFormatsTest, doesNotReadBeyondTheEnd) {
    const ByteOrder other =
        wire::kHostOrder == ByteOrder::Little ? ByteOrder::Big : ByteOrder::Little;
    Bytes reply = sample(wire::kHostOrder);
    for (std::size_t size = 0; size <= reply.size(); ++size)
        EXPECT_EQ(pictFormatsIn(other, Bytes(reply.begin(), reply.begin() + size)).size(), size);
}

} // namespace
} // namespace entracte::xproxy
