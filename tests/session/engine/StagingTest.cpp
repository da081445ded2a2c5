#include "session/engine/Staging.h"

#include "session/engine/HostFacts.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace entracte {

namespace {

namespace fs = std::filesystem;

class StagingTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: mounts";
        std::string pattern = "/var/tmp/entracte-staging-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_top = pattern;
    }
    void TearDown() override {
        if (!m_top.empty())
            fs::remove_all(m_top);
    }
    static bool isMounted(const fs::path& path) {
        struct stat inner {
        }, outer{};
        return ::stat(path.c_str(), &inner) == 0 &&
               ::stat(path.parent_path().c_str(), &outer) == 0 && inner.st_dev != outer.st_dev;
    }
    fs::path memory() const { return m_top / "memory"; }
    fs::path disk() const { return m_top / "disk"; }
    fs::path m_top;
};

TEST_F(StagingTest, liesInMemoryAndLeavesNothing) {
    {
        const auto staging = Staging::make(memory(), disk(), 1 << 20);
        ASSERT_TRUE(staging) << staging.error().forLog();
        EXPECT_TRUE(staging->inMemory());
        EXPECT_TRUE(isMounted(memory()));
        EXPECT_TRUE(fs::is_empty(staging->images()));
        struct stat status {};
        ::stat(memory().c_str(), &status);
        EXPECT_EQ(status.st_mode & 07777, 0700u);
        std::ofstream(staging->layerFile()) << "x";
    }
    EXPECT_TRUE(fs::is_empty(m_top));
}

TEST_F(StagingTest, neverTakesTheDiskForWhatIsToBeEncrypted) {
    const auto kind = Staging::Kind::MemoryOnly;
    EXPECT_TRUE(Staging::make(memory(), disk(), 1 << 20, kind));
    const auto refused = Staging::make(memory(), disk(), availableMemory() + (1 << 20), kind);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::NoSpace);
    EXPECT_FALSE(fs::exists(disk()));
}

TEST_F(StagingTest, takesTheDiskWhenMemoryIsShort) {
    const std::uint64_t tooMuch = availableMemory() + (1 << 20);
    {
        const auto staging = Staging::make(memory(), disk(), tooMuch);
        ASSERT_TRUE(staging) << staging.error().forLog();
        EXPECT_FALSE(staging->inMemory());
        EXPECT_FALSE(isMounted(disk()));
        EXPECT_TRUE(fs::is_directory(disk() / "images"));
    }
    EXPECT_TRUE(fs::is_empty(m_top));
}

TEST_F(StagingTest, saysSoWhenThereIsNoRoomAnywhere) {
    const auto staging = Staging::make(memory(), disk(), std::uint64_t{1} << 60);
    ASSERT_FALSE(staging);
    EXPECT_EQ(staging.error().code(), ErrorCode::NoSpace);
    EXPECT_TRUE(fs::is_empty(m_top));
}

TEST_F(StagingTest, removesWhatACrashLeft) {
    auto left = Staging::make(memory(), disk(), 1 << 20);
    ASSERT_TRUE(left);
    std::ofstream(left->images() / "pages-1.img") << "x";
    fs::create_directories(disk() / "images");
    Staging::clear(memory(), disk());
    EXPECT_TRUE(fs::is_empty(m_top));
}

} // namespace

} // namespace entracte
