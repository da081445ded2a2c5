// X-Resource: programs hear of the session's programs, by the numbers that these have in it.

#include "tests/xproxy/proxy/PlayedEnds.h"

#include <fmt/format.h>

#include <unistd.h>

namespace entracte::xproxy {
namespace {

namespace res = wire::res;

constexpr std::uint8_t kMajor = 151;
constexpr XidRange kServerRange{0x00600000, 0x1fffff};
constexpr std::uint32_t kXid = res::ClientIdMask::ClientXID;
constexpr std::uint32_t kPid = res::ClientIdMask::LocalClientPID;

class ResourcesTest : public PlayedEnds {
protected:
    explicit ResourcesTest(std::uint8_t serverMajor = 160) : PlayedEnds(kServerRange, false) {
        core.face->extensions.set(Ext::Res, {kMajor, 0, 0});
        core.link->translator->server.set(Ext::Res, {serverMajor, 0, 0});
        client->pid = 71;
        auto made = std::make_unique<Client>(2, UniqueFd());
        made->range = {0x00a00000, kRange.mask};
        made->phase = Client::Phase::Running;
        made->pid = 95;
        core.clients.emplace(2, std::move(made));
    }

    static Bytes ids(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> specs) {
        MessageBuilder message = request(kMajor, res::kQueryClientIds);
        message.u32(static_cast<std::uint32_t>(specs.size()));
        for (const auto& [asked, mask] : specs)
            message.u32(asked).u32(mask);
        return message.finish();
    }
    // "a00000 is process 95": what a program is told.
    std::string answerTo(const Bytes& question) {
        EXPECT_EQ(programSends(question), Bytes()) << "it is no business of the server";
        const Bytes reply = arrived(program);
        const MessageView view(reply, kOrder);
        std::string words;
        std::size_t at = 32;
        for (std::uint32_t i = 0; i < view.get(res::QueryClientIdsReply::num_ids); ++i) {
            const bool hasPid = view.u32(at + 4) == kPid;
            EXPECT_EQ(view.u32(at + 8), hasPid ? 4u : 0u) << "bytes";
            words +=
                fmt::format("{:x} is {}; ", view.u32(at),
                            hasPid ? fmt::format("process {}", view.u32(at + 12)) : "a client");
            at += 12 + view.u32(at + 8);
        }
        EXPECT_EQ(std::max<std::size_t>(at, 32), reply.size());
        return words;
    }
    std::string errorTo(const Bytes& question) {
        EXPECT_EQ(programSends(question), Bytes());
        const Bytes error = arrived(program);
        const MessageView view(error, kOrder);
        return fmt::format("{} {:x} {} {}", view.u8(1), view.u32(4), view.u8(10), view.u16(8));
    }
    static Bytes about(std::uint8_t opcode, std::uint32_t xid) {
        return request(kMajor, opcode).u32(xid).finish();
    }
};

TEST_F(ResourcesTest, aWindowTellsItsProcess) {
    EXPECT_EQ(answerTo(ids({{0x00a00017, kPid}})), "a00000 is process 95; ");
    EXPECT_EQ(answerTo(ids({{0x00400001, kPid}})), "400000 is process 71; ");
}

TEST_F(ResourcesTest, allClientsAreTheSessions) {
    EXPECT_EQ(answerTo(ids({{0, kXid}})),
              "0 is a client; 400000 is a client; a00000 is a client; ");
    programSends(request(kMajor, res::kQueryClients).finish());
    const Bytes reply = arrived(program);
    const MessageView view(reply, kOrder);
    ASSERT_EQ(view.get(res::QueryClientsReply::num_clients), 3u);
    EXPECT_EQ(view.u32(40), 0x00400000u);
    EXPECT_EQ(view.u32(44), kRange.mask);
    EXPECT_EQ(view.u32(48), 0x00a00000u);
}

TEST_F(ResourcesTest, ofTheRootWindowItIsTheProxy) {
    EXPECT_EQ(answerTo(ids({{0x123, kPid}})), fmt::format("0 is process {}; ", ::getpid()));
}

TEST_F(ResourcesTest, noMaskAsksForEverythingAndNothingIsToldTwice) {
    EXPECT_EQ(answerTo(ids({{0x00a00017, 0}, {0x00a00018, kPid}, {0x00a00000, kXid}})),
              "a00000 is a client; a00000 is process 95; ");
}

TEST_F(ResourcesTest, strangersAndOldClientsAreNobody) {
    EXPECT_EQ(answerTo(ids({{XidMap::strangers(kRange.mask).base | 1, 0}, {0x01000001, 0}})), "");
}

TEST_F(ResourcesTest, whatIsWrongIsRefusedAsTheServerWould) {
    const Bytes tooShort = request(kMajor, res::kQueryClientIds).u32(2).u32(0).u32(0).finish();
    EXPECT_EQ(errorTo(tooShort), "16 0 151 4") << "BadLength";
    EXPECT_EQ(errorTo(request(kMajor, res::kQueryVersion).finish()), "16 0 151 0");
    EXPECT_EQ(errorTo(about(res::kQueryClientResources, 0x01000001)), "2 1000001 151 2")
        << "BadValue";
    EXPECT_EQ(errorTo(request(kMajor, 77).finish()), "1 0 151 77") << "BadRequest";
}

TEST_F(ResourcesTest, whatTheyHoldTheServerTells) {
    EXPECT_EQ(programSends(about(res::kQueryClientPixmapBytes, 0x00400005)),
              request(160, res::kQueryClientPixmapBytes).u32(0x00600005).finish());
    const auto bytes = [](std::uint8_t major, std::uint32_t of, std::uint32_t one) {
        return request(major, res::kQueryResourceBytes)
            .u32(of)
            .u32(1)
            .u32(one)
            .u32(wire::core::Atom::PIXMAP)
            .finish();
    };
    EXPECT_EQ(programSends(bytes(kMajor, 0x00400000, 0x00400007)),
              bytes(160, 0x00600000, 0x00600007));
    const auto sizes = [](std::uint32_t one, std::uint32_t crossed) {
        MessageBuilder reply = MessageBuilder::reply(kOrder, 2);
        reply.set(res::QueryResourceBytesReply::num_sizes, 1);
        reply.u32(one).u32(wire::core::Atom::PIXMAP).u32(400).u32(1).u32(2).u32(1);
        return reply.u32(crossed).u32(0).u32(8).u32(1).u32(1).finishReply();
    };
    serverSends(message(1, 1));
    EXPECT_EQ(serverSends(sizes(0x00600007, 0x00600009)), sizes(0x00400007, 0x00400009));
}

// A server without X-Resource.
class ResourcesByProxyTest : public ResourcesTest {
protected:
    ResourcesByProxyTest() : ResourcesTest(kResByProxy) {
        core.face->setup.formats = {{24, 32, 32}};
        for (const std::uint32_t id : {0x00400001u, 0x00400002u}) {
            const auto pixmap = core.record.create<Pixmap>(ClientXid{id}, 1);
            pixmap->width = 10, pixmap->height = 5, pixmap->depth = 24;
        }
    }
};

TEST_F(ResourcesByProxyTest, isThereNevertheless) {
    programSends(request(wire::core::kQueryExtension)
                     .u16(10)
                     .u16(0)
                     .bytes(bytesOf(std::string_view("X-Resource")))
                     .finish());
    const Bytes extension = arrived(program);
    EXPECT_EQ(MessageView(extension, kOrder).get(wire::core::QueryExtensionReply::major_opcode),
              kMajor);
    EXPECT_TRUE(programSends(request(kMajor, res::kQueryVersion).u8(1).u8(2).finish()).empty());
    const Bytes version = arrived(program);
    EXPECT_EQ(MessageView(version, kOrder).get(res::QueryVersionReply::server_minor), 2);
    EXPECT_EQ(answerTo(ids({{0x00a00017, kPid}})), "a00000 is process 95; ");
}

TEST_F(ResourcesByProxyTest, whatTheyHoldTheRecordTells) {
    EXPECT_TRUE(programSends(about(res::kQueryClientPixmapBytes, 0x00400000)).empty());
    Bytes reply = arrived(program);
    EXPECT_EQ(MessageView(reply, kOrder).get(res::QueryClientPixmapBytesReply::bytes), 400u);
    EXPECT_TRUE(programSends(about(res::kQueryClientResources, 0x00400000)).empty());
    reply = arrived(program);
    const MessageView view(reply, kOrder);
    ASSERT_EQ(view.get(res::QueryClientResourcesReply::num_types), 1u);
    EXPECT_EQ(view.u32(32), wire::core::Atom::PIXMAP);
    EXPECT_EQ(view.u32(36), 2u);
}

} // namespace
} // namespace entracte::xproxy
