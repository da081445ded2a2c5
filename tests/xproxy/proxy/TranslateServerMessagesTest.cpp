// Replies, events and errors of a moved-to server as programs must see them, in both byte orders.

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

TEST_F(TranslateServerMessagesTest, mapNotify) {
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order).u8(19).u8(0).u16(7).u32(w.root).u32(w.id(1)).u8(0).pad(19).finish();
    });
}

TEST_F(TranslateServerMessagesTest, keyPressWithItsTime) {
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(2)
            .u8(38)
            .u16(7)
            .u32(w.time)
            .u32(w.root)
            .u32(w.id(1))
            .u32(0)
            .u16(0x1e7)
            .u16(2)
            .u16(3)
            .u16(4)
            .u16(0)
            .u8(1)
            .u8(0)
            .finish();
    });
}

TEST_F(TranslateServerMessagesTest, selectionRequestOfAStranger) {
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(30)
            .u8(0)
            .u16(7)
            .u32(0)
            .u32(w.id(1))
            .u32(w.stranger)
            .u32(w.atom("CLIPBOARD"))
            .u32(w.atom("TARGETS"))
            .u32(w.atom("_ITS_NAME"))
            .pad(4)
            .finish();
    });
}

TEST_F(TranslateServerMessagesTest, clientMessageThatWasSent) {
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order)
            .u8(0x80 | 33)
            .u8(32)
            .u16(7)
            .u32(w.id(1))
            .u32(w.atom("WM_PROTOCOLS"))
            .u32(w.atom("_NET_WM_PING"))
            .u32(w.time)
            .u32(w.id(1))
            .u32(0)
            .u32(0)
            .finish();
    });
}

TEST_F(TranslateServerMessagesTest, keymapNotifyHasNoFieldsAtAll) {
    expectEvent([](const World&, ByteOrder order) {
        Bytes event = bytes(order).u8(11).pad(31).finish();
        for (std::size_t i = 1; i < event.size(); ++i)
            event[i] = std::byte{0x41};
        return event;
    });
}

TEST_F(TranslateServerMessagesTest, eventsOfExtensions) {
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order) // DamageNotify
            .u8(w.event(Ext::Damage, 0))
            .u8(0)
            .u16(7)
            .u32(w.id(1))
            .u32(w.id(2))
            .u32(w.time)
            .u16(1)
            .u16(2)
            .u16(3)
            .u16(4)
            .u16(1)
            .u16(2)
            .u16(3)
            .u16(4)
            .finish();
    });
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order) // XFIXES' SelectionNotify, sent
            .u8(0x80 | w.event(Ext::XFixes, 0))
            .u8(1)
            .u16(7)
            .u32(w.id(1))
            .u32(w.stranger)
            .u32(w.atom("CLIPBOARD"))
            .u32(w.time)
            .u32(w.time)
            .pad(8)
            .finish();
    });
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order) // XI1's DeviceButtonPress; bit 7 of the device: more to follow
            .u8(w.event(Ext::XInput, 3))
            .u8(1)
            .u16(7)
            .u32(w.time)
            .u32(w.root)
            .u32(w.id(1))
            .u32(0)
            .u16(1)
            .u16(2)
            .u16(3)
            .u16(4)
            .u16(0)
            .u8(1)
            .u8(0x80 | w.device)
            .finish();
    });
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order) // GraphicsExposure by a request of RENDER
            .u8(13)
            .u8(0)
            .u16(7)
            .u32(w.id(1))
            .u16(0)
            .u16(0)
            .u16(1)
            .u16(1)
            .u16(8)
            .u16(0)
            .u8(w.major(Ext::Render))
            .pad(11)
            .finish();
    });
}

TEST_F(TranslateServerMessagesTest, genericEventOfXI2) {
    expectEvent([](const World& w, ByteOrder order) {
        constexpr std::uint16_t kButtonPress = 4;
        Bytes event = bytes(order)
                          .u8(35)
                          .u8(w.major(Ext::XInput))
                          .u16(7)
                          .u32(14)
                          .u16(kButtonPress)
                          .u16(w.device)
                          .u32(w.time)
                          .u32(1)
                          .u32(w.root)
                          .u32(w.id(1))
                          .u32(0) // to 32
                          .u32(0x1e70000)
                          .u32(2)
                          .u32(3)
                          .u32(4)
                          .u16(1)
                          .u16(1)
                          .u16(w.device)
                          .u16(0) // to 56
                          .u32(0)
                          .u32(0)
                          .u32(0)
                          .u32(0)
                          .u32(0)
                          .pad(4) // to 80
                          .u32(0x400001)
                          .u32(0x400002) // to 88
                          .finish();
        put16(event, 2, 7, order);
        return event;
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

TEST_F(TranslateServerMessagesTest, onlyTheServersOwnEventsTellItsTime) {
    for (const ByteOrder order : kOrders) {
        // A stranger sends a key press, and writes a time, both of a far future.
        Bytes sent = bytes(order)
                         .u8(0x80 | 2)
                         .u8(38)
                         .u16(7)
                         .u32(9'000'000)
                         .u32(server.root)
                         .u32(server.id(1))
                         .u32(0)
                         .pad(12)
                         .finish();
        translator.event(sent, order);
        Bytes message = bytes(order)
                            .u8(0x80 | 33)
                            .u8(32)
                            .u16(7)
                            .u32(server.id(1))
                            .u32(server.atom("WM_PROTOCOLS"))
                            .u32(server.atom("WM_DELETE_WINDOW"))
                            .u32(9'000'000)
                            .pad(12)
                            .finish();
        translator.event(message, order);
        EXPECT_EQ(translator.time.toServer(600'000), 5'000u);
    }
    Bytes event = bytes(ByteOrder::Little)
                      .u8(2)
                      .u8(38)
                      .u16(7)
                      .u32(6'000)
                      .u32(server.root)
                      .u32(server.id(1))
                      .u32(0)
                      .pad(12)
                      .finish();
    translator.event(event, ByteOrder::Little);
    EXPECT_EQ(translator.time.toServer(600'000), 6'000u);
}

TEST_F(TranslateServerMessagesTest, aFirstServersMessagesAreNotTouched) {
    AtomNames none;
    Translator first(none, kClientMask, kClientMask, true);
    first.client = &client.extensions;
    first.server = client.extensions;
    first.xids.addClient({client.base, kClientMask}, {client.base, kClientMask});
    EXPECT_TRUE(first.identity());
    for (const ByteOrder order : kOrders) {
        const Bytes given = bytes(order)
                                .u8(30)
                                .u8(0)
                                .u16(7)
                                .u32(77)
                                .u32(client.id(1))
                                .u32(0x800123)
                                .u32(400)
                                .u32(401)
                                .u32(402)
                                .pad(4)
                                .finish();
        Bytes event = given;
        first.event(event, order);
        EXPECT_EQ(hex(event), hex(given));
    }
}

} // namespace
} // namespace entracte::xproxy
