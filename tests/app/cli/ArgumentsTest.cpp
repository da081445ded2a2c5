#include "app/cli/Arguments.h"

#include <gtest/gtest.h>

namespace entracte::cli {
namespace {

std::optional<int> parsed(std::vector<const char*> words, Arguments& arguments) {
    words.insert(words.begin(), "entracte");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const auto status = parse(static_cast<int>(words.size()), words.data(), arguments);
    testing::internal::GetCapturedStdout();
    testing::internal::GetCapturedStderr();
    return status;
}

TEST(ArgumentsTest, takesTheProgramToTheLetter) {
    Arguments arguments;
    ASSERT_FALSE(parsed({"start", "--name", "work", "--screen", "window", "--size", "800x600",
                         "--share", "/a", "--share", "/b", "--share-read-only", "/c", "--", "xterm",
                         "-e", "top", "--json", "--"},
                        arguments));
    EXPECT_EQ(arguments.verb, Verb::Start);
    EXPECT_EQ(arguments.name, "work");
    EXPECT_EQ(arguments.screen, "window");
    EXPECT_EQ(arguments.size, std::make_pair(std::uint16_t{800}, std::uint16_t{600}));
    EXPECT_EQ(arguments.share, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_EQ(arguments.shareReadOnly, (std::vector<std::string>{"/c"}));
    EXPECT_EQ(arguments.command, (std::vector<std::string>{"xterm", "-e", "top", "--json", "--"}));
    EXPECT_FALSE(arguments.json);
}

TEST(ArgumentsTest, takesGlobalOptionsBeforeAndAfterTheCommand) {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"--json", "list"}, {"list", "--json"}}) {
        Arguments arguments;
        ASSERT_FALSE(parsed(words, arguments));
        EXPECT_TRUE(arguments.json);
        EXPECT_EQ(arguments.verb, Verb::List);
    }
}

TEST(ArgumentsTest, knowsEveryCommand) {
    const std::vector<std::pair<std::vector<const char*>, Verb>> commands{
        {{"exec", "s", "--", "x"}, Verb::Exec},
        {{"show", "s"}, Verb::Show},
        {{"snapshot", "s"}, Verb::Snapshot},
        {{"suspend", "s"}, Verb::Suspend},
        {{"resume", "s"}, Verb::Resume},
        {{"attach", "s"}, Verb::Attach},
        {{"detach", "s"}, Verb::Detach},
        {{"stop", "s"}, Verb::Stop},
        {{"delete", "s", "--snapshot", "a"}, Verb::Delete},
        {{"doctor"}, Verb::Doctor}};
    for (const auto& [words, verb] : commands) {
        Arguments arguments;
        ASSERT_FALSE(parsed(words, arguments)) << words.front();
        EXPECT_EQ(arguments.verb, verb) << words.front();
    }
}

TEST(ArgumentsTest, endsWithTwoOnWrongUsage) {
    const std::vector<std::vector<const char*>> wrong{{},
                                                      {"bogus"},
                                                      {"show"},
                                                      {"exec", "s"},
                                                      {"list", "--", "x"},
                                                      {"list", "--what"},
                                                      {"start", "--screen", "moon"},
                                                      {"start", "--size", "800"},
                                                      {"start", "--size", "0x9"},
                                                      {"start", "--size", "99999x9"},
                                                      {"start", "--size", "800x600x2"}};
    for (const auto& words : wrong) {
        Arguments arguments;
        EXPECT_EQ(parsed(words, arguments), 2) << (words.empty() ? "" : words.front());
    }
}

TEST(ArgumentsTest, endsWithZeroAfterHelp) {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"--help"}, {"start", "--help"}, {"--version"}}) {
        Arguments arguments;
        EXPECT_EQ(parsed(words, arguments), 0);
    }
}

} // namespace
} // namespace entracte::cli
