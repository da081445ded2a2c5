// What leaves the proxy for the server: everything, in order, whether it went in bulk or alone.

#include "tests/xproxy/proxy/PlayedEnds.h"

namespace entracte::xproxy {
namespace {

namespace core_ = wire::core;
constexpr std::uint32_t kPixmap = 0x00400001;

Bytes createPixmap() {
    return MessageBuilder::request(wire::kHostOrder, core_::kCreatePixmap, 24)
        .u32(kPixmap)
        .u32(0x123)
        .u16(8)
        .u16(8)
        .finish();
}
Bytes fill(std::uint32_t on) {
    return MessageBuilder::request(wire::kHostOrder, core_::kPolyFillRectangle, 0)
        .u32(on)
        .u32(0x00400002)
        .u32(0)
        .u32(0)
        .finish();
}
Bytes noOperation() {
    return MessageBuilder::request(wire::kHostOrder, core_::kNoOperation, 0).finish();
}
Bytes queryPointer() {
    return MessageBuilder::request(wire::kHostOrder, core_::kQueryPointer, 0).u32(0x123).finish();
}

class RequestPathTest : public PlayedEnds {};

TEST_F(RequestPathTest, passesAllInOrder) {
    const Bytes sent = joined({noOperation(), createPixmap(), fill(kPixmap), fill(kPixmap),
                               queryPointer(), fill(0x123), noOperation()});
    EXPECT_EQ(programSends(sent), sent);
    EXPECT_EQ(client->upstream->sequence.serverSequence(), 7u);
    EXPECT_EQ(client->upstream->outstanding().size(), 2u) << "CreatePixmap, QueryPointer";
}

TEST_F(RequestPathTest, remembersWhatWasDrawnToInBulk) {
    programSends(createPixmap());
    const auto pixmap = core.record.find<Pixmap>(ClientXid{kPixmap});
    ASSERT_TRUE(pixmap);
    EXPECT_FALSE(pixmap->dirty);
    programSends(joined({noOperation(), fill(0x123), fill(kPixmap), noOperation()}));
    EXPECT_TRUE(pixmap->dirty);
    EXPECT_TRUE(core.record.capturesDue);
}

TEST_F(RequestPathTest, waitsForTheRestOfARequest) {
    const Bytes all = joined({noOperation(), fill(0x123)});
    const Bytes begin(all.begin(), all.end() - 6);
    const Bytes end(all.end() - 6, all.end());
    EXPECT_EQ(programSends(begin), noOperation());
    EXPECT_EQ(programSends(end), fill(0x123));
}

TEST_F(RequestPathTest, asksTheServerBeforeNumbersBecomeAmbiguous) {
    Bytes many;
    constexpr std::size_t kMany = 150'000;
    for (std::size_t i = 0; i < kMany; ++i) {
        const Bytes one = noOperation();
        many.insert(many.end(), one.begin(), one.end());
    }
    program.queue(many);
    std::size_t passed = 0, questions = 0, sinceQuestion = 0;
    for (int round = 0; round < 1'000 && passed < kMany; ++round) {
        ASSERT_TRUE(program.flush());
        ASSERT_TRUE(client->stream.read());
        ASSERT_TRUE(paths.process(*client));
        const Bytes got = arrived(server);
        for (std::size_t at = 0; at < got.size(); at += 4) {
            const bool isQuestion = got[at] == std::byte{core_::kGetInputFocus};
            sinceQuestion = isQuestion ? 0 : sinceQuestion + 1;
            (isQuestion ? questions : passed) += 1;
            ASSERT_LT(sinceQuestion, 32'768u);
        }
    }
    EXPECT_EQ(passed, kMany);
    EXPECT_GE(questions, 4u);
}

TEST_F(RequestPathTest, unsentBytesAreKeptWhenTheServerDoesNotRead) {
    Bytes sent;
    for (int i = 0; i < 40'000; ++i) {
        const Bytes one = fill(0x00400000u + static_cast<std::uint32_t>(i));
        sent.insert(sent.end(), one.begin(), one.end());
    }
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    SocketStream talker{UniqueFd(ends[0])};
    SocketStream stranger{UniqueFd(ends[1])};
    talker.queue(Bytes(100'000, std::byte{0xee}));
    talker.flush();
    program.queue(sent);
    Bytes got;
    for (int round = 0; round < 1'000 && got.size() < sent.size(); ++round) {
        talker.flush();
        ASSERT_TRUE(program.flush());
        ASSERT_TRUE(client->stream.read());
        client->stream.releaseInput();
        ASSERT_TRUE(paths.process(*client));
        client->stream.releaseInput();
        // Somebody else reads into the memory that was given back.
        ASSERT_TRUE(stranger.read());
        if (round % 3 == 2) {
            const Bytes more = arrived(server);
            got.insert(got.end(), more.begin(), more.end());
        }
    }
    // But for the proxy's own questions the server got what the program sent.
    Bytes cleaned;
    for (std::size_t at = 0; at < got.size();) {
        const std::size_t size = std::size_t{MessageView(got, kOrder).u16(at + 2)} * 4;
        if (got[at] != std::byte{core_::kGetInputFocus})
            cleaned.insert(cleaned.end(), got.begin() + static_cast<std::ptrdiff_t>(at),
                           got.begin() + static_cast<std::ptrdiff_t>(at + size));
        at += size;
    }
    EXPECT_TRUE(cleaned == sent);
}

class MovedRequestPathTest : public PlayedEnds {
protected:
    MovedRequestPathTest() : PlayedEnds({0x01200000, 0x1fffff}, false) {}
};

TEST_F(MovedRequestPathTest, translatesInBulk) {
    const auto composite = [](std::uint8_t major, std::uint32_t base) {
        return MessageBuilder::request(wire::kHostOrder, major, wire::render::kComposite)
            .u32(3)
            .u32(base | 5)
            .u32(0)
            .u32(base | 6)
            .pad(12)
            .finish();
    };
    const Bytes got =
        programSends(joined({noOperation(), composite(139, 0x00400000), noOperation()}));
    EXPECT_EQ(got, joined({noOperation(), composite(145, 0x01200000), noOperation()}));
}

} // namespace
} // namespace entracte::xproxy
