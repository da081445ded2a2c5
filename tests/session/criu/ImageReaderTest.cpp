// Images are a stranger's bytes: what is whole is read, anything else is refused and does no harm.

#include "session/criu/ImageReader.h"
#include "session/criu/Criu.h"

#include "session/base/UniqueFd.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

using namespace entracte;

namespace {

std::string word(std::uint32_t value) {
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), &value, 4);
    return bytes;
}

std::string lengthDelimited(unsigned field, const std::string& bytes) {
    std::string varint;
    for (auto rest = bytes.size();; rest >>= 7) {
        if (rest < 0x80) {
            varint += static_cast<char>(rest);
            break;
        }
        varint += static_cast<char>((rest & 0x7f) | 0x80);
    }
    const auto tag = field << 3 | 2;
    std::string head;
    if (tag >= 0x80)
        head += static_cast<char>((tag & 0x7f) | 0x80);
    head += static_cast<char>(tag >= 0x80 ? tag >> 7 : tag);
    return head + varint + bytes;
}

std::string entry(const std::string& message) {
    return word(static_cast<std::uint32_t>(message.size())) + message;
}

// file_entry { type UNIXSK, id, usk { name, name_dir } }
std::string unixSocket(const std::string& name, const std::string& directory = {}) {
    std::string socket = std::string("\x08\x01\x10\x05", 4) + lengthDelimited(11, name);
    if (!directory.empty())
        socket += lengthDelimited(14, directory);
    return entry(std::string("\x08\x05\x10\x01", 4) + lengthDelimited(16, socket));
}

const std::string kHead = word(0x54564319) + word(0x56303138);

class ImageReaderTest : public testing::Test {
protected:
    void SetUp() override {
        std::string path = "/tmp/entracte-images-XXXXXX";
        m_directory = ::mkdtemp(path.data());
    }
    void TearDown() override { std::filesystem::remove_all(m_directory); }

    Result<ImageFacts> inspect(const std::string& files) {
        std::ofstream(m_directory / "files.img", std::ios::binary) << files;
        return inspectImages(m_directory);
    }

    std::filesystem::path m_directory;
};

TEST_F(ImageReaderTest, findsPathsOfBoundSockets) {
    using namespace std::string_literals;
    const auto facts = inspect(kHead + unixSocket("/tmp/.X11-unix/X0\0"s) + unixSocket("") +
                               unixSocket("\0abstract"s) + unixSocket("s\0"s, "/tmp/.abc") +
                               unixSocket("/tmp/.X11-unix/X0"));
    ASSERT_TRUE(facts) << facts.error().forLog();
    EXPECT_EQ(facts->boundSocketPaths,
              (std::vector<std::string>{"/tmp/.X11-unix/X0", "/tmp/.abc/s"}));
}

TEST_F(ImageReaderTest, passesOverUnknownFieldsAndOtherFiles) {
    const auto facts = inspect(kHead +
                               entry(lengthDelimited(3, "a regular file") +
                                     std::string("\x99\x06", 2) + std::string(8, 'x')) +
                               unixSocket("/run/a"));
    ASSERT_TRUE(facts) << facts.error().forLog();
    EXPECT_EQ(facts->boundSocketPaths, std::vector<std::string>{"/run/a"});
}

TEST_F(ImageReaderTest, refusesEveryTruncation) {
    const std::string whole = kHead + unixSocket("/tmp/a/socket", "/somewhere");
    ASSERT_TRUE(inspect(whole));
    for (std::size_t length = 0; length < whole.size(); length += 3) {
        if (length == kHead.size())
            continue; // an image without entries
        const auto facts = inspect(whole.substr(0, length));
        ASSERT_FALSE(facts) << length;
        EXPECT_EQ(facts.error().code(), ErrorCode::SnapshotDamaged);
    }
}

TEST_F(ImageReaderTest, refusesSizesThatLie) {
    EXPECT_FALSE(inspect(kHead + word(0xffffffff) + "x"));
    EXPECT_FALSE(inspect(kHead + word(0x40000000)));
    // A length inside an entry that reaches beyond it.
    EXPECT_FALSE(inspect(kHead + entry(std::string("\x82\x01\xff\xff\xff\xff\x0f", 7))));
    // A number that never ends.
    EXPECT_FALSE(inspect(kHead + entry(std::string("\x08") + std::string(40, '\xff'))));
    // Field number zero, wire types that do not exist.
    EXPECT_FALSE(inspect(kHead + entry(std::string("\x00\x01", 2))));
    EXPECT_FALSE(inspect(kHead + entry("\x0f\x01")));
}

TEST_F(ImageReaderTest, refusesAnotherFile) {
    EXPECT_FALSE(inspect("#!/bin/sh\n"));
    EXPECT_FALSE(inspect(word(0x54564319) + word(0x57093306)));
}

TEST_F(ImageReaderTest, refusesMoreThanAnySessionHas) {
    std::string files = kHead;
    const auto one = unixSocket("/tmp/" + std::string(100, 'a'));
    for (int i = 0; i < 60000; ++i)
        files += one;
    EXPECT_FALSE(inspect(files));
}

TEST_F(ImageReaderTest, followsNoLink) {
    std::ofstream(m_directory / "elsewhere", std::ios::binary) << kHead;
    std::filesystem::create_symlink(m_directory / "elsewhere", m_directory / "files.img");
    EXPECT_FALSE(inspectImages(m_directory));
}

TEST_F(ImageReaderTest, doesNotHangOnAPipe) {
    ASSERT_EQ(::mkfifo((m_directory / "files.img").c_str(), 0600), 0);
    EXPECT_FALSE(inspectImages(m_directory));
}

TEST_F(ImageReaderTest, namesMissingImages) {
    const auto facts = inspectImages(m_directory / "none");
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().code(), ErrorCode::SnapshotDamaged);
}

// The bounds themselves, without the process around them that would also die of a wrong one.
TEST(ProtobufReaderTest, neverReadsBeyondTheMessage) {
    const std::string message = "\x0a\x05"
                                "abcde";
    const auto bytes = std::as_bytes(std::span(message));
    ProtobufReader whole(bytes);
    const auto field = whole.next();
    ASSERT_TRUE(field);
    EXPECT_EQ(field->number, 1U);
    EXPECT_EQ(field->bytes.size(), 5U);
    EXPECT_FALSE(whole.next());
    EXPECT_FALSE(whole.bad());
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        ProtobufReader cut(bytes.first(length));
        EXPECT_FALSE(cut.next()) << length;
        EXPECT_TRUE(cut.bad()) << length;
    }
}

TEST(ProtobufReaderTest, believesNoSizeBeforeItIsThere) {
    const UniqueFd file(::memfd_create("image", MFD_CLOEXEC));
    const auto bytes = kHead + word(0x7fffffff);
    ASSERT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ASSERT_EQ(::ftruncate(file.get(), 0x80000100), 0); // it is there, as a hole
    ASSERT_EQ(::lseek(file.get(), 0, SEEK_SET), 0);
    const auto read = readSocketPaths(file.get(), [](std::string_view) { return Status(); });
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().detail().find("too large"), std::string::npos);
}

TEST(DumpTimesTest, readsWhatCriuWrote) {
    // stats-dump of CRIU 4.2.1, as it wrote it here: 185 µs to freeze, 59343 µs frozen.
    const unsigned char bytes[] = {0x40, 0x59, 0x10, 0x55, 0x06, 0x33, 0x09, 0x57, 0x23, 0x00,
                                   0x00, 0x00, 0x0a, 0x21, 0x08, 0xb9, 0x01, 0x10, 0xcf, 0xcf,
                                   0x03, 0x18, 0xc2, 0x05, 0x20, 0xbb, 0x01, 0x28, 0x2e, 0x30,
                                   0x00, 0x38, 0x1e, 0x40, 0x00, 0x48, 0x00, 0x50, 0x85, 0x80,
                                   0x86, 0x00, 0x68, 0x00, 0x70, 0x00, 0x00};
    std::string path = "/tmp/entracte-stats-XXXXXX";
    const UniqueFd file(::mkstemp(path.data()));
    ASSERT_EQ(::write(file.get(), bytes, sizeof bytes), static_cast<ssize_t>(sizeof bytes));
    const auto times = readDumpTimes(path);
    std::filesystem::remove(path);
    ASSERT_TRUE(times) << times.error().forLog();
    EXPECT_EQ(times->freezingMicros, 185U);
    EXPECT_EQ(times->frozenMicros, 59343U);
}

} // namespace
