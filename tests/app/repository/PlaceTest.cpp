#include "app/repository/FolderPlace.h"
#include "app/repository/RclonePlace.h"
#include "app/repository/Remotes.h"
#include "app/repository/SshPlace.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace entracte::repository {
namespace {

namespace fs = std::filesystem;

ByteView bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text));
}

class PlaceTest : public testing::Test {
protected:
    PlaceTest() {
        char name[] = "/tmp/entracte-place-XXXXXX";
        m_folder = ::mkdtemp(name);
    }
    ~PlaceTest() override { fs::remove_all(m_folder); }
    fs::path m_folder;
};

TEST_F(PlaceTest, aFolderThatIsNotThereIsNotMadeUnlessAskedFor) {
    const std::string path = m_folder / "disk";
    EXPECT_EQ(FolderPlace::open(path, false).error().code(), ErrorCode::NotFound);
    EXPECT_TRUE(FolderPlace::open(path, true));
    EXPECT_TRUE(FolderPlace::open(path, false));
}

TEST_F(PlaceTest, aFileIsWrittenOnceAndWhole) {
    const auto place = std::move(FolderPlace::open(m_folder, false).value());
    ASSERT_TRUE(place->write("packs/ab/one", bytesOf("first")));
    ASSERT_TRUE(place->write("packs/ab/one", bytesOf("second")));
    EXPECT_EQ(place->read("packs/ab/one", 100)->size(), 5U);
    EXPECT_EQ(place->read("packs/ab/one", 4).error().code(), ErrorCode::SnapshotDamaged);
    EXPECT_EQ(place->readRange("packs/ab/one", 3, 100)->size(), 2U);
    EXPECT_EQ(place->read("packs/ab/two", 4).error().code(), ErrorCode::NotFound);
    ASSERT_EQ(place->list("packs")->size(), 1U);
    EXPECT_EQ(place->list("packs")->front().path, "packs/ab/one");
    EXPECT_TRUE(place->list("indexes")->empty());
    EXPECT_TRUE(place->remove({"packs/ab/one", "packs/no/such"}));
    EXPECT_TRUE(place->list("packs")->empty());
}

TEST_F(PlaceTest, aLinkInAFolderLeadsNowhere) {
    std::ofstream(m_folder / "secret") << "x";
    fs::create_directory(m_folder / "repository");
    fs::create_symlink(m_folder, m_folder / "repository/packs");
    const auto place = std::move(FolderPlace::open(m_folder / "repository", false).value());
    EXPECT_FALSE(place->read("packs/secret", 100));
    EXPECT_FALSE(place->remove({"packs/secret"}));
    EXPECT_FALSE(place->write("packs/new", bytesOf("x")));
    EXPECT_FALSE(place->list("packs"));
    EXPECT_TRUE(fs::exists(m_folder / "secret"));
}

TEST(RcloneListingTest, anythingButAListIsRefused) {
    const auto good = parseListing(
        bytesOf(
            R"([{"Path":"ab/c","Name":"c","Size":7,"IsDir":false},{"Path":"ab","IsDir":true}])"),
        "packs");
    ASSERT_TRUE(good);
    ASSERT_EQ(good->size(), 1U);
    EXPECT_EQ(good->front().path, "packs/ab/c");
    EXPECT_EQ(good->front().bytes, 7U);
    EXPECT_EQ(parseListing(bytesOf(R"([{"Path":"a","Size":-1}])"), "p")->front().bytes, 0U);
    for (const char* wrong : {"", "{", "{}", "[1]", R"([{"Size":1}])", R"([{"Path":3}])"})
        EXPECT_FALSE(parseListing(bytesOf(wrong), "packs")) << wrong;
}

TEST(SshAddressTest, isReadAsItIsUsual) {
    const auto all = parseSshAddress("ssh://me@host.example:2222/srv/entracte");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->user, "me");
    EXPECT_EQ(all->host, "host.example");
    EXPECT_EQ(all->port, 2222);
    EXPECT_EQ(all->path, "/srv/entracte");
    EXPECT_EQ(parseSshAddress("ssh://host/~/backup")->path, "backup");
    EXPECT_EQ(parseSshAddress("ssh://[::1]/x")->host, "::1");
    for (const char* wrong : {"ssh://", "ssh://host", "ssh://host/", "ssh://-oProxyCommand=x/y",
                              "ssh://a b/c", "ssh://host:0/x", "ssh://host:99999/x",
                              "ssh://-l@host/x", "sftp://host/x", "ssh://h$(x)/y"})
        EXPECT_FALSE(parseSshAddress(wrong)) << wrong;
}

TEST(SshAddressTest, olderRcloneIsToldWhatSshKnows) {
    EXPECT_FALSE(runsSshItself("rclone v1.60.1-DEV\n- os"));
    EXPECT_TRUE(runsSshItself("rclone v1.63.0\n"));
    EXPECT_TRUE(runsSshItself("rclone v2.0\n"));
    EXPECT_FALSE(runsSshItself("something else"));
    const std::string says = "user me\nhostname 10.0.0.1\nport 22\nidentityfile ~/no\n"
                             "identityfile /etc/hostname\nuserknownhostsfile /no /etc/hosts\n";
    const auto withKey = settingsFromSsh(says, {"/home/me", false});
    ASSERT_TRUE(withKey);
    const Settings expected{{"HOST", "10.0.0.1"},
                            {"PORT", "22"},
                            {"USER", "me"},
                            {"KNOWN_HOSTS_FILE", "/etc/hosts"},
                            {"KEY_FILE", "/etc/hostname"}};
    EXPECT_EQ(*withKey, expected);
    EXPECT_EQ(settingsFromSsh(says, {"/home/me", true})->size(), 4U);
    EXPECT_EQ(settingsFromSsh(says + "proxyjump gate\n", {"", true}).error().code(),
              ErrorCode::HostMismatch);
    EXPECT_TRUE(settingsFromSsh(says + "proxycommand none\n", {"", true}));
    EXPECT_EQ(
        settingsFromSsh("hostname h\nidentityfile /etc/hostname\n", {"", true}).error().code(),
        ErrorCode::NotAuthorized)
        << "a host that nobody vouches for";
}

TEST_F(PlaceTest, remotesAreKeptByName) {
    const Remotes remotes(m_folder / "config/remotes.toml");
    EXPECT_TRUE(remotes.all()->empty());
    ASSERT_TRUE(remotes.add("office", {"rclone:cloud:\"x", "/a file", ""}));
    ASSERT_TRUE(remotes.add("disk", {"/mnt", "", "pass \\ show"}));
    EXPECT_FALSE(remotes.add("disk", {"/other", "", ""}));
    EXPECT_FALSE(remotes.add("a b", {"/other", "", ""}));
    EXPECT_FALSE(remotes.add("", {"/other", "", ""}));
    EXPECT_EQ(remotes.find("office")->address, "rclone:cloud:\"x");
    EXPECT_EQ(remotes.find("office")->passphraseFile, "/a file");
    EXPECT_EQ(remotes.find("disk")->passphraseCommand, "pass \\ show");
    ASSERT_TRUE(remotes.remove("office"));
    EXPECT_EQ(remotes.find("office").error().code(), ErrorCode::NotFound);
    EXPECT_EQ(fs::status(m_folder / "config/remotes.toml").permissions(), fs::perms(0600));
    std::ofstream(m_folder / "config/remotes.toml") << "x = 3\n";
    EXPECT_EQ(remotes.all().error().code(), ErrorCode::InvalidArgument);
}

} // namespace
} // namespace entracte::repository
