// Grabs, focus, and requests that are kept to be sent again.

#include "tests/xproxy/state/RecordFixture.h"

namespace entracte::xproxy {
namespace {

constexpr std::uint16_t kAnyModifier = 0x8000, kShift = 1, kControl = 4, kAlt = 8;

class RecordInputTest : public RecordFixture {
protected:
    static constexpr std::uint32_t W = kOnes | 1;
    RecordInputTest() { createWindow(kOne, W); }

    void grabKey(ClientId client, std::uint8_t key, std::uint16_t modifiers) {
        auto b = core(wire::core::kGrabKey, 1);
        b.u32(W).u16(modifiers).u8(key).u8(1).u8(1).pad(3);
        lastEffects = send(client, b);
    }
    void ungrabKey(ClientId client, std::uint8_t key, std::uint16_t modifiers) {
        auto b = core(wire::core::kUngrabKey, key);
        b.u32(W).u16(modifiers).pad(2);
        send(client, b);
    }
    void grabButton(std::uint8_t button, std::uint16_t modifiers, std::uint16_t events = 4) {
        auto b = core(wire::core::kGrabButton, 0);
        b.u32(W).u16(events).u8(1).u8(1).u32(0).u32(0).u8(button).pad(1).u16(modifiers);
        lastEffects = send(kOne, b);
    }
    void ungrabButton(std::uint8_t button, std::uint16_t modifiers) {
        auto b = core(wire::core::kUngrabButton, button);
        b.u32(W).u16(modifiers).pad(2);
        send(kOne, b);
    }
    void xiGrab(std::uint8_t minor, std::uint16_t device, std::uint32_t detail,
                std::uint32_t modifiers) {
        auto b = extension(minor);
        if (minor == wire::xinput::kXIPassiveGrabDevice)
            b.u32(0)
                .u32(W)
                .u32(0)
                .u32(detail)
                .u16(device)
                .u16(1)
                .u16(1)
                .u8(1)
                .u8(1)
                .u8(1)
                .u8(0)
                .pad(2)
                .u32(0x10);
        else
            b.u32(W).u32(detail).u16(device).u16(1).u8(1).pad(3);
        b.u32(modifiers);
        send(kOne, Ext::XInput, b);
    }
    RequestEffects lastEffects; // of a grab
    std::vector<Bytes> kept() const {
        std::vector<Bytes> requests;
        for (const auto& entry : record.sticky.inOrder())
            requests.push_back(entry.request->request);
        return requests;
    }
    std::size_t count() const { return kept().size(); }
    void grabbed(std::uint8_t opcode, std::uint8_t status) {
        auto request = core(opcode, 1);
        request.u32(W).u32(0).u32(0).u32(0).u32(0);
        auto reply = MessageBuilder::reply(order, 0);
        reply.set(wire::header::data, status);
        const Bytes asked = request.finish();
        const Bytes answered = reply.finishReply();
        recorder.reply(kOne, Ext::Core, MessageView(asked, order), MessageView(answered, order));
    }
};
INSTANTIATE_BOTH_ORDERS(RecordInputTest);

TEST_P(RecordInputTest, keepsGrabsByKeyAndModifiers) {
    grabKey(kOne, 38, kControl);
    grabKey(kOne, 38, kAlt);
    grabKey(kOne, 39, kControl);
    grabKey(kOne, 38, kControl); // again: the same one
    EXPECT_EQ(count(), 3u);
    ungrabKey(kOne, 38, kControl);
    EXPECT_EQ(count(), 2u);
    ungrabKey(kTwo, 39, kControl);
    EXPECT_EQ(count(), 2u) << "of another program";
    ungrabKey(kOne, 40, kControl);
    EXPECT_EQ(count(), 2u);
}

TEST_P(RecordInputTest, ungrabsAllKeysOrAllModifiers) {
    for (const std::uint8_t key : {std::uint8_t{38}, std::uint8_t{39}})
        for (const std::uint16_t modifiers : {kShift, kControl, kAnyModifier})
            grabKey(kOne, key, modifiers);
    ungrabKey(kOne, 0, kShift); // AnyKey
    EXPECT_EQ(count(), 5u) << "four, and an exception from the two with any modifiers";
    ungrabKey(kOne, 38, kAnyModifier);
    EXPECT_EQ(count(), 3u);
    ungrabKey(kOne, 0, kAnyModifier);
    EXPECT_EQ(count(), 0u);
}

TEST_P(RecordInputTest, anExceptionFromAWideGrabIsKept) {
    grabKey(kOne, 0, kAnyModifier);
    ungrabKey(kOne, 38, kControl); // all keys but this: X protocol, section 10 "UngrabKey"
    ASSERT_EQ(count(), 2u);
    EXPECT_EQ(kept()[0][0], std::byte{wire::core::kGrabKey});
    EXPECT_EQ(kept()[1][0], std::byte{wire::core::kUngrabKey});
    ungrabKey(kOne, 0, kAnyModifier);
    EXPECT_EQ(count(), 0u) << "nothing is left to make an exception from";
}

TEST_P(RecordInputTest, grabsByXi2ThatWereNotGrantedAreNotKept) {
    xiGrab(wire::xinput::kXIPassiveGrabDevice, 3, 38, kControl);
    xiGrab(wire::xinput::kXIPassiveGrabDevice, 3, 38, kAlt);
    const Bytes asked = kept()[1];
    const Bytes answered = MessageBuilder::reply(order, 0)
                               .set(wire::xinput::XIPassiveGrabDeviceReply::num_modifiers, 1)
                               .u32(kAlt)
                               .u32(0x01000000)
                               .finishReply();
    recorder.reply(kOne, Ext::XInput, MessageView(asked, order), MessageView(answered, order));
    EXPECT_EQ(count(), 1u);
    recorder.refused(kOne, Ext::XInput, MessageView(kept()[0], order));
    EXPECT_EQ(count(), 0u);
}

TEST_P(RecordInputTest, anExceptionNeedsOnlyOneKeyInCommonWithAGrab) {
    grabKey(kOne, 0, kControl);
    ungrabKey(kOne, 38, kAnyModifier); // 38 with Control is no longer grabbed
    EXPECT_EQ(count(), 2u);
    ungrabKey(kOne, 39, kShift);
    EXPECT_EQ(count(), 2u) << "nothing in common";
}

TEST_P(RecordInputTest, whatTheServerRefusedIsNotKept) {
    grabKey(kOne, 0, kAnyModifier);
    ungrabKey(kOne, 38, kControl);
    grabKey(kOne, 38, kControl); // another program has it meanwhile
    const auto refused = lastEffects.unjudged;
    ASSERT_TRUE(refused);
    record.sticky.refused(*refused);
    ASSERT_EQ(count(), 2u);
    EXPECT_EQ(kept()[1][0], std::byte{wire::core::kUngrabKey}) << "still an exception";
}

TEST_P(RecordInputTest, afterARefusalTheEarlierSettingCounts) {
    grabButton(1, kAlt);
    const Bytes first = kept().front();
    grabButton(1, kAlt, 0x10);
    const auto second = lastEffects.unjudged;
    grabButton(1, kAlt, 0x20);
    const auto third = lastEffects.unjudged;
    record.sticky.refused(*second);
    EXPECT_EQ(count(), 1u) << "a later one is not judged yet";
    record.sticky.refused(*third);
    EXPECT_EQ(kept(), std::vector<Bytes>{first}) << "not to the one that was refused, too";
}

TEST_P(RecordInputTest, keepsButtons) {
    grabButton(1, kAlt);
    grabButton(0, kAnyModifier);
    grabKey(kOne, 1, kAlt); // has nothing to do with the button of that number
    EXPECT_EQ(count(), 3u);
    ungrabButton(1, kAlt);
    EXPECT_GE(count(), 2u);
    ungrabButton(0, kAnyModifier);
    EXPECT_EQ(count(), 1u);
}

TEST_P(RecordInputTest, grabsGoWithTheirWindowAndTheirProgram) {
    grabKey(kOne, 38, kControl);
    grabKey(kTwo, 39, kControl);
    record.clientGone(kTwo);
    EXPECT_EQ(count(), 1u);
    words(kOne, wire::core::kDestroyWindow, 0, {W});
    EXPECT_EQ(count(), 0u);
}

TEST_P(RecordInputTest, grabsOfXI2DifferByDeviceDetailAndModifiers) {
    constexpr auto kGrab = wire::xinput::kXIPassiveGrabDevice;
    constexpr auto kUngrab = wire::xinput::kXIPassiveUngrabDevice;
    xiGrab(kGrab, 3, 38, kControl);
    xiGrab(kGrab, 3, 38, kAlt);
    xiGrab(kGrab, 3, 39, kControl);
    xiGrab(kGrab, 5, 38, kControl);
    EXPECT_EQ(count(), 4u);
    xiGrab(kUngrab, 3, 38, kControl);
    EXPECT_EQ(count(), 3u);
    xiGrab(kUngrab, 3, 38, kAlt);
    EXPECT_EQ(count(), 2u);
}

TEST_P(RecordInputTest, theLatestSelectionOfXI2Holds) {
    const auto select = [&](std::uint16_t device, std::uint32_t mask) {
        auto b = extension(wire::xinput::kXISelectEvents);
        b.u32(W).u16(1).pad(2).u16(device).u16(1).u32(mask);
        send(kOne, Ext::XInput, b);
    };
    select(1, 0x10);
    select(3, 0x20);
    select(1, 0x40);
    ASSERT_EQ(count(), 2u);
    EXPECT_EQ(MessageView(kept()[1], order).u32(16), 0x40u) << "in the order they were sent";
}

TEST_P(RecordInputTest, activeGrabsAreThoseThatTheServerGranted) {
    grabbed(wire::core::kGrabPointer, 1); // AlreadyGrabbed
    EXPECT_TRUE(record.activeGrabs.empty());
    grabbed(wire::core::kGrabPointer, 0);
    grabbed(wire::core::kGrabKeyboard, 0);
    EXPECT_EQ(record.activeGrabs.size(), 2u);
    words(kTwo, wire::core::kUngrabPointer, 0, {0});
    EXPECT_EQ(record.activeGrabs.size(), 2u);
    words(kOne, wire::core::kUngrabPointer, 0, {0});
    EXPECT_EQ(record.activeGrabs.size(), 1u);
    record.clientGone(kOne);
    EXPECT_TRUE(record.activeGrabs.empty());
}

TEST_P(RecordInputTest, settingsOfWhatIsGoneAreNotThoseOfWhatComesLater) {
    words(kOne, wire::core::kDestroyWindow, 0, {W});
    grabKey(kOne, 38, kControl); // an error
    createWindow(kOne, W);
    EXPECT_EQ(count(), 0u);
    grabKey(kOne, 38, kControl);
    EXPECT_EQ(count(), 1u);
}

TEST_P(RecordInputTest, activeGrabsEndWhenTheirWindowIsReparented) {
    words(kOne, wire::core::kMapWindow, 0, {W});
    grabbed(wire::core::kGrabPointer, 0);
    createWindow(kOne, kOnes | 9);
    words(kOne, wire::core::kMapWindow, 0, {kOnes | 9});
    words(kOne, wire::core::kReparentWindow, 0, {kOnes | 9, W, 0});
    EXPECT_EQ(record.activeGrabs.size(), 1u) << "another window's";
    words(kOne, wire::core::kReparentWindow, 0, {W, kOnes | 9, 0});
    EXPECT_EQ(record.activeGrabs.size(), 1u) << "refused: into what is within it";
    words(kOne, wire::core::kReparentWindow, 0, {W, kRoot, 0});
    EXPECT_TRUE(record.activeGrabs.empty()) << "it was off the screen for a moment";
}

TEST_P(RecordInputTest, activeGrabsEndWithTheirWindow) {
    words(kOne, wire::core::kMapWindow, 0, {W});
    grabbed(wire::core::kGrabPointer, 0);
    createWindow(kOne, W + 1);
    words(kOne, wire::core::kDestroyWindow, 0, {W + 1});
    EXPECT_EQ(record.activeGrabs.size(), 1u) << "of another window";
    words(kOne, wire::core::kDestroyWindow, 0, {W});
    EXPECT_TRUE(record.activeGrabs.empty());
}

TEST_P(RecordInputTest, remembersWhoHoldsTheServer) {
    words(kOne, wire::core::kGrabServer, 0, {});
    words(kTwo, wire::core::kUngrabServer, 0, {});
    EXPECT_EQ(record.serverGrabber, kOne);
    words(kOne, wire::core::kUngrabServer, 0, {});
    EXPECT_EQ(record.serverGrabber, kNobody);
}

TEST_P(RecordInputTest, focusLeavesAWindowThatGoes) {
    words(kOne, wire::core::kSetInputFocus, 2, {W, 0});
    EXPECT_EQ(record.focus.window, ClientXid{W});
    EXPECT_EQ(record.focus.revertTo, 2);
    words(kOne, wire::core::kDestroyWindow, 0, {W});
    EXPECT_NE(record.focus.window, ClientXid{W});
}

} // namespace
} // namespace entracte::xproxy
