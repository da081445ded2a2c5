// Replies and errors of a moved-to server as programs must see them, in both byte orders.

#include "tests/xproxy/proxy/TwoWorlds.h"

namespace entracte::xproxy {
namespace {

namespace core = wire::core;
using TranslateServerMessagesTest = TwoWorlds;

TEST_F(TranslateServerMessagesTest, propertyWithWindows) {
    expectReply(
        Ext::Core, core::kGetProperty,
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(20)
                .u8(0)
                .u16(0)
                .u32(w.root)
                .u32(68)
                .u32(33)
                .u32(0)
                .u32(9)
                .finish();
        },
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(1)
                .u8(32)
                .u16(7)
                .u32(0)
                .u32(33)
                .u32(0)
                .u32(3)
                .pad(12)
                .u32(w.id(5))
                .u32(w.stranger)
                .u32(0)
                .finishReply();
        });
}

TEST_F(TranslateServerMessagesTest, partOfWmHints) {
    expectReply(
        Ext::Core, core::kGetProperty,
        [](const World& w, ByteOrder order) { // from the fifth word on
            return bytes(order)
                .u8(20)
                .u8(0)
                .u16(0)
                .u32(w.id(1))
                .u32(35)
                .u32(35)
                .u32(4)
                .u32(5)
                .finish();
        },
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(1)
                .u8(32)
                .u16(7)
                .u32(0)
                .u32(35)
                .u32(0)
                .u32(5)
                .pad(12)
                .u32(w.id(3))
                .u32(0x1400001)
                .u32(0x1400002)
                .u32(w.id(4))
                .u32(w.id(1))
                .finishReply();
        });
}

TEST_F(TranslateServerMessagesTest, propertyWithAtoms) {
    expectReply(
        Ext::Core, core::kGetProperty,
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(20)
                .u8(0)
                .u16(0)
                .u32(w.id(1))
                .u32(w.atom("_NET_WM_STATE"))
                .u32(4)
                .u32(0)
                .u32(9)
                .finish();
        },
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(1)
                .u8(32)
                .u16(7)
                .u32(0)
                .u32(4)
                .u32(0)
                .u32(2)
                .pad(12)
                .u32(w.atom("_NET_WM_STATE_ABOVE"))
                .u32(4)
                .finishReply();
        });
}

TEST_F(TranslateServerMessagesTest, propertyThatIsShorterThanItSays) {
    expectReply(
        Ext::Core, core::kGetProperty,
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(20)
                .u8(0)
                .u16(0)
                .u32(w.root)
                .u32(68)
                .u32(33)
                .u32(0)
                .u32(9)
                .finish();
        },
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(1)
                .u8(32)
                .u16(7)
                .u32(0)
                .u32(33)
                .u32(0)
                .u32(0xffffffff)
                .pad(12)
                .u32(w.id(5))
                .finishReply();
        });
}

TEST_F(TranslateServerMessagesTest, treeWithStrangers) {
    expectReply(
        Ext::Core, core::kQueryTree,
        [](const World& w, ByteOrder order) {
            return bytes(order).u8(15).u8(0).u16(0).u32(w.root).finish();
        },
        [](const World& w, ByteOrder order) {
            return bytes(order)
                .u8(1)
                .u8(0)
                .u16(7)
                .u32(0)
                .u32(w.root)
                .u32(0)
                .u16(2)
                .pad(14)
                .u32(w.stranger)
                .u32(w.id(1))
                .finishReply();
        });
}

TEST_F(TranslateServerMessagesTest, errorsNameTheProgramsResourceAndOpcode) {
    expectError([](const World& w, ByteOrder order) { // BadWindow of MapWindow
        return bytes(order).u8(0).u8(3).u16(7).u32(w.id(0x55)).u16(0).u8(8).pad(21).finish();
    });
    expectError([](const World& w, ByteOrder order) { // BadPicture of RENDER
        return bytes(order)
            .u8(0)
            .u8(w.error(Ext::Render, 1))
            .u16(7)
            .u32(w.id(0x55))
            .u16(4)
            .u8(w.major(Ext::Render))
            .pad(21)
            .finish();
    });
    expectError([](const World& w, ByteOrder order) { // BadDrawable of MIT-SHM
        return bytes(order)
            .u8(0)
            .u8(9)
            .u16(7)
            .u32(w.id(0x55))
            .u16(3)
            .u8(w.major(Ext::Shm))
            .pad(21)
            .finish();
    });
    expectError([](const World& w, ByteOrder order) { // BadSeg, whose server's major is RENDER's
        return bytes(order)
            .u8(0)
            .u8(w.error(Ext::Shm, 0))
            .u16(7)
            .u32(w.id(0x66))
            .u16(3)
            .u8(w.major(Ext::Shm))
            .pad(21)
            .finish();
    });
    expectError([](const World& w, ByteOrder order) { // BadAtom
        return bytes(order)
            .u8(0)
            .u8(5)
            .u16(7)
            .u32(w.atom("CLIPBOARD"))
            .u16(0)
            .u8(17)
            .pad(21)
            .finish();
    });
    expectError([](const World&, ByteOrder order) { // BadValue: a number
        return bytes(order).u8(0).u8(2).u16(7).u32(0x1400001).u16(0).u8(1).pad(21).finish();
    });
}

TEST_F(TranslateServerMessagesTest, unknownAtomsGetANumberAndAreAskedFor) {
    for (const ByteOrder order : kOrders) {
        const std::uint32_t unknown = order == ByteOrder::Little ? 5000 : 5001;
        Bytes event = bytes(order)
                          .u8(28)
                          .u8(0)
                          .u16(7)
                          .u32(server.id(1))
                          .u32(unknown)
                          .u32(4'000)
                          .pad(16)
                          .finish();
        translator.event(event, order);
        const auto given = MessageView(event, order).u32(8);
        EXPECT_TRUE(names.nameOf(ClientAtom{given}).empty());
        EXPECT_EQ(raw(translator.atoms.toServer(ClientAtom{given})), unknown);
        EXPECT_EQ(translator.atoms.takeNameless(), std::vector{ServerAtom{unknown}});
    }
}

} // namespace
} // namespace entracte::xproxy
