// A stream sealed with a passphrase comes out as it went in, or not at all.

#include "app/common/SealedStream.h"
#include "session/base/UniqueFd.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace entracte {
namespace {

UniqueFd fileOf(const std::string& content) {
    UniqueFd file(::memfd_create("stream", MFD_CLOEXEC));
    EXPECT_EQ(::write(file.get(), content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

std::string contentOf(const UniqueFd& file) {
    std::string all;
    char buffer[4096];
    ::lseek(file.get(), 0, SEEK_SET);
    for (ssize_t got = 0; (got = ::read(file.get(), buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(got));
    return all;
}

std::string sealed(const std::string& content) {
    const UniqueFd from = fileOf(content);
    const UniqueFd to = fileOf("");
    EXPECT_TRUE(sealStream(from.get(), to.get(), "secret", {1, 64 * 1024})); // cheap to guess
    return contentOf(to);
}

Result<std::string> opened(const std::string& content, const std::string& passphrase) {
    const UniqueFd from = fileOf(content);
    const UniqueFd to = fileOf("");
    ENTRACTE_ASSIGN(beginning, readBeginning(from.get()));
    ENTRACTE_TRY(unsealStream(beginning, from.get(), to.get(), passphrase));
    return contentOf(to);
}

TEST(SealedStreamTest, comesOutAsItWentIn) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{65536},
                                   std::size_t{65537}, std::size_t{200'000}}) {
        std::string content(size, 'x');
        for (std::size_t i = 0; i < size; ++i)
            content[i] = static_cast<char>(i * 7);
        const auto text = sealed(content);
        EXPECT_TRUE(isSealed(text.substr(0, kSealMagicBytes)));
        const auto back = opened(text, "secret");
        ASSERT_TRUE(back) << back.error().forLog();
        EXPECT_EQ(*back, content);
    }
}

TEST(SealedStreamTest, anotherPassphraseDoesNotOpenIt) {
    const auto back = opened(sealed("content"), "guess");
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), ErrorCode::NotAuthorized);
}

TEST(SealedStreamTest, cutsAndChangesAreSeen) {
    const std::string whole = sealed(std::string(150'000, 'x'));
    for (const std::size_t size : {std::size_t{4}, std::size_t{20}, std::size_t{60},
                                   std::size_t{70'000}, whole.size() - 65'000, whole.size() - 1})
        EXPECT_FALSE(opened(whole.substr(0, size), "secret")) << size;
    // The last piece left out: whole pieces, but no end.
    EXPECT_FALSE(opened(whole.substr(0, 64 + 2 * (65536 + 17)), "secret"));
    for (const std::size_t at :
         {std::size_t{9}, std::size_t{30}, std::size_t{50}, std::size_t{100}, whole.size() - 2}) {
        std::string altered = whole;
        altered[at] = static_cast<char>(altered[at] ^ 1);
        EXPECT_FALSE(opened(altered, "secret")) << at;
    }
    EXPECT_FALSE(opened(whole + "x", "secret"));
}

TEST(SealedStreamTest, aKeyThatWouldTakeAllMemoryIsRefused) {
    std::string greedy = sealed("x");
    greedy[23] = '\x7f'; // the highest byte of the memory
    const auto back = opened(greedy, "secret");
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), ErrorCode::SnapshotDamaged);
}

} // namespace
} // namespace entracte
