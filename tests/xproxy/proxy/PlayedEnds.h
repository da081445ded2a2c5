#pragma once

// One program and one server, both played by the test over socket pairs, with the proxy's two paths
// between them. Bytes are looked at where they leave the proxy.

#include "xproxy/proxy/ReplyPath.h"
#include "xproxy/proxy/RequestPath.h"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <string>

namespace entracte::xproxy {

class PlayedEnds : public ::testing::Test {
protected:
    static constexpr XidRange kRange{0x00400000, 0x1fffff};
    static constexpr ByteOrder kOrder = wire::kHostOrder;

    explicit PlayedEnds(XidRange serverRange = kRange, bool firstServer = true) {
        core.face.emplace();
        core.face->setup.ridMask = kRange.mask;
        number(Ext::Render, {139, 0, 142}, firstServer ? 139 : 145);
        number(Ext::Shm, {130, 65, 128}, firstServer ? 130 : 139);
        core.link = std::make_unique<ServerLink>();
        core.link->face.extensions.set(Ext::BigRequests, {133, 0, 0});
        core.link->translator = std::make_unique<Translator>(core.record.atoms, kRange.mask,
                                                             serverRange.mask, firstServer);
        core.link->translator->client = &core.face->extensions;
        core.link->translator->server = serverExtensions;
        core.link->translator->xids.addClient(kRange, serverRange);

        auto [toProgram, fromProxy] = pair();
        program = std::move(toProgram);
        auto made = std::make_unique<Client>(1, UniqueFd(fromProxy));
        client = made.get();
        core.clients.emplace(1, std::move(made));
        auto [toServer, toProxy] = pair();
        server = std::move(toServer);
        client->upstream = std::make_unique<Upstream>(UniqueFd(toProxy), kOrder, serverRange, 0);
        client->sink = std::make_unique<ReplyPath>(core, *client);
        client->phase = Client::Phase::Running;
        client->bigRequests = true;
        client->range = kRange;
        auto& record = core.record.clients[1];
        record.range = kRange;
        const auto root = core.record.create<Window>(ClientXid{0x123}, kNobody);
        core.record.roots.push_back(root->id);
    }

    static MessageBuilder request(std::uint8_t major, std::uint8_t second = 0) {
        return MessageBuilder::request(kOrder, major, second);
    }
    // The proxy's own connection, on which memory is shared; the server's end of it is
    // `utilityServer`.
    void addUtility() {
        auto [toServer, toProxy] = pair();
        utilityServer = std::move(toServer);
        core.link->utility = std::make_unique<Upstream>(UniqueFd(toProxy), kOrder,
                                                        XidRange{0x02000000, 0x1fffff}, 0);
        core.link->face.setup.formats = {{24, 32, 32}};
    }
    // The program sends, the proxy handles. What the server got of it.
    Bytes programSends(const Bytes& bytes) {
        program.queue(bytes);
        EXPECT_TRUE(program.flush());
        Bytes got;
        for (int round = 0; round < 1'000 && (round < 20 || program.queued() > 0); ++round) {
            EXPECT_TRUE(client->stream.read());
            EXPECT_TRUE(paths.process(*client));
            EXPECT_TRUE(program.flush());
            const Bytes more = arrived(server);
            got.insert(got.end(), more.begin(), more.end());
        }
        EXPECT_TRUE(client->stream.flush());
        return got;
    }
    // The server sends, the proxy handles. What the program got of it.
    Bytes serverSends(const Bytes& bytes) {
        server.queue(bytes);
        EXPECT_TRUE(server.flush());
        EXPECT_TRUE(client->upstream->stream.read());
        client->writesAtOnce = true;
        EXPECT_TRUE(client->upstream->process(*client->sink));
        client->writesAtOnce = false;
        EXPECT_TRUE(client->stream.flush());
        Bytes got;
        for (int round = 0; round < 20; ++round) {
            const Bytes more = arrived(program);
            got.insert(got.end(), more.begin(), more.end());
            EXPECT_TRUE(client->stream.flush());
        }
        return got;
    }
    static Bytes arrived(SocketStream& at) {
        EXPECT_TRUE(at.read());
        const auto input = at.input();
        Bytes bytes(input.begin(), input.end());
        at.consume(bytes.size());
        return bytes;
    }
    // A message of 32 bytes from the server: an event's code, 0 for an error, 1 for a reply.
    static Bytes message(std::uint8_t type, std::uint16_t sequence, std::uint8_t data = 0) {
        Bytes bytes(32);
        bytes[0] = std::byte{type};
        bytes[1] = std::byte{data};
        put16(bytes, 2, sequence, kOrder);
        return bytes;
    }
    // "reply 5, event 6": what a program reads, with its numbers.
    static std::string inWords(const Bytes& bytes) {
        std::string words;
        for (std::size_t at = 0; at + 32 <= bytes.size();) {
            const MessageView view(ByteView(bytes).subspan(at), kOrder);
            const std::uint8_t type = view.u8(0);
            words += words.empty() ? "" : ", ";
            words += type == 0 ? "error " : type == 1 ? "reply " : "event ";
            words += std::to_string(view.u16(2));
            at += 32 + (type == 1 ? std::size_t{view.u32(4)} * 4 : 0);
        }
        return words;
    }
    static Bytes joined(std::initializer_list<Bytes> messages) {
        Bytes all;
        for (const Bytes& one : messages)
            all.insert(all.end(), one.begin(), one.end());
        return all;
    }

    Core core;
    RequestPath paths{core};
    Client* client = nullptr;
    SocketStream program;
    SocketStream server;
    SocketStream utilityServer;

private:
    static std::pair<SocketStream, int> pair() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        return {SocketStream(UniqueFd(ends[0])), ends[1]};
    }
    void number(Ext ext, ExtensionNumbers numbers, std::uint8_t serverMajor) {
        core.face->extensions.set(ext, numbers);
        numbers.major = serverMajor;
        serverExtensions.set(ext, numbers);
    }

    ExtensionTable serverExtensions;
};

} // namespace entracte::xproxy
