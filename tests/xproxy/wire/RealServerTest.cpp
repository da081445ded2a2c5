// What a real server answers, walked: the same server, asked by a little-endian and by a big-endian
// client, must be understood to say the same, and every atom that the walk finds must have a name.

#include "tests/support/TestServer.h"
#include "tests/xproxy/wire/Collected.h"
#include "xproxy/wire/Requests.h"

#include "session/base/UniqueFd.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace entracte::wire {
namespace {

class Client {
public:
    Client(int display, ByteOrder order)
        : m_order(order), m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        const std::string path = "/tmp/.X11-unix/X" + std::to_string(display);
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(
            ::connect(m_socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
        MessageBuilder setup(order, 0);
        setup.u8(order == ByteOrder::Little ? 'l' : 'B').pad(1).u16(11).u16(0).u16(0).u16(0).pad(2);
        sendBytes(setup.take());
        const auto answer = receive(8);
        EXPECT_EQ(std::to_integer<int>(answer[0]), 1) << "the server refused this byte order";
        const auto rest = receive(4 * MessageView(answer, order).u16(6));
        const MessageView view(rest, order);
        m_root = view.u32(32 + (view.u16(16) + 3) / 4 * 4 + 8 * view.u8(21));
    }

    // The major opcode of an extension.
    std::uint8_t opcodeOf(std::string_view name) {
        const auto reply =
            ask(MessageBuilder::request(m_order, core::kQueryExtension, 0,
                                        core::QueryExtension::kFixedSize)
                    .set(core::QueryExtension::name_len, static_cast<std::uint16_t>(name.size()))
                    .bytes(std::as_bytes(std::span(name))));
        EXPECT_TRUE(reply) << name;
        return MessageView(*reply, m_order).get(core::QueryExtensionReply::major_opcode);
    }

    // The reply, or nothing when it is an error. Events are passed over.
    std::optional<std::vector<std::byte>> ask(MessageBuilder request) {
        sendBytes(request.finish());
        for (;;) {
            auto message = receive(32);
            const auto type = std::to_integer<int>(message[0]);
            if (type == 0)
                return std::nullopt;
            if (type == 1 || (type & 0x7f) == 35) {
                const std::size_t words = MessageView(message, m_order).get(header::replyLength);
                const auto rest = receive(4 * words);
                message.insert(message.end(), rest.begin(), rest.end());
            }
            if (type == 1)
                return message;
        }
    }

    std::uint32_t root() const { return m_root; }
    ByteOrder order() const { return m_order; }

private:
    void sendBytes(std::span<const std::byte> bytes) {
        ASSERT_EQ(::send(m_socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    std::vector<std::byte> receive(std::size_t size) {
        std::vector<std::byte> bytes(size);
        EXPECT_EQ(size == 0 ? 0 : ::recv(m_socket.get(), bytes.data(), size, MSG_WAITALL),
                  static_cast<ssize_t>(size));
        return bytes;
    }

    ByteOrder m_order;
    UniqueFd m_socket;
    std::uint32_t m_root = 0;
};

struct Question {
    const char* extension;
    const char* request;
    std::function<void(MessageBuilder&, std::uint32_t root)> body; // behind the header
    FieldKind expected; // at least one field of this kind is in the answer
};

const std::vector<Question>& questions() {
    using enum FieldKind;
    static const std::vector<Question> all{
        {"core", "QueryTree", [](auto& m, auto root) { m.u32(root); }, Window},
        {"core", "GetKeyboardMapping", [](auto& m, auto) { m.u8(8).u8(248).pad(2); }, Keysym},
        {"core", "GetModifierMapping", [](auto&, auto) {}, Keycode},
        {"RENDER", "QueryPictFormats", [](auto&, auto) {}, PictFormat},
        {"SYNC", "ListSystemCounters", [](auto&, auto) {}, Counter},
        {"RANDR", "GetScreenResources", [](auto& m, auto root) { m.u32(root); }, Output},
        {"RANDR", "GetMonitors", [](auto& m, auto root) { m.u32(root).u8(1).pad(3); }, Atom},
        {"RANDR", "GetProviders", [](auto& m, auto root) { m.u32(root); }, Timestamp},
        {"XFIXES", "GetCursorImageAndName", [](auto&, auto) {}, Atom},
        {"XInputExtension", "ListInputDevices", [](auto&, auto) {}, Atom},
        {"XInputExtension", "OpenDevice", [](auto& m, auto) { m.u8(4).pad(3); }, EventCode},
        {"XInputExtension", "GetFeedbackControl", [](auto& m, auto) { m.u8(5).pad(3); }, None},
        {"XInputExtension", "QueryDeviceState", [](auto& m, auto) { m.u8(4).pad(3); }, None},
        {"XInputExtension", "XIQueryDevice", [](auto& m, auto) { m.u16(0).pad(2); }, Keycode},
        {"XInputExtension", "XIListProperties", [](auto& m, auto) { m.u16(4).pad(2); }, Atom},
        {"XKEYBOARD", "GetMap", [](auto& m, auto) { m.u16(0x100).u16(0xff).u16(0).pad(18); },
         Keysym},
        {"XKEYBOARD", "GetCompatMap",
         [](auto& m, auto) { m.u16(0x100).u8(0xf).u8(1).u16(0).u16(0); }, Keysym},
        {"XKEYBOARD", "GetNames", [](auto& m, auto) { m.u16(0x100).pad(2).u32(0x3fff); }, Atom},
        {"XKEYBOARD", "GetDeviceInfo",
         [](auto& m, auto) {
             m.u16(0x100).u16(0x1c).u8(0).u8(0).u8(0).pad(1).u16(0x300).u16(0x400);
         },
         Atom},
    };
    return all;
}

class RealServerTest : public testing::Test {
protected:
    // Everything that the walk finds in the answers to all questions.
    std::vector<std::vector<Found>> answers(ByteOrder order) {
        Client client(m_server.number(), order);
        const auto xkb = client.opcodeOf("XKEYBOARD");
        client.ask(MessageBuilder::request(order, xkb, xkb::kUseExtension).u16(1).u16(0));
        const auto xinput = client.opcodeOf("XInputExtension");
        client.ask(MessageBuilder::request(order, xinput, xinput::kXIQueryVersion).u16(2).u16(2));
        const auto randr = client.opcodeOf("RANDR");
        client.ask(MessageBuilder::request(order, randr, randr::kQueryVersion).u32(1).u32(5));
        const auto xfixes = client.opcodeOf("XFIXES");
        client.ask(MessageBuilder::request(order, xfixes, xfixes::kQueryVersion).u32(5).u32(0));
        std::vector<std::vector<Found>> result;
        for (const Question& question : questions())
            result.push_back(answer(client, question));
        return result;
    }

private:
    static std::vector<Found> answer(Client& client, const Question& question) {
        const MessageSchema& schema = request(question.extension, question.request);
        const bool isCore = std::string_view(question.extension) == "core";
        const std::uint8_t major = isCore ? schema.number : client.opcodeOf(question.extension);
        auto message = MessageBuilder::request(client.order(), major, isCore ? 0 : schema.number);
        question.body(message, client.root());
        const auto reply = client.ask(std::move(message));
        if (!reply) {
            ADD_FAILURE() << "an error instead of a reply: " << question.request;
            return {};
        }
        const std::vector<Found> found = walk(*schema.reply, *reply, client.order());
        EXPECT_TRUE(question.expected == FieldKind::None ||
                    std::ranges::count(found, question.expected, &Found::kind) > 0)
            << question.request;
        for (const Found& one : found) {
            if (one.kind != FieldKind::Atom || one.value == 0)
                continue;
            EXPECT_TRUE(client.ask(
                MessageBuilder::request(client.order(), core::kGetAtomName, 0).u32(one.value)))
                << question.request << ": no atom " << one.value;
        }
        return found;
    }

    test::TestServer m_server{{"-nolisten", "tcp", "-ac", "-noreset"}};
};

TEST_F(RealServerTest, saysTheSameInBothByteOrders) {
    const auto little = answers(ByteOrder::Little);
    const auto big = answers(ByteOrder::Big);
    for (std::size_t i = 0; i < little.size(); ++i)
        EXPECT_EQ(little[i], big[i]) << questions()[i].request;
}

} // namespace
} // namespace entracte::wire
