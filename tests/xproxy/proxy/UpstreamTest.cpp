// A connection to a server, played by the test over a socket pair: which answer belongs to whom.

#include "xproxy/proxy/Upstream.h"
#include "tests/xproxy/proxy/TwoWorlds.h"

#include <sys/socket.h>

#include <array>
#include <string>

namespace entracte::xproxy {
namespace {

namespace core = wire::core;

class UpstreamTest : public ::testing::TestWithParam<ByteOrder>, public UpstreamSink {
protected:
    UpstreamTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        server = SocketStream(UniqueFd(ends[0]));
        upstream = std::make_unique<Upstream>(UniqueFd(ends[1]), order, XidRange{}, 0);
    }
    // What came out, in words: the program's number of each message, and whose it was.
    void answer(std::span<std::byte> message, Outstanding* outstanding,
                std::uint64_t sequence) override {
        log += message[0] == std::byte{0} ? "error" : "reply";
        log += std::to_string(upstream->sequence.toClient(sequence));
        if (outstanding)
            log += outstanding->created == ClientXid::None
                       ? ":" + std::to_string(outstanding->request.size())
                       : "!" + std::to_string(raw(outstanding->created));
        log += ' ';
    }
    void event(std::span<std::byte>, std::uint64_t sequence) override {
        log += "event" + std::to_string(upstream->sequence.toClient(sequence)) + ' ';
    }

    Bytes request(std::uint8_t opcode, std::size_t words = 1) const {
        return MessageBuilder::request(order, opcode, 0, words * 4).finish();
    }
    void passPlain() { upstream->pass(request(core::kMapWindow)); }
    void passAsking(std::uint8_t opcode, std::size_t words = 1) {
        Outstanding note;
        note.schema = requestSchema(Ext::Core, opcode);
        note.request = request(opcode, words);
        const Bytes bytes = note.request;
        upstream->pass(bytes, std::move(note));
    }
    void passCreating(std::uint32_t id) {
        Outstanding note;
        note.created = ClientXid{id};
        upstream->pass(request(core::kCreatePixmap), std::move(note));
    }
    void inject() {
        upstream->inject(request(core::kGetInputFocus), [this](ByteView reply) {
            log += reply.empty() ? "none " : reply[0] == std::byte{0} ? "ownError " : "own ";
        });
    }
    Bytes message(std::uint8_t type, std::uint8_t data, std::uint64_t number,
                  std::uint32_t moreWords = 0) const {
        Bytes bytes(32 + moreWords * 4);
        bytes[0] = std::byte{type};
        bytes[1] = std::byte{data};
        put16(bytes, 2, static_cast<std::uint16_t>(number), order);
        if (type == 1 || type == kGeneric)
            put32(bytes, 4, moreWords, order);
        return bytes;
    }
    void says(const Bytes& bytes) {
        server.queue(bytes);
        ASSERT_TRUE(server.flush());
    }
    bool arrive() {
        upstream->stream.read();
        return upstream->process(*this);
    }

    static constexpr std::uint8_t kError = 0, kReply = 1, kKeyPress = 2, kKeymap = 11,
                                  kGeneric = 35;
    const ByteOrder order = GetParam();
    SocketStream server;
    std::unique_ptr<Upstream> upstream;
    std::string log;
};
INSTANTIATE_TEST_SUITE_P(Orders, UpstreamTest, ::testing::ValuesIn(kOrders));

TEST_P(UpstreamTest, givesEachAnswerToItsRequest) {
    passPlain();
    passAsking(core::kGetGeometry, 2);
    passAsking(core::kQueryTree, 3);
    says(message(kReply, 0, 2, 5));
    says(message(kReply, 0, 3));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "reply2:8 reply3:12 ");
    EXPECT_TRUE(upstream->outstanding().empty());
}

TEST_P(UpstreamTest, keepsAnswersToItsOwnRequestsToItself) {
    passAsking(core::kGetGeometry, 2);
    inject();
    passAsking(core::kQueryTree, 3);
    inject();
    says(message(kReply, 0, 1));
    says(message(kReply, 0, 2));
    says(message(kReply, 0, 3));
    says(message(kError, 3, 4));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "reply1:8 own reply2:12 ownError ");
}

TEST_P(UpstreamTest, eventsInBetweenBearTheProgramsNumbers) {
    passPlain();
    inject();
    inject();
    passPlain();
    says(message(kKeyPress, 0, 1));
    says(message(kReply, 0, 2));
    says(message(kKeyPress, 0, 2));
    says(message(kReply, 0, 3));
    says(message(kKeyPress, 0, 3));
    says(message(kKeyPress, 0, 4));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "event1 own event1 own event1 event2 ");
}

TEST_P(UpstreamTest, tellsOfOwnRequestsThatHaveNoAnswer) {
    upstream->inject(request(core::kMapWindow),
                     [this](ByteView reply) { log += reply.empty() ? "done " : "answer "; });
    passAsking(core::kGetGeometry, 2);
    says(message(kReply, 0, 2));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "done reply1:8 ");
}

TEST_P(UpstreamTest, anErrorNamesWhatItUndoes) {
    passCreating(77);
    passCreating(78);
    passPlain();
    says(message(kError, 11, 1));
    says(message(kError, 3, 3));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "error1!77 error3 ");
    EXPECT_TRUE(upstream->outstanding().empty()) << "the second was done";
}

TEST_P(UpstreamTest, listFontsWithInfoHasManyReplies) {
    passAsking(core::kListFontsWithInfo, 2);
    passAsking(core::kGetGeometry, 3);
    says(message(kReply, 5, 1, 7));
    says(message(kReply, 6, 1, 7));
    says(message(kKeyPress, 0, 1));
    says(message(kReply, 0, 1, 7)); // no name: the last
    says(message(kReply, 0, 2));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "reply1:8 reply1:8 event1 reply1:8 reply2:12 ");
}

TEST_P(UpstreamTest, listFontsWithInfoMayEndWithAnError) {
    passAsking(core::kListFontsWithInfo, 2);
    says(message(kReply, 5, 1, 7));
    says(message(kError, 11, 1));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "reply1:8 error1:8 ");
    EXPECT_TRUE(upstream->outstanding().empty());
}

TEST_P(UpstreamTest, waitsForWholeMessages) {
    passAsking(core::kGetGeometry, 2);
    const Bytes reply = message(kReply, 0, 1, 4);
    for (const std::byte byte : reply) {
        EXPECT_EQ(log, "");
        says({byte});
        EXPECT_TRUE(arrive());
    }
    EXPECT_EQ(log, "reply1:8 ");
}

TEST_P(UpstreamTest, genericEventsHaveALength) {
    passPlain();
    says(message(kGeneric, 131, 1, 12));
    says(message(kKeyPress, 0, 1));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "event1 event1 ");
}

TEST_P(UpstreamTest, keymapNotifyHasNoNumber) {
    passPlain();
    passPlain();
    says(message(kKeyPress, 0, 1));
    says(message(kKeymap, 0xff, 0xffff));
    says(message(kKeyPress, 0, 2));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "event1 event1 event2 ");
}

TEST_P(UpstreamTest, aReplyThatNobodyAskedForIsNobodys) {
    passPlain();
    says(message(kReply, 0, 1));
    says(message(kReply, 0, 9));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "reply1 reply1 ");
}

TEST_P(UpstreamTest, refusesALengthBeyondReason) {
    passAsking(core::kGetGeometry, 2);
    Bytes reply = message(kReply, 0, 1);
    put32(reply, 4, 0xffffffff, order);
    says(reply);
    EXPECT_FALSE(arrive());
}

TEST_P(UpstreamTest, neverLosesCountOfAProgramThatAsksNothing) {
    // Answers bear 16 bits: without a round trip of our own now and then, 100,000 requests could
    // not be counted.
    std::uint64_t asked = 0;
    for (int n = 0; n < 100'000; ++n) {
        passPlain();
        upstream->stream.flush();
        if (n % 1'000 != 0)
            continue;
        ASSERT_TRUE(server.read());
        for (const auto& one : upstream->outstanding())
            if (one.injected && one.sequence > asked) {
                asked = one.sequence;
                says(message(kReply, 0, asked));
            }
        server.consume(server.input().size());
        ASSERT_TRUE(arrive());
    }
    EXPECT_GE(asked, 60'000u);
    passAsking(core::kGetGeometry, 2);
    says(message(kReply, 0, upstream->sequence.serverSequence()));
    EXPECT_TRUE(arrive());
    EXPECT_EQ(log, "reply100001:8 ");
}

} // namespace
} // namespace entracte::xproxy
