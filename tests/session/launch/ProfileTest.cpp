#include "session/launch/Profile.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace entracte::launch {
namespace {

TEST(ProfileTest, readsAllThatAFileSays) {
    const auto profile = parseProfile("mine", R"(
match = ["one", "two"]
arguments = ["--slow"]
notes = "why"
[environment]
A_1 = "x y"
)");
    ASSERT_TRUE(profile) << profile.error().forLog();
    EXPECT_TRUE(profile->matches("one"));
    EXPECT_TRUE(profile->matches("two"));
    EXPECT_FALSE(profile->matches("three"));
    EXPECT_EQ(profile->arguments, std::vector<std::string>{"--slow"});
    EXPECT_EQ(profile->environment.at("A_1"), "x y");
    EXPECT_EQ(profile->notes, "why");
}

TEST(ProfileTest, refusesWhatMeansNothing) {
    for (const char* text :
         {"", "match = []", "match = \"one\"", "match = [1]", "match = [\"/usr/bin/one\"]",
          "match = [\"..\"]", "match = [\"a\"]\nargument = [\"x\"]",
          "match = [\"a\"]\narguments = [[\"x\"]]",
          "match = [\"a\"]\n[environment]\n\"1A\" = \"x\"", "match = [\"a\"]\n[environment]\nA = 1",
          "match = [\"a\"]\n[environment]\nA = \"\\u0000\"", "match = [\"a\\u0000b\"]", "match = [",
          "\xff\xfe"}) {
        const auto profile = parseProfile("bad", text);
        ASSERT_FALSE(profile) << text;
        EXPECT_EQ(profile.error().code(), ErrorCode::InvalidArgument) << text;
    }
}

TEST(ProfileTest, everyBuiltInOneIsGood) {
    const auto profiles = builtInProfiles();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(ENTRACTE_PROFILES)) {
        ++files;
        const auto found = profiles.find(entry.path().stem());
        ASSERT_NE(found, profiles.end()) << entry.path();
        EXPECT_FALSE(found->second.notes.empty()) << entry.path();
    }
    EXPECT_EQ(profiles.size(), files);
}

TEST(ProfileTest, aPersonsFileTakesThePlaceOfTheBuiltInOne) {
    std::string folder = "/tmp/entracte-profiles.XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    std::ofstream(folder + "/chromium.toml")
        << "match = [\"chromium\"]\narguments = [\"--mine\"]\n";
    std::ofstream(folder + "/wrong.toml") << "match = 3\n";
    std::ofstream(folder + "/readme.txt") << "match = 3\n";
    std::ofstream(folder + "/large.toml") << std::string(100000, '#');
    auto profiles = builtInProfiles();
    std::vector<std::string> problems;
    addProfiles(profiles, folder, problems);
    std::filesystem::remove_all(folder);
    EXPECT_EQ(profiles.at("chromium").arguments, std::vector<std::string>{"--mine"});
    EXPECT_EQ(problems.size(), 2U);
    EXPECT_FALSE(profiles.contains("wrong"));
    EXPECT_FALSE(profiles.contains("readme"));
}

} // namespace
} // namespace entracte::launch
