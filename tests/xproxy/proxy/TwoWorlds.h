#pragma once

// What the tests of translation share: a server that differs from the session's first one in
// everything that can differ, and messages written once for both worlds. A recipe puts a message's
// bytes together from the numbers of a world; translated from one world it must be, byte for byte,
// that of the other.

#include "xproxy/proxy/Translator.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

namespace entracte::xproxy {

inline constexpr ByteOrder kOrders[] = {ByteOrder::Little, ByteOrder::Big};

inline std::string hex(ByteView bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += kDigits[static_cast<unsigned>(bytes[i]) >> 4];
        text += kDigits[static_cast<unsigned>(bytes[i]) & 15];
        text += i % 4 == 3 ? '\n' : ' ';
    }
    return text;
}

struct World {
    std::uint32_t base = 0; // of the program's range
    std::uint32_t root = 0;
    std::uint32_t colormap = 0; // the screen's
    std::uint32_t visual = 0;
    std::uint32_t format = 0;   // a PictFormat
    std::uint32_t stranger = 0; // a window of a program that is not of the session
    std::uint32_t time = 0;     // ms
    std::uint8_t device = 0;
    std::map<std::string, std::uint32_t> atoms;
    ExtensionTable extensions;

    std::uint32_t id(std::uint32_t low) const { return base | low; }
    std::uint32_t atom(const std::string& name) const { return atoms.at(name); }
    std::uint8_t major(Ext ext) const { return extensions.of(ext).major; }
    std::uint8_t event(Ext ext, int offset) const {
        return static_cast<std::uint8_t>(extensions.of(ext).firstEvent + offset);
    }
    std::uint8_t error(Ext ext, int offset) const {
        return static_cast<std::uint8_t>(extensions.of(ext).firstError + offset);
    }
};

class TwoWorlds : public ::testing::Test {
protected:
    static constexpr std::uint32_t kClientMask = 0x1fffff;
    static constexpr std::uint32_t kServerMask = 0x3fffff;
    using Recipe = std::function<Bytes(const World&, ByteOrder)>;

    TwoWorlds() {
        client.base = 0x00400000;
        server.base = 0x01400000;
        client.root = 0x1e7, server.root = 0x2c1;
        client.colormap = 0x20, server.colormap = 0x45;
        client.visual = 0x21, server.visual = 0x2b;
        client.format = 0x25, server.format = 0x31;
        client.device = 6, server.device = 9;
        client.time = 503'000, server.time = 4'000;
        number(Ext::Render, {139, 0, 142}, {145, 0, 160});
        number(Ext::Shm, {130, 65, 128}, {139, 70, 170}); // the number that RENDER had
        number(Ext::XInput, {131, 66, 129}, {137, 90, 150});
        number(Ext::XFixes, {138, 87, 140}, {131, 64, 145});
        number(Ext::Damage, {143, 91, 152}, {143, 111, 135});

        translator.client = &client.extensions;
        translator.server = server.extensions;
        translator.xids.addClient({client.base, kClientMask}, {server.base, kServerMask});
        translator.xids.fix(ClientXid{client.root}, ServerXid{server.root});
        translator.xids.fix(ClientXid{client.colormap}, ServerXid{server.colormap});
        server.stranger = 0x00800123;
        client.stranger = raw(translator.xids.toClient(ServerXid{server.stranger}));
        translator.visuals.match(client.visual, server.visual);
        translator.pictFormats.match(client.format, server.format);
        translator.devices.match(client.device, server.device);
        translator.time = TimeMap(1'000, 500'000);
        translator.time.saw(5'000);
        std::uint32_t next = 300;
        for (const char* name : {"WM_PROTOCOLS", "WM_DELETE_WINDOW", "_NET_WM_PING",
                                 "_NET_WM_STATE", "_NET_WM_STATE_ABOVE", "UTF8_STRING", "CLIPBOARD",
                                 "TARGETS", "_ITS_NAME", "FOUNDRY"}) {
            client.atoms[name] = next;
            server.atoms[name] = 900 - next;
            names.learn(ClientAtom{next}, name);
            translator.atoms.learn(ServerAtom{900 - next}, name);
            ++next;
        }
    }
    // `requestOpcode`: major of the core protocol, else minor.
    void expectRequest(Ext ext, std::uint8_t requestOpcode, const Recipe& recipe) {
        for (const ByteOrder order : kOrders) {
            Bytes message = recipe(client, order);
            translator.request(requestSchema(ext, requestOpcode), ext, message, order, false);
            EXPECT_EQ(hex(message), hex(recipe(server, order))) << orderName(order);
        }
    }
    void expectReply(Ext ext, std::uint8_t requestOpcode, const Recipe& request,
                     const Recipe& reply) {
        for (const ByteOrder order : kOrders) {
            const Bytes asked = request(client, order);
            Bytes message = reply(server, order);
            translator.reply(requestSchema(ext, requestOpcode)->reply, ext,
                             MessageView(asked, order), message, order);
            EXPECT_EQ(hex(message), hex(reply(client, order))) << orderName(order);
        }
    }
    void expectEvent(const Recipe& recipe) {
        for (const ByteOrder order : kOrders) {
            Bytes message = recipe(server, order);
            translator.event(message, order);
            EXPECT_EQ(hex(message), hex(recipe(client, order))) << orderName(order);
        }
    }
    void expectError(const Recipe& recipe) {
        for (const ByteOrder order : kOrders) {
            Bytes message = recipe(server, order);
            translator.error(message, order);
            EXPECT_EQ(hex(message), hex(recipe(client, order))) << orderName(order);
        }
    }
    static MessageBuilder bytes(ByteOrder order) { return MessageBuilder(order, 0); }
    static const char* orderName(ByteOrder order) {
        return order == ByteOrder::Little ? "least significant byte first"
                                          : "most significant byte first";
    }

    World client;
    World server;
    AtomNames names;
    Translator translator{names, kClientMask, kServerMask, false};

private:
    void number(Ext ext, ExtensionNumbers inClient, ExtensionNumbers inServer) {
        client.extensions.set(ext, inClient);
        server.extensions.set(ext, inServer);
    }
};

} // namespace entracte::xproxy
