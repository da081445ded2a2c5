#include "tests/session/container/ContainerFixture.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace entracte {
namespace {

using testing::HasSubstr;

class SharedFoldersTest : public ContainerFixture {
protected:
    std::filesystem::path makeFolder(const std::string& name) {
        const auto folder = m_base / name;
        std::filesystem::create_directories(folder);
        giveToPerson(folder);
        return folder;
    }

    void expectRefused(const std::string& path, const std::string& reason) {
        m_spec.sharedFolders = {{path, false}};
        const auto mounted = mountRoot(m_spec);
        EXPECT_EQ(mountsBeneath(m_spec.mountPoint), 0u) << path;
        ASSERT_FALSE(mounted) << path;
        EXPECT_EQ(mounted.error().code(), ErrorCode::InvalidArgument) << path;
        EXPECT_THAT(mounted.error().forPerson(), HasSubstr(reason)) << path;
    }
};

TEST_F(SharedFoldersTest, showsThemLiveAndKeepsReadOnlyOnes) {
    const auto live = makeFolder("live");
    const auto fixed = makeFolder("fixed");
    const auto inner = makeFolder("live/inner");
    write(fixed / "file", "fixed");
    m_spec.sharedFolders = {{inner, true}, {live, false}, {fixed, true}};
    start();
    EXPECT_EQ(run("echo from inside > " + (live / "file").string()).status, 0);
    EXPECT_EQ(read(live / "file"), "from inside\n");
    write(live / "later", "from outside");
    EXPECT_EQ(run("cat " + (live / "later").string()).text, "from outside");
    EXPECT_THAT(
        run("cat " + (fixed / "file").string() + "; echo x > " + (fixed / "x").string()).text,
        HasSubstr("fixed"));
    EXPECT_FALSE(std::filesystem::exists(fixed / "x"));
    EXPECT_THAT(run("echo x > " + (inner / "x").string()).text, HasSubstr("Read-only"));
}

TEST_F(SharedFoldersTest, appearsWhereTheSessionHasADirectoryOfItsOwn) {
    const auto folder = std::filesystem::path("/tmp") / m_base.filename() / "deep";
    std::filesystem::create_directories(folder);
    const ScopeExit remove([&] { std::filesystem::remove_all(folder.parent_path()); });
    write(folder / "file", "x");
    m_spec.sharedFolders = {{folder, false}};
    start();
    EXPECT_EQ(run("cat " + (folder / "file").string()).text, "x");
    end();
}

TEST_F(SharedFoldersTest, refusesHostilePaths) {
    ASSERT_TRUE(prepareLayer(m_spec, m_state));
    const auto folder = makeFolder("folder");
    std::filesystem::create_symlink("/etc", m_base / "link");
    std::filesystem::create_symlink(folder, m_base / "own-link");
    makeFolder("folder/sub");
    const auto closed = m_base / "closed";
    std::filesystem::create_directories(closed / "sub");
    ::chmod(closed.c_str(), 0700);
    write(folder / "file", "x");

    expectRefused("", "absolute");
    expectRefused("folder", "absolute");
    expectRefused("/", "absolute");
    expectRefused(folder.string() + "/../closed", "\"..\"");
    expectRefused(folder.string() + "//sub", "doubled");
    expectRefused(folder.string() + "/", "doubled");
    expectRefused((m_base / "link").string(), "symbolic link");
    expectRefused((m_base / "own-link/sub").string(), "symbolic link");
    expectRefused(closed, "you may not open it");
    expectRefused((closed / "sub").string(), "you may not open it");
    expectRefused((folder / "file").string(), "not a folder");
    expectRefused((folder / "absent").string(), "no such folder");
    expectRefused("/etc", "its own /etc");
    expectRefused("/etc/ssl", "its own /etc");
    expectRefused("/proc/self/root/home", "its own /proc");
    expectRefused("/dev/shm", "its own /dev");
    expectRefused("/tmp", "its own /tmp/.X11-unix");
    expectRefused("/var", "its own /var/tmp");
    expectRefused(m_base, "kept in it");
    expectRefused(std::string("/home\0/x", 8), "absolute");
}

TEST_F(SharedFoldersTest, isNotLedAstrayByLinksInTheLayer) {
    const auto folder = makeFolder("folder");
    m_spec.sharedFolders = {{folder, false}};
    ASSERT_TRUE(prepareLayer(m_spec, m_state));
    // As a restored layer could have it: the place is now a link to somewhere else.
    const auto place = m_spec.layer / "upper/root" / folder.relative_path();
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::create_symlink("/etc/made-by-entracte", place);
    const auto mounted = mountRoot(m_spec);
    EXPECT_FALSE(mounted);
    EXPECT_FALSE(std::filesystem::exists("/etc/made-by-entracte"));
}

TEST_F(SharedFoldersTest, refusesOneNamedTwice) {
    const auto folder = makeFolder("folder");
    ASSERT_TRUE(prepareLayer(m_spec, m_state));
    m_spec.sharedFolders = {{folder, false}, {folder, true}};
    EXPECT_FALSE(mountRoot(m_spec));
}

} // namespace
} // namespace entracte
