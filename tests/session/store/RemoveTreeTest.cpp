#include "tests/session/store/StoreFixture.h"

#include <sys/resource.h>

namespace entracte::test {

namespace {

class RemoveTreeTest : public StoreFixture {};

TEST_F(RemoveTreeTest, removesVeryDeepTrees) {
    makeFolder("deep");
    ASSERT_EQ(::chdir((m_root / "deep").c_str()), 0);
    for (int depth = 0; depth < 800; ++depth) {
        writeFile("file", "x");
        ASSERT_EQ(::mkdir(".deep-0", 0700), 0); // a name that the remover itself uses
        ASSERT_EQ(::chdir(".deep-0"), 0);
    }
    ASSERT_EQ(::chdir("/"), 0);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit few{200, before.rlim_max}; // descriptors, of which a level takes one
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto removed = removeTree(openFolder(m_root).get(), "deep");
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_TRUE(removed) << removed.error().forLog();
    EXPECT_FALSE(fs::exists(m_root / "deep"));
}

TEST_F(RemoveTreeTest, leavesWhatALinkPointsTo) {
    makeFolder("kept");
    writeFile(m_root / "kept/file", "x");
    makeFolder("tree");
    fs::create_symlink(m_root / "kept", m_root / "tree/link");
    fs::create_symlink(m_root / "kept", m_root / "direct");
    ASSERT_TRUE(removeTree(openFolder(m_root).get(), "tree"));
    ASSERT_TRUE(removeTree(openFolder(m_root).get(), "direct"));
    EXPECT_TRUE(fs::exists(m_root / "kept/file"));
    EXPECT_FALSE(fs::is_symlink(m_root / "direct"));
}

TEST_F(RemoveTreeTest, isContentWithNothing) {
    EXPECT_TRUE(removeTree(openFolder(m_root).get(), "never-was"));
}

} // namespace

} // namespace entracte::test
