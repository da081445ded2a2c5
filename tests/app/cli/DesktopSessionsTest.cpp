#include "app/cli/DesktopSessions.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace entracte::cli {
namespace {

class DesktopSessionsTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = "/tmp/entracte-xsessions.XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        m_folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    void write(const std::string& id, const std::string& text) const {
        std::ofstream(m_folder / (id + ".desktop")) << text;
    }
    Result<DesktopSession> find(const std::string& name) const {
        return findDesktopSession(name, {"/nonexistent", m_folder});
    }

    std::filesystem::path m_folder;
};

TEST_F(DesktopSessionsTest, findsWhatALoginWouldStart) {
    write("nice", "# comment\n[Other]\nExec=wrong\n[Desktop Entry]\nName=Nice\n"
                  "Exec = \"/opt/nice desktop/start\" --session %U\nDesktopNames=Nice;GNOME;\n");
    const auto found = find("nice");
    ASSERT_TRUE(found) << found.error().forLog();
    EXPECT_EQ(found->command, (std::vector<std::string>{"/opt/nice desktop/start", "--session"}));
    EXPECT_EQ(found->environment.at("XDG_CURRENT_DESKTOP"), "Nice:GNOME");
    EXPECT_EQ(found->environment.at("DESKTOP_SESSION"), "nice");
}

TEST_F(DesktopSessionsTest, findsOneByTheBeginningOfItsName) {
    write("icewm-session", "[Desktop Entry]\nExec=icewm-session\n");
    const auto found = find("icewm");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, "icewm-session");
    EXPECT_FALSE(find("ice"));
}

TEST_F(DesktopSessionsTest, namesThoseThereAre) {
    write("one", "[Desktop Entry]\nExec=one\n");
    write("two", "[Desktop Entry]\nExec=two\n");
    write("hidden", "[Desktop Entry]\nExec=hidden\nHidden=true\n");
    for (const char* name : {"three", "hidden", "", "../one"}) {
        const auto found = find(name);
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().code(), ErrorCode::NotFound);
        EXPECT_EQ(found.error().hint(), "There are: one, two.");
    }
}

TEST_F(DesktopSessionsTest, readsQuotesAndCodes) {
    EXPECT_EQ(execWords("a \"b c\" \"\" \"d\\\"e\" 100%% %f").value(),
              (std::vector<std::string>{"a", "b c", "", "d\"e", "100%"}));
    EXPECT_FALSE(execWords("a \"b"));
}

TEST_F(DesktopSessionsTest, looksWhereDesktopsAreInstalled) {
    EXPECT_EQ(xsessionFolders("/opt/share:relative:/usr/share"),
              (std::vector<std::string>{"/opt/share/xsessions", "/usr/share/xsessions",
                                        "/usr/share/xsessions"}));
}

} // namespace
} // namespace entracte::cli
