// Properties and selections.

#include "tests/xproxy/state/RecordFixture.h"

namespace entracte::xproxy {
namespace {

class RecordPropertiesTest : public RecordFixture {
protected:
    static constexpr std::uint32_t A = kOnes | 1;
    static constexpr std::uint32_t kName = 300, kString = 31, kCardinal = 6;
    enum Mode : std::uint8_t { Replace, Prepend, Append };

    RecordPropertiesTest() { createWindow(kOne, A); }

    void change(Mode mode, std::uint32_t type, std::uint8_t format,
                std::initializer_list<std::uint32_t> units, std::uint32_t name = kName) {
        auto b = core(wire::core::kChangeProperty, mode);
        b.u32(A).u32(name).u32(type).u8(format).pad(3).u32(
            static_cast<std::uint32_t>(units.size()));
        for (const std::uint32_t unit : units) {
            if (format == 8)
                b.u8(static_cast<std::uint8_t>(unit));
            else if (format == 16)
                b.u16(static_cast<std::uint16_t>(unit));
            else
                b.u32(unit);
        }
        send(kOne, b);
    }
    const PropertyValue* property(std::uint32_t name = kName) const {
        const auto& all = window(A)->properties;
        const auto found = all.find(ClientAtom{name});
        return found == all.end() ? nullptr : &found->second;
    }
    static Bytes text(std::string_view text) { return copyOf(bytesOf(text)); }
    std::vector<std::uint32_t> numbers(std::uint32_t name = kName) const {
        std::vector<std::uint32_t> found;
        const MessageView view(property(name)->data, wire::kHostOrder);
        for (std::size_t at = 0; at < view.size(); at += property(name)->format / 8u)
            found.push_back(property(name)->format == 16 ? view.u16(at) : view.u32(at));
        return found;
    }
    void getAndDelete(std::uint32_t replyType, std::uint32_t bytesAfter) {
        auto request = core(wire::core::kGetProperty, 1);
        request.u32(A).u32(kName).u32(0).u32(0).u32(100);
        auto reply = MessageBuilder::reply(order, 0);
        reply.set(wire::core::GetPropertyReply::type, replyType);
        reply.set(wire::core::GetPropertyReply::bytes_after, bytesAfter);
        const Bytes asked = request.finish();
        const Bytes answered = reply.finishReply();
        recorder.reply(kTwo, Ext::Core, MessageView(asked, order), MessageView(answered, order));
    }
};
INSTANTIATE_BOTH_ORDERS(RecordPropertiesTest);

TEST_P(RecordPropertiesTest, keepsValuesInHostOrder) {
    change(Replace, kCardinal, 32, {1, 0x12345678});
    ASSERT_TRUE(property());
    EXPECT_EQ(property()->type, ClientAtom{kCardinal});
    EXPECT_EQ(property()->format, 32);
    EXPECT_EQ(property()->setter, kOne);
    EXPECT_EQ(numbers(), (std::vector<std::uint32_t>{1, 0x12345678}));
    change(Replace, kCardinal, 16, {1, 0x1234, 3});
    EXPECT_EQ(numbers(), (std::vector<std::uint32_t>{1, 0x1234, 3}));
}

TEST_P(RecordPropertiesTest, appendsAndPrepends) {
    change(Append, kString, 8, {'m', 'i'}); // also makes it
    change(Append, kString, 8, {'d'});
    change(Prepend, kString, 8, {'a', ' '});
    EXPECT_EQ(property()->data, text("a mid"));
    change(Append, kString, 8, {});
    EXPECT_EQ(property()->data, text("a mid"));
    change(Replace, kString, 8, {});
    EXPECT_TRUE(property()) << "empty is not absent";
    EXPECT_TRUE(property()->data.empty());
}

// BadMatch on the server (X protocol, section 10 "ChangeProperty")
TEST_P(RecordPropertiesTest, whatDoesNotMatchIsNotAppended) {
    change(Replace, kString, 8, {'o', 'k'});
    change(Append, kCardinal, 8, {'!'});
    change(Prepend, kString, 16, {'!'});
    EXPECT_EQ(property()->data, text("ok"));
    EXPECT_EQ(property()->type, ClientAtom{kString});
    change(static_cast<Mode>(3), kString, 8, {'!'});
    EXPECT_EQ(property()->data, text("ok"));
}

TEST_P(RecordPropertiesTest, deletes) {
    change(Replace, kString, 8, {'x'});
    words(kTwo, wire::core::kDeleteProperty, 0, {A, kName});
    EXPECT_FALSE(property());
    words(kTwo, wire::core::kDeleteProperty, 0, {A, kName});
}

TEST_P(RecordPropertiesTest, deletesWithTheLastReading) {
    change(Replace, kString, 8, {'x'});
    getAndDelete(kString, 4);
    EXPECT_TRUE(property()) << "something was left unread";
    getAndDelete(kCardinal, 0);
    EXPECT_TRUE(property()) << "the type did not match";
    getAndDelete(kString, 0);
    EXPECT_FALSE(property());
}

TEST_P(RecordPropertiesTest, rotates) {
    for (const std::uint32_t i : {0u, 1u, 2u})
        change(Replace, kString, 8, {'a' + i}, 400 + i);
    const auto rotate = [&](std::uint16_t delta) {
        auto b = core(wire::core::kRotateProperties);
        b.u32(A).u16(3).u16(delta).u32(400).u32(401).u32(402);
        send(kOne, b);
    };
    rotate(1); // the value of the first becomes that of the second
    EXPECT_EQ(property(400)->data, text("c"));
    EXPECT_EQ(property(401)->data, text("a"));
    EXPECT_EQ(property(402)->data, text("b"));
    rotate(0xffff); // -1
    EXPECT_EQ(property(400)->data, text("a"));
    EXPECT_EQ(property(401)->data, text("b"));
}

TEST_P(RecordPropertiesTest, lengthsThatLieChangeNothing) {
    change(Replace, kString, 8, {'o', 'k'});
    for (const std::uint32_t units : {5u, 0x40000001u, 0xffffffffu}) {
        auto b = core(wire::core::kChangeProperty, Replace);
        b.u32(A).u32(kName).u32(kString).u8(32).pad(3).u32(units).u32(7);
        send(kOne, b);
    }
    auto odd = core(wire::core::kChangeProperty, Replace);
    odd.u32(A).u32(kName).u32(kString).u8(24).pad(3).u32(1).u32(7);
    send(kOne, odd);
    auto many = core(wire::core::kRotateProperties);
    many.u32(A).u16(0xffff).u16(1).u32(kName);
    send(kOne, many);
    auto none = core(wire::core::kRotateProperties);
    none.u32(A).u16(0).u16(1);
    send(kOne, none);
    EXPECT_EQ(property()->data, text("ok"));
}

TEST_P(RecordPropertiesTest, selectionsHaveOneOwner) {
    createWindow(kTwo, kTwos | 1);
    words(kOne, wire::core::kSetSelectionOwner, 0, {A, 301, 1'000});
    words(kTwo, wire::core::kSetSelectionOwner, 0, {kTwos | 1, 302, 1'100});
    words(kTwo, wire::core::kSetSelectionOwner, 0, {kTwos | 1, 301, 1'200});
    ASSERT_EQ(record.selections.size(), 2u);
    EXPECT_EQ(record.selections.at(ClientAtom{301}).client, kTwo);
    EXPECT_EQ(record.selections.at(ClientAtom{301}).window, ClientXid{kTwos | 1});
    EXPECT_EQ(record.selections.at(ClientAtom{301}).time, 1'200u);
    words(kTwo, wire::core::kSetSelectionOwner, 0, {0, 302, 1'300});
    EXPECT_EQ(record.selections.size(), 1u);
    record.clientGone(kTwo);
    EXPECT_TRUE(record.selections.empty());
}

// X protocol, section 10 "SetSelectionOwner": no effect before the last change; BadWindow.
TEST_P(RecordPropertiesTest, aSelectionIsNotLostToARequestThatTheServerRefuses) {
    createWindow(kTwo, kTwos | 1);
    words(kOne, wire::core::kSetSelectionOwner, 0, {A, 301, 1'000});
    words(kTwo, wire::core::kSetSelectionOwner, 0, {kTwos | 1, 301, 900});
    EXPECT_EQ(record.selections.at(ClientAtom{301}).client, kOne) << "before the last change";
    words(kTwo, wire::core::kSetSelectionOwner, 0, {kTwos | 99, 301, 1'500});
    EXPECT_EQ(record.selections.at(ClientAtom{301}).client, kOne) << "no such window";
    words(kTwo, wire::core::kSetSelectionOwner, 0, {kTwos | 1, 301, 0});
    EXPECT_EQ(record.selections.at(ClientAtom{301}).client, kTwo) << "CurrentTime";
}

} // namespace
} // namespace entracte::xproxy
