// Events of a moved-to server as programs must see them, in both byte orders.

#include "tests/xproxy/proxy/TwoWorlds.h"

namespace entracte::xproxy {
namespace {

namespace core = wire::core;
using TranslateEventsTest = TwoWorlds;

TEST_F(TranslateEventsTest, mapNotify) {
    expectEvent([](const World& w, ByteOrder order) {
        return bytes(order).u8(19).u8(0).u16(7).u32(w.root).u32(w.id(1)).u8(0).pad(19).finish();
    });
}

TEST_F(TranslateEventsTest, keyPressWithItsTime) {
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

TEST_F(TranslateEventsTest, selectionRequestOfAStranger) {
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

TEST_F(TranslateEventsTest, clientMessageThatWasSent) {
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

TEST_F(TranslateEventsTest, keymapNotifyHasNoFieldsAtAll) {
    expectEvent([](const World&, ByteOrder order) {
        Bytes event = bytes(order).u8(11).pad(31).finish();
        for (std::size_t i = 1; i < event.size(); ++i)
            event[i] = std::byte{0x41};
        return event;
    });
}

TEST_F(TranslateEventsTest, eventsOfExtensions) {
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

TEST_F(TranslateEventsTest, genericEventOfXI2) {
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

TEST_F(TranslateEventsTest, onlyTheServersOwnEventsTellItsTime) {
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

TEST_F(TranslateEventsTest, aFirstServersMessagesAreNotTouched) {
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
