// Answers that the proxy gives by itself: right, and in their place among the server's.

#include "tests/xproxy/proxy/PlayedEnds.h"

namespace entracte::xproxy {
namespace {

namespace core_ = wire::core;

class AnswersTest : public PlayedEnds {
protected:
    AnswersTest() { core.record.atoms.learn(ClientAtom{300}, "CLIPBOARD"); }

    static Bytes internAtom(std::string_view name) {
        return request(core_::kInternAtom)
            .u16(static_cast<std::uint16_t>(name.size()))
            .u16(0)
            .bytes(bytesOf(name))
            .finish();
    }
    static Bytes queryExtension(std::string_view name) {
        return request(core_::kQueryExtension)
            .u16(static_cast<std::uint16_t>(name.size()))
            .u16(0)
            .bytes(bytesOf(name))
            .finish();
    }
    static Bytes queryPointer() { return request(core_::kQueryPointer).u32(0x123).finish(); }
    static Bytes noOperation() { return request(core_::kNoOperation).finish(); }
};

TEST_F(AnswersTest, knownAtomsAreAnsweredHere) {
    EXPECT_TRUE(programSends(internAtom("CLIPBOARD")).empty());
    const Bytes reply = arrived(program);
    EXPECT_EQ(inWords(reply), "reply 1");
    EXPECT_EQ(MessageView(reply, kOrder).get(core_::InternAtomReply::atom), 300u);
    programSends(internAtom("WM_NAME"));
    EXPECT_EQ(MessageView(arrived(program), kOrder).get(core_::InternAtomReply::atom), 39u);
}

TEST_F(AnswersTest, namesOfKnownAtoms) {
    EXPECT_TRUE(programSends(request(core_::kGetAtomName).u32(300).finish()).empty());
    const Bytes reply = arrived(program);
    EXPECT_EQ(textOf(MessageView(reply, kOrder).part(32, 9)), "CLIPBOARD");
}

TEST_F(AnswersTest, unknownAtomsAreTheServersBusiness) {
    EXPECT_EQ(programSends(internAtom("NEVER_HEARD")), internAtom("NEVER_HEARD"));
    const Bytes bad = request(core_::kGetAtomName).u32(999).finish();
    EXPECT_EQ(programSends(bad), bad);
}

TEST_F(AnswersTest, aRequestOfTheWrongLengthIsTheServersBusiness) {
    const Bytes tooLong =
        request(core_::kInternAtom).u16(9).u16(0).bytes(bytesOf("CLIPBOARD")).pad(8).finish();
    EXPECT_EQ(programSends(tooLong), tooLong);
}

TEST_F(AnswersTest, extensionsHaveTheirNumbers) {
    EXPECT_TRUE(programSends(queryExtension("RENDER")).empty());
    const Bytes reply = arrived(program);
    const MessageView view(reply, kOrder);
    EXPECT_EQ(view.get(core_::QueryExtensionReply::present), 1);
    EXPECT_EQ(view.get(core_::QueryExtensionReply::major_opcode), 139);
    EXPECT_EQ(view.get(core_::QueryExtensionReply::first_error), 142);
}

TEST_F(AnswersTest, hiddenExtensionsAreNotThere) {
    programSends(queryExtension("DRI3"));
    EXPECT_EQ(MessageView(arrived(program), kOrder).get(core_::QueryExtensionReply::present), 0);
}

TEST_F(AnswersTest, manyAtOnce) {
    programSends(
        joined({internAtom("CLIPBOARD"), queryExtension("RENDER"), internAtom("WM_NAME")}));
    EXPECT_EQ(inWords(arrived(program)), "reply 1, reply 2, reply 3");
}

TEST_F(AnswersTest, nothingOvertakesAnAnswerOfTheServer) {
    const Bytes both = joined({queryPointer(), internAtom("CLIPBOARD")});
    EXPECT_EQ(programSends(both), both) << "the server is asked, too";
    EXPECT_TRUE(arrived(program).empty());
    EXPECT_EQ(inWords(serverSends(joined({message(1, 1), message(1, 2)}))), "reply 1, reply 2");
}

TEST_F(AnswersTest, nothingOvertakesAnErrorThatMayCome) {
    const Bytes both = joined({noOperation(), internAtom("CLIPBOARD")});
    EXPECT_EQ(programSends(both), both);
    EXPECT_TRUE(arrived(program).empty());
}

TEST_F(AnswersTest, afterwardsTheServersNumbersAreThePrograms) {
    programSends(joined({internAtom("CLIPBOARD"), internAtom("CLIPBOARD")}));
    EXPECT_EQ(inWords(arrived(program)), "reply 1, reply 2");
    EXPECT_EQ(programSends(queryPointer()), queryPointer());
    EXPECT_EQ(inWords(serverSends(message(1, 1))), "reply 3");
    programSends(internAtom("CLIPBOARD"));
    EXPECT_EQ(inWords(arrived(program)), "reply 4");
    programSends(queryPointer());
    EXPECT_EQ(inWords(serverSends(message(0, 2, 3))), "error 5");
}

// xcb takes a number lower than the last for one of the next 65536.
TEST_F(AnswersTest, anEventNeverBearsANumberBeforeTheLastAnswer) {
    programSends(queryPointer());
    EXPECT_EQ(inWords(serverSends(message(1, 1))), "reply 1");
    programSends(joined({internAtom("CLIPBOARD"), internAtom("CLIPBOARD")}));
    EXPECT_EQ(inWords(arrived(program)), "reply 2, reply 3");
    EXPECT_EQ(inWords(serverSends(message(12, 1))), "event 3");
    programSends(queryPointer());
    EXPECT_EQ(inWords(serverSends(joined({message(12, 1), message(1, 2)}))), "event 3, reply 4");
}

TEST_F(AnswersTest, aProgramThatReadsNothingIsNotAnsweredForEver) {
    // The socket takes some, then the proxy keeps some, then the server is asked.
    Bytes many;
    for (int i = 0; i < 2'000; ++i) {
        const Bytes one = internAtom("CLIPBOARD");
        many.insert(many.end(), one.begin(), one.end());
    }
    bool asked = false;
    for (int round = 0; round < 60 && !asked; ++round)
        asked = !programSends(many).empty();
    EXPECT_TRUE(asked);
    EXPECT_LT(client->stream.queued(), 2u << 20);
}

} // namespace
} // namespace entracte::xproxy
