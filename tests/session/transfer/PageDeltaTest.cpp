// Memory told by what came before: put together again it is what it was, and what a stranger wrote
// writes no more than it may.

#include "session/transfer/PageDelta.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace entracte::test {
namespace {

constexpr std::uint64_t kRoom = 64 * kPageBytes;

std::string page(char kind) {
    std::string text(kPageBytes, kind);
    text[7] = '.';
    return text;
}
std::string pages(std::string_view kinds) {
    std::string text;
    for (const char kind : kinds)
        text += page(kind);
    return text;
}

class Sink final : public ByteSink {
public:
    Status write(std::span<const std::byte> bytes) override {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::string text;
};

// In pieces that fit nothing.
class Source final : public ByteSource {
public:
    explicit Source(std::string text) : m_text(std::move(text)) {}
    Result<std::span<const std::byte>> read() override {
        const auto part = std::as_bytes(std::span(m_text)).subspan(m_at);
        const auto some = part.first(std::min<std::size_t>(part.size(), 1001));
        m_at += some.size();
        return some;
    }

private:
    std::string m_text;
    std::size_t m_at = 0;
};

UniqueFd fileOf(const std::string& content) {
    UniqueFd file(::memfd_create("pages", MFD_CLOEXEC));
    EXPECT_EQ(::write(file.get(), content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    return file;
}

std::string contentOf(int file) {
    std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(file, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
}

class PageDeltaTest : public testing::Test {
protected:
    PageDeltaTest() {
        char name[] = "/tmp/pages.XXXXXX";
        m_folder = ::mkdtemp(name);
    }
    ~PageDeltaTest() override { std::filesystem::remove_all(m_folder); }

    void before(std::uint32_t number, const std::string& content) {
        std::ofstream(m_folder / pagesImage(number)) << content;
    }
    // As it is told.
    std::string told(std::uint32_t number, const std::string& content) {
        auto earlier = EarlierPages::in(m_folder);
        const UniqueFd file = fileOf(content);
        const auto records =
            earlier->compare(number, file.get(), content.size(), [] { return Status(); });
        Sink sink;
        EXPECT_TRUE(writeDelta(**records, file.get(), sink));
        EXPECT_EQ(sink.text.size(), deltaBytes(**records));
        return sink.text;
    }
    // Into a file that is filled with that one of before; 0: an empty one.
    Result<std::string> untold(const std::string& delta, std::uint64_t room = kRoom,
                               std::uint32_t filled = 0) {
        Source source(delta);
        const UniqueFd to(::memfd_create("pages", MFD_CLOEXEC));
        if (filled != 0) {
            std::ifstream file(m_folder / pagesImage(filled));
            const std::string content{std::istreambuf_iterator<char>(file), {}};
            EXPECT_EQ(::write(to.get(), content.data(), content.size()),
                      static_cast<ssize_t>(content.size()));
        }
        ENTRACTE_ASSIGN(wrote,
                        applyDelta(
                            source, to.get(), room,
                            [&](std::uint32_t number) {
                                UniqueFd file(::open((m_folder / pagesImage(number)).c_str(),
                                                     O_RDONLY | O_CLOEXEC));
                                return file ? Result<UniqueFd>(std::move(file))
                                            : Result<UniqueFd>(fail(ErrorCode::NotFound, "none"));
                            },
                            filled));
        EXPECT_EQ(::lseek(to.get(), 0, SEEK_END), static_cast<off_t>(wrote));
        return contentOf(to.get());
    }
    static std::string record(std::uint32_t source, std::uint32_t count, std::uint64_t at) {
        std::string head;
        for (unsigned i = 0; i < 4; ++i)
            head += static_cast<char>(source >> (8 * i));
        for (unsigned i = 0; i < 4; ++i)
            head += static_cast<char>(count >> (8 * i));
        for (unsigned i = 0; i < 8; ++i)
            head += static_cast<char>(at >> (8 * i));
        return head;
    }

    std::filesystem::path m_folder;
};

// Of files that this process has mapped.
long mappedKilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssFile:"))
            return std::stol(line.substr(8));
    return -1;
}

TEST_F(PageDeltaTest, whatWasComparedDoesNotStayMapped) {
    constexpr std::uint64_t kBytes = 32u << 20;
    const std::string content = page('a') + std::string(kBytes - kPageBytes, '\0');
    before(1, content);
    const UniqueFd file = fileOf(content);
    const long mapped = mappedKilobytes();
    ASSERT_GE(mapped, 0);
    const auto earlier = EarlierPages::in(m_folder);
    ASSERT_TRUE(earlier);
    EXPECT_LT(mappedKilobytes(), mapped + 8192);
    ASSERT_TRUE(earlier->compare(1, file.get(), kBytes, [] { return Status(); }));
    EXPECT_LT(mappedKilobytes(), mapped + 8192);
}

TEST_F(PageDeltaTest, whatIsAsItWasTakesNoRoom) {
    before(3, pages("abcdefgh"));
    const auto delta = told(3, pages("abcdefgh"));
    EXPECT_EQ(delta.size(), kDeltaHead);
    EXPECT_EQ(*untold(delta), pages("abcdefgh"));
}

TEST_F(PageDeltaTest, whatChangedCameGoneAndMovedIsPutTogetherAgain) {
    before(1, pages("abcdefgh"));
    before(2, pages("ijkl"));
    for (const std::string kinds : {"abXdefgh", "Xabcdefgh", "bcdefgh", "hgfedcba", "abklcd", "XYZ",
                                    "aaaaXaaa", "ijkl", "lX", "abcdefghijkl"}) {
        const auto delta = told(1, pages(kinds));
        for (const std::uint32_t filled : {0, 1}) {
            const auto back = untold(delta, kRoom, filled);
            ASSERT_TRUE(back) << kinds << ": " << back.error().forLog();
            EXPECT_EQ(*back, pages(kinds)) << kinds;
        }
    }
    EXPECT_EQ(told(1, pages("abXdefgh")).size(), 3 * kDeltaHead + kPageBytes);
}

TEST_F(PageDeltaTest, manyPagesCrossTheBuffer) {
    std::string kinds;
    for (int i = 0; i < 700; ++i)
        kinds += static_cast<char>('a' + i % 23);
    before(1, pages(kinds));
    kinds[300] = 'X';
    kinds[699] = 'Y';
    const auto back = untold(told(1, pages(kinds)), 700 * kPageBytes);
    ASSERT_TRUE(back) << back.error().forLog();
    EXPECT_EQ(*back, pages(kinds));
}

TEST_F(PageDeltaTest, nothingCameBefore) {
    EXPECT_EQ(*untold(told(1, pages("ab"))), pages("ab"));
    EXPECT_EQ(*untold(told(1, "")), "");
}

TEST_F(PageDeltaTest, whatIsNotWholePagesIsSentAsItIs) {
    const auto earlier = EarlierPages::in(m_folder);
    const UniqueFd file = fileOf("abc");
    EXPECT_FALSE(*earlier->compare(1, file.get(), 3, [] { return Status(); }));
}

TEST_F(PageDeltaTest, whatAStrangerWroteIsRefused) {
    before(1, pages("abcd"));
    EXPECT_TRUE(untold(record(1, 4, 0)));
    for (const auto& [what, delta] : std::map<std::string, std::string>{
             {"beyond the end", record(1, 4, 1)},
             {"longer than it was", record(1, 5, 0)},
             {"past its end", record(1, 4, 0) + record(1, 1, 4)},
             {"far beyond it", record(1, 1, ~std::uint64_t{0})},
             {"where numbers overflow", record(1, 1, std::uint64_t{1} << 52)},
             {"a file that is not there", record(2, 1, 0)},
             {"no pages", record(1, 0, 0)},
             {"more than there is room", record(1, 4, 0) + record(0, 61, 0) + pages("ab")},
             {"more than anything", record(0, ~std::uint32_t{0}, 0)},
             {"half a head", record(1, 4, 0).substr(0, 9)},
             {"half a page", record(0, 1, 0) + "abc"},
             {"more than it says", record(0, 1, 0) + page('x') + "rest"}}) {
        for (const std::uint32_t filled : {0, 1}) {
            const auto result = untold(delta, kRoom, filled);
            EXPECT_FALSE(result) << what;
        }
    }
}

TEST_F(PageDeltaTest, namesOfPagesAreThoseOfCriu) {
    EXPECT_EQ(numberOfPages("pages-12.img"), 12u);
    for (const auto* name : {"pages-.img", "pages-0.img", "pages-01.img", "pages-1", "pages--1.img",
                             "pages-4294967296.img", "pages-1x.img", "core-1.img", "pages-/.img"})
        EXPECT_FALSE(numberOfPages(name)) << name;
    EXPECT_EQ(pagesImage(7), "pages-7.img");
}

} // namespace
} // namespace entracte::test
