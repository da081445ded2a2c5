// What events tell of windows that others moved, and of what was lost to others.

#include "tests/xproxy/state/RecordFixture.h"

namespace entracte::xproxy {
namespace {

class RecordEventsTest : public RecordFixture {
protected:
    static constexpr std::uint32_t A = kOnes | 1, Frame = kTwos | 1;
    static constexpr std::uint32_t kStrangersFrame = 0x1fe00001;
    static constexpr std::uint8_t kSent = 0x80;

    void configureNotify(std::uint8_t flags, std::uint16_t x, std::uint16_t y, std::uint16_t width,
                         std::uint16_t height, std::uint16_t border = 0) {
        MessageBuilder b(order, 0);
        b.u8(wire::core::kConfigureNotifyEvent | flags).u8(0).u16(0).u32(A).u32(A).u32(0);
        b.u16(x).u16(y).u16(width).u16(height).u16(border).u8(0).pad(5);
        event(kOne, b);
    }
    void reparentNotify(std::uint32_t parent) {
        MessageBuilder b(order, 0);
        b.u8(wire::core::kReparentNotifyEvent).u8(0).u16(0).u32(A).u32(A).u32(parent);
        b.u16(3).u16(4).u8(0).pad(11);
        event(kOne, b);
    }
};
INSTANTIATE_BOTH_ORDERS(RecordEventsTest);

TEST_P(RecordEventsTest, theServersWordOnGeometryCounts) {
    createWindow(kOne, A);
    configureNotify(0, 50, 60, 70, 80, 1);
    EXPECT_EQ(window(A)->x, 50);
    EXPECT_EQ(window(A)->y, 60);
    EXPECT_EQ(window(A)->width, 70);
    EXPECT_EQ(window(A)->height, 80);
    EXPECT_EQ(window(A)->borderWidth, 1);
}

// ICCCM 2.0, section 4.1.5: a reparenting manager also sends the place on the root.
TEST_P(RecordEventsTest, aSentPlaceOnTheRootIsNotThePlaceInTheSessionsFrame) {
    createWindow(kOne, A);
    createWindow(kTwo, Frame);
    reparent(kTwo, A, Frame, 2, 18);
    configureNotify(kSent, 500, 400, 300, 200);
    EXPECT_EQ(window(A)->x, 2);
    EXPECT_EQ(window(A)->y, 18);
}

// A manager moves a window on the root and frames it at once: the server's word of the move comes
// when the record has it in the frame already.
TEST_P(RecordEventsTest, theServersWordOfAnEarlierMoveDoesNotStayInTheFrame) {
    createWindow(kOne, A);
    createWindow(kTwo, Frame);
    reparent(kTwo, A, Frame, 3, 4);
    configureNotify(0, 40, 330, 320, 240);
    reparentNotify(Frame);
    EXPECT_EQ(window(A)->x, 3);
    EXPECT_EQ(window(A)->y, 4);
    expectSoundTree();
}

TEST_P(RecordEventsTest, inAStrangersFrameTheSentPlaceCounts) {
    createWindow(kOne, A);
    reparentNotify(kStrangersFrame);
    EXPECT_TRUE(window(A)->foreignParent);
    EXPECT_EQ(window(A)->parent, ClientXid{kRoot}) << "stays a child of the root in the record";
    configureNotify(0, 2, 18, 320, 240); // in the frame
    EXPECT_EQ(window(A)->x, 10);
    EXPECT_EQ(window(A)->width, 320);
    configureNotify(kSent, 500, 400, 320, 240); // on the root
    EXPECT_EQ(window(A)->x, 500);
    EXPECT_EQ(window(A)->y, 400);
    reparentNotify(kRoot); // the manager lets it go
    EXPECT_FALSE(window(A)->foreignParent);
    expectSoundTree();
}

TEST_P(RecordEventsTest, theServersOwnDestroyNotifyIsBelieved) {
    createWindow(kOne, A);
    MessageBuilder sent(order, 0);
    sent.u8(wire::core::kDestroyNotifyEvent | kSent).u8(0).u16(0).u32(A).u32(A).pad(20);
    event(kTwo, sent);
    EXPECT_TRUE(window(A)) << "anybody can send an event";
    MessageBuilder real(order, 0);
    real.u8(wire::core::kDestroyNotifyEvent).u8(0).u16(0).u32(A).u32(A).pad(20);
    event(kTwo, real);
    EXPECT_FALSE(window(A));
}

TEST_P(RecordEventsTest, aSelectionIsLostToAStranger) {
    createWindow(kOne, A);
    words(kOne, wire::core::kSetSelectionOwner, 0, {A, 300, 1'000});
    const auto clear = [&](std::uint8_t flags, std::uint32_t owner) {
        MessageBuilder b(order, 0);
        b.u8(wire::core::kSelectionClearEvent | flags).u8(0).u16(0).u32(2'000).u32(owner).u32(300);
        b.pad(16);
        event(kOne, b);
    };
    clear(kSent, A);
    EXPECT_EQ(record.selections.size(), 1u);
    clear(0, Frame);
    EXPECT_EQ(record.selections.size(), 1u) << "of an earlier owner";
    clear(0, A);
    EXPECT_TRUE(record.selections.empty());
}

TEST_P(RecordEventsTest, aSelectionThatAnotherTookByTheSameWindowStays) {
    createWindow(kOne, A);
    words(kOne, wire::core::kSetSelectionOwner, 0, {A, 300, 0});
    words(kTwo, wire::core::kSetSelectionOwner, 0, {A, 300, 0});
    MessageBuilder b(order, 0);
    b.u8(wire::core::kSelectionClearEvent).u8(0).u16(0).u32(2'000).u32(A).u32(300).pad(16);
    event(kOne, b);
    EXPECT_EQ(record.selections.size(), 1u);
}

} // namespace
} // namespace entracte::xproxy
