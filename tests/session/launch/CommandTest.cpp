#include "session/launch/Command.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace entracte::launch {
namespace {

Profiles someProfiles() {
    Profiles profiles;
    profiles["zz-any"] = {"zz-any", {"*"}, {{"A", "any"}, {"B", "any"}}, {"--any"}, {}};
    profiles["sh"] = {"sh", {"sh", "dash", "bash"}, {{"A", "sh"}}, {"--sh"}, {}};
    return profiles;
}

TEST(CommandTest, aProgramsOwnProfileCountsMore) {
    const auto command = withProfiles({"sh", "-c", "true"}, someProfiles(), "/bin", "");
    EXPECT_EQ(command.program, "/bin/sh");
    EXPECT_EQ(command.arguments, (std::vector<std::string>{"sh", "--any", "--sh", "-c", "true"}));
    EXPECT_EQ(command.environment.at("A"), "sh");
    EXPECT_EQ(command.environment.at("B"), "any");
}

TEST(CommandTest, findsTheProgramBehindOurLinks) {
    std::string ours = "/tmp/entracte-links.XXXXXX";
    ASSERT_NE(mkdtemp(ours.data()), nullptr);
    std::filesystem::create_symlink("/bin/false", ours + "/sh");
    const auto command = withProfiles({"sh"}, {}, ours + ":/bin", ours);
    std::filesystem::remove_all(ours);
    EXPECT_EQ(command.program, "/bin/sh");
}

TEST(CommandTest, knowsAProgramByWhatALinkLeadsTo) {
    std::string folder = "/tmp/entracte-alternatives.XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    std::filesystem::create_symlink("/bin/sh", folder + "/x-terminal");
    const auto command = withProfiles({folder + "/x-terminal"}, someProfiles(), "/bin", "");
    std::filesystem::remove_all(folder);
    EXPECT_EQ(command.environment.at("A"), "sh");
    EXPECT_EQ(command.arguments.front(), folder + "/x-terminal");
}

TEST(CommandTest, tellsWhenThereIsNoSuchProgram) {
    EXPECT_EQ(withProfiles({"no-such-program"}, {}, "/bin:/usr/bin", "").program, "");
    EXPECT_EQ(withProfiles({"etc"}, {}, "/", "").program, ""); // a folder is none
}

} // namespace
} // namespace entracte::launch
