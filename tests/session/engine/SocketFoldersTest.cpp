#include "session/engine/SocketFolders.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace entracte {

namespace {

namespace fs = std::filesystem;

class SocketFoldersTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: gives folders to another user";
        std::string pattern = "/tmp/entracte-sockets-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_top = pattern;
        fs::create_directories(m_top / "root/tmp");
        fs::create_directories(m_top / "root/run");
        fs::create_directories(m_top / "home");
        m_person.uid = 1234;
        m_person.gid = 4321;
    }
    void TearDown() override {
        if (!m_top.empty())
            fs::remove_all(m_top);
    }
    void make(const std::vector<std::string>& paths) {
        makeSocketFolders(m_top / "root",
                          {{"/home", "overlay1", (m_top / "home").string()},
                           {"/dev/null", "dev_null", "/dev/null"}},
                          m_person, paths);
    }
    fs::path m_top;
    Person m_person;
};

TEST_F(SocketFoldersTest, makesWhatIsMissingForThePerson) {
    make({"/tmp/.abc/def/s", "/tmp/s", "/run//./x/s"});
    struct stat status {};
    ASSERT_EQ(::stat((m_top / "root/tmp/.abc/def").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 1234u);
    EXPECT_EQ(status.st_gid, 4321u);
    EXPECT_EQ(status.st_mode & 07777, 0700u);
    EXPECT_TRUE(fs::is_directory(m_top / "root/run/x"));
    ASSERT_EQ(::stat((m_top / "root/tmp").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0u) << "what was there keeps its owner";
}

TEST_F(SocketFoldersTest, looksIntoTheMountThatHoldsThePath) {
    make({"/home/x/.cache/s"});
    EXPECT_TRUE(fs::is_directory(m_top / "home/x/.cache"));
    EXPECT_FALSE(fs::exists(m_top / "root/home"));
}

TEST_F(SocketFoldersTest, staysWithinTheSession) {
    fs::create_directory_symlink(m_top, m_top / "root/tmp/out");
    fs::create_directory_symlink("../../..", m_top / "root/tmp/up");
    fs::create_directory_symlink("/run", m_top / "root/tmp/run");
    fs::create_symlink("/nowhere", m_top / "root/tmp/dangling");
    make({"/tmp/out/evil/s", "/tmp/up/evil/s", "/tmp/../../../evil/s", "evil/s", "", "/",
          "/tmp/dangling/evil/s", "/tmp/run/good/s", "/dev/null/evil/s",
          std::string(5000, '/') + "evil/s", std::string("@abstract/evil\0/s", 17)});
    EXPECT_FALSE(fs::exists(m_top / "evil"));
    EXPECT_FALSE(fs::exists(m_top.parent_path() / "evil"));
    EXPECT_FALSE(fs::exists("/evil"));
    EXPECT_FALSE(fs::exists(m_top / "root/nowhere"));
    EXPECT_TRUE(fs::is_directory(m_top / "root/run/good"));
}

} // namespace

} // namespace entracte
