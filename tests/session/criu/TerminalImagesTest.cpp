// Images with an open /dev/tty, as CRIU 4.2 writes them (names of fields: images/*.proto), and what
// becomes of them.

#include "session/criu/TerminalImages.h"

#include "session/criu/ImageWriter.h"

#include <gtest/gtest.h>

using namespace entracte;

namespace {

constexpr std::uint32_t kFiles = 0x56303138;
constexpr std::uint32_t kTerminals = 0x59453036;
constexpr std::uint32_t kProcesses = 0x50273030;
constexpr std::uint32_t kIds = 0x54432030;
constexpr std::uint32_t kTable = 0x56213732;

using Numbers = std::initializer_list<std::pair<std::uint32_t, std::uint64_t>>;

std::string message(Numbers numbers, std::uint32_t inner = 0, const std::string& bytes = {}) {
    ProtobufWriter writer;
    for (const auto& [field, value] : numbers)
        writer.number(field, value);
    if (inner != 0)
        writer.bytes(inner, bytes);
    return writer.message();
}

std::string image(std::uint32_t magic, std::initializer_list<std::string> entries) {
    auto made = beginImage(magic);
    for (const auto& entry : entries)
        appendEntry(made, entry);
    return made;
}

std::string masterFile() {
    ProtobufWriter regular;
    regular.number(1, 70);
    regular.number(2, 02);
    regular.bytes(6, "/dev/pts/ptmx");
    return message({{1, 1}, {2, 70}}, 3, regular.message());
}

// Terminal 2 with its master (settings 5) in process 10, and process 12 of session 11, which has
// /dev/tty open as file 21 and nothing else of the terminal.
TerminalImages withOpenTty() {
    TerminalImages images;
    images.files =
        image(kFiles, {masterFile(),
                       message({{1, 11}, {2, 20}}, 19, message({{1, 20}, {2, 5}, {3, 2}, {6, 70}})),
                       message({{1, 11}, {2, 21}}, 19, message({{1, 21}, {2, 0}, {3, 2}}))});
    images.terminals =
        image(kTerminals, {message({{1, 0}, {2, 5}, {6, 11}, {8, 0x500}}),
                           message({{1, 5}, {2, 1}, {6, 11}, {8, 0x502}}, 12, message({{1, 2}}))});
    images.processes = image(kProcesses, {message({{1, 10}, {2, 0}, {3, 10}, {4, 10}}),
                                          message({{1, 12}, {2, 10}, {3, 12}, {4, 11}})});
    images.ids = {{10, image(kIds, {message({{1, 1}, {2, 1}})})},
                  {12, image(kIds, {message({{1, 2}, {2, 2}})})}};
    images.tables = {{1, image(kTable, {message({{1, 20}, {3, 11}, {4, 4}})})},
                     {2, image(kTable, {message({{1, 21}, {3, 11}, {4, 10}})})}};
    return images;
}

std::uint64_t numberIn(Bytes bytes, std::uint32_t field) {
    ProtobufReader reader(bytes);
    while (const auto found = reader.next())
        if (found->number == field)
            return found->value;
    return 0;
}

Bytes innerOf(Bytes bytes, std::uint32_t field) {
    ProtobufReader reader(bytes);
    while (const auto found = reader.next())
        if (found->number == field)
            return found->bytes;
    return {};
}

std::string textOf(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(TerminalImagesTest, anOpenDevTtyBecomesTheTerminalOfItsSession) {
    const auto images = withOpenTty();
    const auto mended = mendTerminals(images);
    ASSERT_TRUE(mended) << mended.error().forLog();
    const auto files = splitImage(mended->files, kFiles);
    ASSERT_TRUE(files);
    ASSERT_EQ(files->size(), 4U);
    const auto regular = innerOf((*files)[2], 3);
    EXPECT_EQ(textOf(innerOf(regular, 6)), "/dev/pts/2");
    const auto terminal = innerOf((*files)[3], 19);
    EXPECT_EQ(numberIn(terminal, 1), 21U);
    EXPECT_EQ(numberIn(terminal, 2), 4U); // the slave's settings
    EXPECT_EQ(numberIn(terminal, 6), numberIn(regular, 1));
    EXPECT_EQ(textOf((*files)[1]), textOf(splitImage(images.files, kFiles)->at(1)));
    // The slave's settings, which CRIU had no reason to write, are the master's.
    const auto terminals = splitImage(mended->terminals, kTerminals);
    ASSERT_TRUE(terminals);
    ASSERT_EQ(terminals->size(), 2U);
    EXPECT_EQ(numberIn((*terminals)[1], 1), 4U);
    EXPECT_EQ(numberIn((*terminals)[1], 8), 0x8802U);
}

TEST(TerminalImagesTest, whatHasNoOpenDevTtyStaysAsItIs) {
    auto images = withOpenTty();
    images.files = image(kFiles, {masterFile()});
    const auto mended = mendTerminals(images);
    ASSERT_TRUE(mended);
    EXPECT_TRUE(mended->files.empty());
}

TEST(TerminalImagesTest, mendedOnceIsMended) {
    auto images = withOpenTty();
    const auto once = mendTerminals(images);
    ASSERT_TRUE(once);
    images.files = once->files;
    images.terminals = once->terminals;
    const auto twice = mendTerminals(images);
    ASSERT_TRUE(twice);
    EXPECT_TRUE(twice->files.empty());
}

TEST(TerminalImagesTest, aTerminalThatNobodyCanTellIsAnError) {
    auto images = withOpenTty();
    images.processes = image(kProcesses, {message({{1, 12}, {2, 10}, {3, 12}, {4, 99}})});
    const auto mended = mendTerminals(images);
    ASSERT_FALSE(mended);
    EXPECT_EQ(mended.error().code(), ErrorCode::RestoreFailed);
}

TEST(TerminalImagesTest, anyBytesAreRead) {
    const auto stream = packTerminals(withOpenTty());
    for (std::size_t at = 0; at < stream.size(); ++at)
        for (const char flip : {'\x01', '\x80', '\xff'}) {
            auto altered = stream;
            altered[at] = static_cast<char>(altered[at] ^ flip);
            if (const auto images = unpackTerminals(altered))
                static_cast<void>(mendTerminals(*images));
            static_cast<void>(unpackTerminals(altered.substr(0, at)));
        }
}

TEST(TerminalImagesTest, theStreamsHoldWhatWasPutIn) {
    const auto images = withOpenTty();
    const auto back = unpackTerminals(packTerminals(images));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->files, images.files);
    EXPECT_EQ(back->ids, images.ids);
    EXPECT_EQ(back->tables, images.tables);
    const auto mended = unpackMended(packMended({"a", "b"}));
    ASSERT_TRUE(mended);
    EXPECT_EQ(mended->files + mended->terminals, "ab");
}

} // namespace
