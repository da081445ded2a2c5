// The table that says what becomes of each request is whole, and what it names is there.

#include "xproxy/state/RequestTable.h"
#include "xproxy/state/Recorder.h"

#include <gtest/gtest.h>

#include <set>

namespace entracte::xproxy {
namespace {

// Calls with each request of each extension that programs are offered.
template <typename Visit>
void forEachRequest(Visit visit) {
    for (std::size_t i = 0; i < kExtCount; ++i)
        for (unsigned opcode = 0; opcode < 256; ++opcode)
            if (const auto* schema =
                    requestSchema(static_cast<Ext>(i), static_cast<std::uint8_t>(opcode)))
                visit(static_cast<Ext>(i), static_cast<std::uint8_t>(opcode), *schema);
}

TEST(RequestTableTest, everyRequestHasItsRule) {
    std::size_t count = 0;
    forEachRequest([&](Ext ext, std::uint8_t opcode, const wire::MessageSchema& schema) {
        ++count;
        EXPECT_NE(ruleOf(ext, opcode), nullptr) << extensionName(ext) << ' ' << schema.name;
    });
    EXPECT_GT(count, 380u);
}

TEST(RequestTableTest, noRuleIsForNothingOrTwice) {
    for (std::size_t i = 0; i < kExtCount; ++i) {
        std::set<unsigned> seen;
        for (const RequestRule& rule : rulesOf(static_cast<Ext>(i))) {
            EXPECT_NE(requestSchema(static_cast<Ext>(i), rule.opcode), nullptr) << i;
            EXPECT_TRUE(seen.insert(rule.opcode).second)
                << extensionName(static_cast<Ext>(i)) << ' ' << unsigned{rule.opcode};
        }
    }
}

TEST(RequestTableTest, whatIsRecordedHasAFunctionAndNothingElseHas) {
    forEachRequest([](Ext ext, std::uint8_t opcode, const wire::MessageSchema& schema) {
        const RequestRule& rule = *ruleOf(ext, opcode);
        const std::string name = std::string(extensionName(ext)) + " " + std::string(schema.name);
        const bool isRemembered = rule.fate == Fate::Recorded || rule.fate == Fate::Kept;
        if (rule.fate != Fate::Answered) {
            EXPECT_EQ(rule.record != nullptr, isRemembered) << name;
        }
        if (isRemembered) {
            EXPECT_STRNE(rule.replay, "") << name;
        }
    });
}

// What goes in bulk is told by a table of its own.
TEST(RequestTableTest, agreesWithTheTraces) {
    forEachRequest([](Ext ext, std::uint8_t opcode, const wire::MessageSchema& schema) {
        using Kind = RequestTrace::Kind;
        const Kind kind = traceOf(ext, opcode).kind;
        const Fate fate = ruleOf(ext, opcode)->fate;
        EXPECT_EQ(fate == Fate::Draws, kind == Kind::Draws || kind == Kind::DrawsToPicture)
            << extensionName(ext) << ' ' << schema.name;
        if (kind == Kind::Nothing) {
            EXPECT_EQ(fate, Fate::Momentary) << extensionName(ext) << ' ' << schema.name;
        }
    });
}

TEST(RequestTableTest, theFunctionKnowsTheRequest) {
    forEachRequest([](Ext ext, std::uint8_t opcode, const wire::MessageSchema& schema) {
        const RequestRule& rule = *ruleOf(ext, opcode);
        if (!rule.record)
            return;
        Record record;
        record.create<Window>(ClientXid::None, 1); // what a request of zeros names
        record.clients[1].range = {0, 0x1fffff};
        Recorder recorder(record);
        const Bytes request =
            MessageBuilder::request(wire::kHostOrder, ext == Ext::Core ? opcode : 200,
                                    ext == Ext::Core ? 0 : opcode, 64)
                .finish();
        const auto effects = recorder.request(1, ext, MessageView(request, wire::kHostOrder));
        EXPECT_FALSE(effects.unknown) << extensionName(ext) << ' ' << schema.name;
    });
}

} // namespace
} // namespace entracte::xproxy
