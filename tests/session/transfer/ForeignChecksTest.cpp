// What an imported session asks of this machine is answered with the person's own rights.

#include "session/engine/ForeignChecks.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace entracte {
namespace {

using Kind = AccessNeed::Kind;

class ForeignChecksTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "only root can ask with somebody else's rights";
        char name[] = "/tmp/entracte-foreign-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        m_top = name;
        ::chmod(name, 0755);
        for (const char* folder : {"root", "closed", "theirs"})
            std::filesystem::create_directory(m_top / folder);
        std::ofstream(m_top / "secret") << "x";
        std::ofstream(m_top / "open") << "x";
        std::ofstream(m_top / "closed/open") << "x";
        ::chmod((m_top / "secret").c_str(), 0600);
        ::chmod((m_top / "closed").c_str(), 0700);
        ASSERT_EQ(::chown((m_top / "theirs").c_str(), kNobody, kNobody), 0);
        m_container.person = nobody();
        m_container.mountPoint = m_top;
        m_container.layer = m_top / "layer";
    }
    void TearDown() override {
        if (!m_top.empty())
            std::filesystem::remove_all(m_top);
    }
    static constexpr uid_t kNobody = 65534;
    static Person nobody() {
        Person person;
        person.uid = kNobody;
        person.gid = kNobody;
        person.name = "nobody";
        return person;
    }
    bool mayOpen(const std::string& path, int bits, Kind kind = Kind::File) {
        return checkFileAccess(m_container, {{kind, static_cast<std::uint8_t>(bits), path}})
            .has_value();
    }
    bool mayShow(const std::string& path) {
        return checkLowerFolders(nobody(), {{Kind::Lower, R_OK | X_OK, path}}).has_value();
    }
    std::string outside(const char* name) { return (m_top / name).string(); }
    KeptFile document(const std::string& path) {
        KeptFile file;
        file.path = path;
        file.mode = S_IFREG | 0644;
        file.shared = true;
        return file;
    }

    std::filesystem::path m_top;
    ContainerSpec m_container;
};

TEST_F(ForeignChecksTest, filesAreOpenedOnlyWithThePersonsRights) {
    EXPECT_TRUE(mayOpen("/open", R_OK));
    EXPECT_FALSE(mayOpen("/open", R_OK | W_OK));
    EXPECT_FALSE(mayOpen("/secret", R_OK));
    EXPECT_FALSE(mayOpen("/closed/open", R_OK));
    EXPECT_FALSE(mayOpen("/nothing", R_OK));
}

TEST_F(ForeignChecksTest, linksAreFollowedWithinTheSessionsRoot) {
    std::filesystem::create_symlink("/secret", m_top / "link");
    std::filesystem::create_symlink("/open", m_top / "good");
    EXPECT_FALSE(mayOpen("/link", R_OK));
    EXPECT_TRUE(mayOpen("/good", R_OK));
}

TEST_F(ForeignChecksTest, socketsAreBoundOnlyWhereThePersonCould) {
    EXPECT_TRUE(mayOpen("/theirs", W_OK | X_OK, Kind::Socket));
    EXPECT_FALSE(mayOpen("/root", W_OK | X_OK, Kind::Socket));
}

TEST_F(ForeignChecksTest, sharedFoldersAreTheHosts) {
    m_container.sharedFolders = {{outside("closed"), false}};
    EXPECT_FALSE(mayOpen(outside("closed/open"), R_OK));
}

TEST_F(ForeignChecksTest, layersOpenNoFolderThatIsClosed) {
    EXPECT_TRUE(mayShow(outside("root")));
    EXPECT_TRUE(mayShow(outside("nothing")));
    EXPECT_FALSE(mayShow(outside("closed")));
    EXPECT_FALSE(mayShow(outside("closed/nothing")));
}

TEST_F(ForeignChecksTest, documentsArePutBackOnlyWhereThePersonCould) {
    const auto may = [&](const char* name) {
        return checkDocuments(nobody(), {document(outside(name))}, FilesPolicy::Ask).has_value();
    };
    EXPECT_TRUE(may("theirs/gone"));
    EXPECT_TRUE(may("theirs/folder/gone"));
    EXPECT_FALSE(may("root/gone"));
    EXPECT_FALSE(may("closed/gone"));
    EXPECT_FALSE(may("secret")); // whether it is the same is not told either
}

} // namespace
} // namespace entracte
