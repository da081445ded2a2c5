#include "session/launch/Links.h"
#include "session/launch/DeskFiles.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace entracte::launch {
namespace {

Profiles someProfiles() {
    Profiles profiles;
    profiles["any"] = {"any", {"*"}, {}, {}, {}};
    profiles["browser"] = {"browser", {"chromium", "other"}, {}, {"--x"}, {}};
    return profiles;
}

class LinksTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = "/tmp/entracte-links.XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        m_folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }
    std::filesystem::path m_folder;
};

TEST_F(LinksTest, aWholeDesktopsOwnNotificationsComeFirst) {
    namespace fs = std::filesystem;
    const auto service = "dbus-1/services/org.freedesktop.Notifications.service";
    for (const bool whole : {false, true}) {
        const auto first = m_folder / (whole ? "desktop/first" : "first");
        const auto last = m_folder / (whole ? "desktop/last" : "last");
        ASSERT_TRUE(makeDeskFiles(first, last, whole));
        ASSERT_TRUE(makeDeskFiles(first, last, whole)) << "asked again";
        EXPECT_TRUE(fs::is_symlink(last / "bin/entracte-save"));
        // A desktop's menu has it in the place of the application, which is outside.
        EXPECT_EQ(fs::exists(first / "applications/org.entracte.Desktop.desktop"), whole);
        EXPECT_EQ(fs::exists(first / service), !whole);
        EXPECT_EQ(fs::exists(last / service), whole);
        // Links are for browsers of the session's own first, in either.
        EXPECT_TRUE(fs::exists(last / "applications/mimeinfo.cache"));
        EXPECT_FALSE(fs::exists(first / "applications/mimeinfo.cache"));
    }
}

TEST_F(LinksTest, makesOneForEachNameAndMayBeAskedAgain) {
    const auto links = m_folder / "a/bin";
    for (int time = 0; time < 2; ++time)
        ASSERT_TRUE(makeLinks(someProfiles(), links, "/opt/launch"));
    EXPECT_EQ(std::filesystem::read_symlink(links / "chromium"), "/opt/launch");
    EXPECT_EQ(std::filesystem::read_symlink(links / "other"), "/opt/launch");
    EXPECT_FALSE(std::filesystem::is_symlink(links / "*"));
}

TEST_F(LinksTest, takesThePathOutOfMenuEntriesThatHaveAProfile) {
    EXPECT_EQ(
        withoutPaths(someProfiles(), "[Desktop Entry]\nExec=/usr/bin/chromium %U\n"
                                     "TryExec=/usr/bin/chromium\nName=x\n"
                                     "[Action]\nExec=/usr/bin/chromium\n"),
        "[Desktop Entry]\nExec=chromium %U\nTryExec=chromium\nName=x\n[Action]\nExec=chromium\n");
    for (const char* text :
         {"Exec=/usr/bin/gimp %U\n", "Exec=chromium\n", "Exec=/\n", "Exec=\n", ""})
        EXPECT_EQ(withoutPaths(someProfiles(), text), "") << text;
}

TEST_F(LinksTest, copiesOnlySuchEntries) {
    const auto from = m_folder / "from";
    const auto to = m_folder / "to/applications";
    std::filesystem::create_directories(from);
    std::ofstream(from / "browser.desktop") << "[Desktop Entry]\nExec=/usr/bin/chromium %U\n";
    std::ofstream(from / "editor.desktop") << "[Desktop Entry]\nExec=/usr/bin/editor %U\n";
    ASSERT_TRUE(copyMenuEntries(someProfiles(), from, to));
    EXPECT_TRUE(std::filesystem::exists(to / "browser.desktop"));
    EXPECT_FALSE(std::filesystem::exists(to / "editor.desktop"));
}

} // namespace
} // namespace entracte::launch
