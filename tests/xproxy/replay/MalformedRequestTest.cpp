// Requests that are wrong in every way a program can get them wrong: the same bytes go to a server
// directly and through the proxy, before and after a move, and must be answered alike.

#include "tests/xproxy/replay/RawProgram.h"
#include "tests/xproxy/replay/RunningProxy.h"
#include "xproxy/state/Extensions.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>

namespace entracte::xproxy {
namespace {

namespace core = wire::core;

constexpr int kBadContextTag = 4; // GLX, from its first error

// Numbers of an extension as one connection knows them.
struct Numbers {
    std::uint8_t major = 0;
    std::uint8_t firstError = 0;
};

// A program that sends what it is told to and writes down what it hears.
class Speaker {
public:
    // `like`: whose identifiers its own shall equal, so that both say the very same bytes.
    explicit Speaker(std::string display, const Speaker* like = nullptr)
        : m_display(std::move(display)), m_like(like) {
        begin();
    }

    const Numbers& numbersOf(Ext ext) const { return m_numbers[static_cast<std::size_t>(ext)]; }
    std::uint32_t window() const { return m_program->base | 1; }

    // What is said to the request, until a question after it is answered: kinds of messages, and
    // whatever an error tells.
    std::string sayTo(ByteView request) {
        m_program->write(request);
        ++m_sequence;
        const std::uint16_t asked = ask();
        std::string heard;
        for (;;) {
            const Bytes message = m_program->read();
            if (message.empty()) {
                begin();
                return heard + "the connection ended";
            }
            const MessageView view(message, wire::kHostOrder);
            const std::uint16_t sequence = view.get(wire::header::sequence);
            if (view.u8(0) == 1 && sequence == asked)
                return heard;
            if (view.u8(0) == 0)
                heard += errorText(view);
            else if (view.u8(0) == 1)
                heard += fmt::format("reply to {}; ", after(sequence));
        }
    }

private:
    void begin() {
        m_program = std::make_unique<RawProgram>(m_display);
        std::vector<std::unique_ptr<RawProgram>> others;
        while (m_like && m_program->base != m_like->m_program->base && others.size() < 20) {
            others.push_back(std::move(m_program));
            m_program = std::make_unique<RawProgram>(m_display);
        }
        EXPECT_TRUE(!m_like || m_program->base == m_like->m_program->base);
        m_sequence = 0;
        m_program->write(MessageBuilder::request(wire::kHostOrder, core::kCreateWindow, 0)
                             .u32(window())
                             .u32(m_program->root)
                             .pad(4)
                             .u16(20)
                             .u16(20)
                             .pad(12)
                             .finish());
        ++m_sequence;
        for (std::size_t i = 1; i < kExtCount; ++i)
            m_numbers[i] = ofExtension(extensionName(static_cast<Ext>(i)));
    }
    Numbers ofExtension(std::string_view name) {
        m_program->write(MessageBuilder::request(wire::kHostOrder, core::kQueryExtension, 0)
                             .u16(static_cast<std::uint16_t>(name.size()))
                             .pad(2)
                             .bytes(std::as_bytes(std::span(name)))
                             .align(4)
                             .finish());
        ++m_sequence;
        const Bytes reply = m_program->read();
        const MessageView view(reply, wire::kHostOrder);
        EXPECT_EQ(view.u8(0), 1) << name;
        return {.major = view.u8(9), .firstError = view.u8(11)};
    }
    std::uint16_t ask() {
        m_program->write(
            MessageBuilder::request(wire::kHostOrder, core::kGetInputFocus, 0).finish());
        return static_cast<std::uint16_t>(++m_sequence);
    }
    // 0: the request that was judged; the question after it is 1.
    int after(std::uint16_t sequence) const {
        return static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(m_sequence - 1));
    }
    // Numbers of extensions differ from server to server: told by their names.
    std::string errorText(const MessageView& view) const {
        std::string code = fmt::format("{}", view.get(wire::header::errorCode));
        std::string major = fmt::format("{}", view.get(wire::header::errorMajorOpcode));
        std::uint8_t nearest = 0;
        for (std::size_t i = 1; i < kExtCount; ++i) {
            const auto name = extensionName(static_cast<Ext>(i));
            if (m_numbers[i].major != 0 &&
                m_numbers[i].major == view.get(wire::header::errorMajorOpcode))
                major = name;
            if (const std::uint8_t first = m_numbers[i].firstError;
                first >= 128 && first <= view.get(wire::header::errorCode) && first > nearest) {
                nearest = first;
                code = fmt::format("{}+{}", name, view.get(wire::header::errorCode) - first);
            }
        }
        const auto& glx = numbersOf(Ext::Glx);
        const bool isTag =
            glx.major != 0 && view.get(wire::header::errorCode) == glx.firstError + kBadContextTag;
        // A mask of no events is a bad value that the server does not tell (Xi/xiselectev.c).
        const bool isMask =
            view.get(wire::header::errorMajorOpcode) == numbersOf(Ext::XInput).major &&
            view.get(wire::header::errorMinorOpcode) == wire::xinput::kXISelectEvents;
        if (!isTag && !isMask && tellsValue(view.get(wire::header::errorCode)))
            code += fmt::format(" ({:#x})", view.get(wire::header::errorValue));
        return fmt::format("error {} of {}.{} for {}; ", code, major,
                           view.get(wire::header::errorMinorOpcode),
                           after(view.get(wire::header::sequence)));
    }
    // The others leave there what an earlier error left (X protocol, section 4: "unused").
    static bool tellsValue(std::uint8_t code) {
        constexpr std::array kWithout = {1, 8, 10, 11, 15, 16, 17};
        return std::ranges::find(kWithout, int{code}) == kWithout.end();
    }

    std::string m_display;
    const Speaker* m_like;
    std::unique_ptr<RawProgram> m_program;
    std::uint64_t m_sequence = 0;
    std::array<Numbers, kExtCount> m_numbers{};
};

enum class Filling : std::uint8_t { Zeros, Ones, AllBits, OwnWindow, Anything };
constexpr std::array kFillings = {Filling::Zeros, Filling::Ones, Filling::AllBits,
                                  Filling::OwnWindow, Filling::Anything};

// Requests that stop everybody, or the program itself, when they happen to be right.
bool isLeftOut(Ext ext, std::string_view name) {
    static const std::set<std::string_view> names = {"GrabServer", "Await", "AwaitFence",
                                                     "FakeInput"};
    return names.contains(name) && (ext == Ext::Core || ext == Ext::Sync || ext == Ext::XTest);
}

class MalformedRequestTest : public ::testing::Test {
protected:
    MalformedRequestTest() { proxy.moveTo(first); }

    // Of `words` words, as each of the two has to be told it.
    static Bytes requestFor(const Speaker& speaker, Ext ext, std::uint8_t opcode, std::size_t words,
                            Filling filling, unsigned seed) {
        MessageBuilder request =
            ext == Ext::Core
                ? MessageBuilder::request(wire::kHostOrder, opcode, 0)
                : MessageBuilder::request(wire::kHostOrder, speaker.numbersOf(ext).major, opcode);
        std::mt19937 random(seed);
        for (std::size_t i = 1; i < words; ++i)
            switch (filling) {
            case Filling::Zeros:
                request.u32(0);
                break;
            case Filling::Ones:
                request.u32(0x01010101);
                break;
            case Filling::AllBits:
                request.u32(~0u);
                break;
            case Filling::OwnWindow:
                request.u32(speaker.window());
                break;
            case Filling::Anything:
                request.u32(static_cast<std::uint32_t>(random()));
                break;
            }
        return request.finish();
    }

    void compareAll() {
        Speaker through(proxy.display());
        Speaker straight(direct.display(), &through);
        for (std::size_t i = 0; i < kExtCount; ++i) {
            const Ext ext = static_cast<Ext>(i);
            if (ext != Ext::Core &&
                (through.numbersOf(ext).major == 0 || straight.numbersOf(ext).major == 0))
                continue;
            for (unsigned opcode = ext == Ext::Core ? 1 : 0;
                 opcode < (ext == Ext::Core ? 128u : 256u); ++opcode)
                compare(straight, through, ext, static_cast<std::uint8_t>(opcode));
        }
    }
    void compare(Speaker& straight, Speaker& through, Ext ext, std::uint8_t opcode) {
        const auto* schema = requestSchema(ext, opcode);
        const std::string_view name = schema ? schema->name : "nothing";
        if (isLeftOut(ext, name))
            return;
        for (const std::size_t words : {1, 2, 3, 4, 5, 6, 8, 9, 13, 40}) {
            if (!schema && words > 2)
                break; // what nobody knows nobody looks into
            for (const Filling filling : kFillings) {
                // A time that is still to come comes to the next server as now.
                if (ext == Ext::Core && opcode == core::kSetSelectionOwner &&
                    (filling == Filling::AllBits || filling == Filling::Anything))
                    continue;
                const unsigned seed = opcode * 64u + static_cast<unsigned>(words);
                const auto heard =
                    through.sayTo(requestFor(through, ext, opcode, words, filling, seed));
                const auto expected =
                    straight.sayTo(requestFor(straight, ext, opcode, words, filling, seed));
                EXPECT_EQ(heard, expected) << extensionName(ext) << "." << name << " of " << words
                                           << " words, filled as " << static_cast<int>(filling);
            }
        }
    }

    // Bytes that are no request of the length that they tell.
    void compareFrames() {
        Speaker through(proxy.display());
        Speaker straight(direct.display(), &through);
        const auto compare = [&](const char* what, const Bytes& bytes) {
            EXPECT_EQ(through.sayTo(bytes), straight.sayTo(bytes)) << what;
        };
        const auto header = [](std::uint8_t opcode, std::uint16_t words) {
            return MessageBuilder(wire::kHostOrder, 0).u8(opcode).pad(1).u16(words);
        };
        for (const std::uint8_t opcode : {core::kNoOperation, core::kGetInputFocus,
                                          core::kMapWindow, std::uint8_t{126}, std::uint8_t{200}})
            compare("no length", header(opcode, 0).take());
        const auto enable = [&](const Speaker& speaker) {
            return MessageBuilder::request(wire::kHostOrder,
                                           speaker.numbersOf(Ext::BigRequests).major, 0)
                .finish();
        };
        const auto ready = through.sayTo(enable(through));
        EXPECT_EQ(ready, straight.sayTo(enable(straight)));
        compare("a long header alone", header(core::kNoOperation, 0).u32(2).take());
        compare("a long header where a short one would do",
                header(core::kMapWindow, 0).u32(3).u32(through.window()).take());
        constexpr std::uint32_t kMost = 4'194'303; // words
        // NoOperation: of others a server tells at times another number than theirs.
        for (const std::uint32_t words : {kMost, kMost + 1, kMost + 1000})
            compare("as long as can be, and longer",
                    header(core::kNoOperation, 0).u32(words).pad((words - 2) * 4u).take());
    }

    test::TestServer direct{{"-nolisten", "tcp", "-ac"}};
    test::TestServer first;
    test::TestServer second{{"-nolisten", "tcp", "-maxclients", "64"}};
    RunningProxy proxy;
};

TEST_F(MalformedRequestTest, isAnsweredAsTheServerWould) {
    compareAll();
}

TEST_F(MalformedRequestTest, isAnsweredAsTheServerWouldAfterAMove) {
    proxy.moveTo(second);
    compareAll();
}

TEST_F(MalformedRequestTest, whoseLengthIsWrong) {
    compareFrames();
}

// What newer servers end the connection for.
TEST_F(MalformedRequestTest, whoseLengthMakesNoSenseEndsItsProgramAlone) {
    Program decent(proxy.display());
    for (const std::uint32_t words : {0u, 1u, 0x20000000u, ~0u}) {
        RawProgram program(proxy.display());
        Speaker numbers(proxy.display());
        program.write(
            MessageBuilder::request(wire::kHostOrder, numbers.numbersOf(Ext::BigRequests).major, 0)
                .finish());
        EXPECT_FALSE(program.read().empty());
        program.write(
            MessageBuilder(wire::kHostOrder, 0).u8(core::kNoOperation).pad(3).u32(words).take());
        EXPECT_TRUE(program.read().empty()) << words;
    }
    RunningProxy::settle(decent);
    EXPECT_EQ(xcb_connection_has_error(decent), 0);
}

TEST_F(MalformedRequestTest, whoseLengthIsWrongAfterAMove) {
    proxy.moveTo(second);
    compareFrames();
}

} // namespace
} // namespace entracte::xproxy
