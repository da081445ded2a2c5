#include "app/cli/Arguments.h"
#include "app/cli/CopyCommand.h"

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

TEST(ArgumentsTest, takesPlacesInSessions) {
    Arguments arguments;
    ASSERT_FALSE(parsed({"cp", "work:a:b/c", "./here:there"}, arguments));
    const auto from = placeInSession(arguments.copyFrom);
    ASSERT_TRUE(from);
    EXPECT_EQ(from->session, "work");
    EXPECT_EQ(from->path, "a:b/c");
    for (const char* own : {"./here:there", "/here:there", "here", ":here", "-", ""})
        EXPECT_FALSE(placeInSession(own)) << own;
    EXPECT_TRUE(parsed({"cp", "work:a"}, arguments));
}

TEST(ArgumentsTest, takesADesktopInsteadOfAProgram) {
    Arguments arguments;
    ASSERT_FALSE(parsed({"start", "--desktop", "xfce"}, arguments));
    EXPECT_EQ(arguments.desktop, "xfce");
    EXPECT_TRUE(parsed({"start", "--desktop", "xfce", "--", "xterm"}, arguments));
    EXPECT_TRUE(parsed({"start", "--desktop", "xfce", "--screen", "host"}, arguments));
}

TEST(ArgumentsTest, aFullScreenIsAWindows) {
    Arguments arguments;
    ASSERT_FALSE(parsed({"resume", "work", "--size", "full"}, arguments));
    EXPECT_TRUE(arguments.fullScreen);
    EXPECT_FALSE(arguments.size);
    EXPECT_EQ(arguments.screen, "window");
    Arguments other;
    EXPECT_EQ(parsed({"resume", "work", "--size", "full", "--screen", "headless"}, other), 2);
}

TEST(ArgumentsTest, takesTheVaultsVerbsAndTheirOtherNames) {
    for (const auto& [word, verb] :
         {std::pair("create", Verb::VaultCreate), std::pair("unlock", Verb::VaultUnlock),
          std::pair("open", Verb::VaultUnlock), std::pair("lock", Verb::VaultLock),
          std::pair("close", Verb::VaultLock), std::pair("status", Verb::VaultStatus),
          std::pair("change-passphrase", Verb::VaultChangePassphrase),
          std::pair("delete", Verb::VaultDelete)}) {
        Arguments arguments;
        ASSERT_FALSE(parsed({"vault", word, "--json"}, arguments)) << word;
        EXPECT_EQ(arguments.verb, verb) << word;
        EXPECT_TRUE(arguments.json);
    }
    Arguments arguments;
    EXPECT_TRUE(parsed({"vault"}, arguments));
    EXPECT_TRUE(parsed({"vault", "create", "--passphrase", "secret"}, arguments));
    ASSERT_FALSE(parsed({"vault", "create", "--passphrase-fd", "5"}, arguments));
    EXPECT_EQ(arguments.passphraseFd, 5);
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

TEST(ArgumentsTest, takesTimesInTheUnitsOfPeople) {
    const std::vector<std::pair<const char*, std::uint32_t>> times{
        {"90", 90},    {"90s", 90},    {"10min", 600}, {"2h", 7200},
        {"1d", 86400}, {"1w", 604800}, {"never", 0}};
    for (const auto& [text, seconds] : times) {
        Arguments arguments;
        ASSERT_FALSE(parsed({"schedule", "s", "--every", text}, arguments)) << text;
        EXPECT_EQ(arguments.everySeconds, seconds) << text;
    }
    for (const char* wrong : {"", "min", "10 parsecs", "-5s", "99999999999999", "9999999w"}) {
        Arguments arguments;
        EXPECT_EQ(parsed({"schedule", "s", "--every", wrong}, arguments), 2) << wrong;
    }
}

TEST(ArgumentsTest, takesLimitsAsPeopleSayThem) {
    Arguments arguments;
    ASSERT_FALSE(parsed({"limits", "s", "--memory", "2G", "--cpu", "150%", "--processes", "none"},
                        arguments));
    EXPECT_EQ(arguments.memoryLimit, std::uint64_t{2} << 30);
    EXPECT_EQ(arguments.cpuLimit, 150u);
    EXPECT_EQ(arguments.processLimit, 0u);
    for (const char* wrong : {"", "G", "2X", "-1", "99999999999999999999", "99999999999T"}) {
        Arguments others;
        EXPECT_EQ(parsed({"limits", "s", "--memory", wrong}, others), 2) << wrong;
    }
}

TEST(ArgumentsTest, leavesAScheduleAloneWhereNothingIsSaid) {
    Arguments arguments;
    ASSERT_FALSE(parsed({"schedule", "s", "--resume-automatically", "no"}, arguments));
    EXPECT_FALSE(arguments.everySeconds);
    EXPECT_FALSE(arguments.pauseSeconds);
    EXPECT_FALSE(arguments.keep);
    EXPECT_EQ(arguments.resumeAutomatically, false);
}

TEST(ArgumentsTest, aSnapshotToStartFromNeedsItsSession) {
    Arguments arguments;
    EXPECT_EQ(parsed({"start", "--snapshot", "a", "--", "xterm"}, arguments), 2);
    EXPECT_FALSE(parsed({"start", "--from", "calc", "--snapshot", "a"}, arguments));
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
        {{"rollback", "s", "--snapshot", "a"}, Verb::Rollback},
        {{"clone", "s", "--name", "n"}, Verb::Clone},
        {{"rename", "s", "n"}, Verb::Rename},
        {{"comment", "s", "text"}, Verb::Comment},
        {{"pin", "s"}, Verb::Pin},
        {{"unpin", "s", "--snapshot", "a"}, Verb::Unpin},
        {{"schedule", "s"}, Verb::Schedule},
        {{"limits", "s"}, Verb::Limits},
        {{"windows", "s"}, Verb::Windows},
        {{"picture", "s", "-"}, Verb::Picture},
        {{"check", "--read-data"}, Verb::Check},
        {{"gc"}, Verb::Gc},
        {{"prune", "s", "--dry-run"}, Verb::Prune},
        {{"hosts", "desk2", "me@desk3"}, Verb::Hosts},
        {{"evacuate", "--jobs", "4", "--dry-run"}, Verb::Evacuate},
        {{"move", "s", "--auto"}, Verb::Move},
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
                                                      {"move", "s", "h", "--auto"},
                                                      {"evacuate", "--jobs", "0"},
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
