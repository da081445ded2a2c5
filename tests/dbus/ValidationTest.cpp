#include "dbus/service/Validation.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace entracte::service {
namespace {

TEST(ValidationTest, acceptsWhatPeopleType) {
    for (const char* name : {"work", "Büro", "日本語", "a b", "🦊"})
        EXPECT_TRUE(checkName(name)) << name;
    EXPECT_TRUE(checkComment(""));
    EXPECT_TRUE(checkPath("/home/ann/My Documents", "It"));
    EXPECT_TRUE(checkPath("/home/ann/", "It"));
    EXPECT_TRUE(checkPath("/home/ann/...", "It"));
    for (const char* display :
         {":0", ":10.1", "localhost:10.0", "[::1]:3", "unix/host:0", "/tmp/launch-x/org.xquartz:0"})
        EXPECT_TRUE(checkDisplay(display)) << display;
}

TEST(ValidationTest, refusesBrokenUtf8) {
    for (const char* text :
         {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
        EXPECT_FALSE(isPrintableUtf8(text));
}

TEST(ValidationTest, refusesWhatDeceivesTheEye) {
    for (const char* text :
         {"\x1b[2J", "a\nb", "a\tb", "\x7f", "\u0085", "a\u202etxt.exe", "\u200b", "\ufeff"})
        EXPECT_FALSE(isPrintableUtf8(text)) << text;
    EXPECT_FALSE(checkName("   "));
    EXPECT_FALSE(checkName(std::string(65, 'a')));
    EXPECT_TRUE(checkName(std::string(64, 'a')));
}

TEST(ValidationTest, refusesPathsThatAreNotWhatTheySeem) {
    for (const std::string& path :
         {std::string(), std::string("a"), std::string("./a"), std::string("/a/../b"),
          std::string("/a/."), std::string("//a"), std::string("/a//b"), std::string("/a\0b", 4),
          "/" + std::string(5000, 'a')})
        EXPECT_FALSE(checkPath(path, "It")) << path;
}

TEST(ValidationTest, refusesDisplaysThatAreNone) {
    for (const std::string& display :
         {std::string("0"), std::string(":"), std::string(":x"), std::string(":0."),
          std::string(":0 -x"), std::string("a\n:0"), std::string(":123456"),
          std::string(300, 'a') + ":0"})
        EXPECT_FALSE(checkDisplay(display)) << display;
}

TEST(ValidationTest, boundsCommandsAndEnvironments) {
    EXPECT_FALSE(checkCommand({}, true));
    EXPECT_TRUE(checkCommand({}, false));
    EXPECT_FALSE(checkCommand({""}, true));
    EXPECT_FALSE(checkCommand({"a", std::string("b\0c", 3)}, true));
    EXPECT_FALSE(checkCommand(std::vector<std::string>(kMaxArguments + 1, "a"), true));
    EXPECT_FALSE(checkCommand({std::string(kMaxCommandBytes, 'a')}, true));
    EXPECT_TRUE(checkEnvironment({{"A_1", "anything = at all"}}));
    for (const char* name : {"", "1A", "A=B", "A B", "Ä"})
        EXPECT_FALSE(checkEnvironment({{name, ""}})) << name;
    EXPECT_FALSE(checkEnvironment({{"A", std::string(kMaxEnvironmentBytes, 'a')}}));
}

Options headless() {
    return {{"screen", sdbus::Variant(std::string("headless"))}};
}

TEST(ValidationTest, makesASpecOfGoodOptions) {
    auto options = headless();
    options.emplace("width", sdbus::Variant(std::uint16_t{800}));
    options.emplace("share", sdbus::Variant(std::vector<std::string>{"/home/ann/docs"}));
    options.emplace("shareReadOnly",
                    sdbus::Variant(std::vector<std::string>{"/run/media/ann/stick"}));
    options.emplace("environment",
                    sdbus::Variant(std::map<std::string, std::string>{{"LANG", "de"}}));
    const auto spec = sessionSpec({"/usr/bin/xterm", "-e", "top"}, options);
    ASSERT_TRUE(spec) << spec.error().forLog();
    EXPECT_EQ(spec->name, "xterm");
    EXPECT_EQ(spec->screen.kind, ScreenKind::Headless);
    EXPECT_EQ(spec->screen.width, 800);
    ASSERT_EQ(spec->sharedFolders.size(), 2u);
    EXPECT_FALSE(spec->sharedFolders[0].readOnly);
    EXPECT_TRUE(spec->sharedFolders[1].readOnly);
    EXPECT_EQ(spec->environment.at("LANG"), "de");
}

TEST(ValidationTest, needsADisplayWhereOneIsShown) {
    EXPECT_FALSE(sessionSpec({}, {}));
    EXPECT_FALSE(sessionSpec({}, {{"screen", sdbus::Variant(std::string("window"))}}));
    EXPECT_TRUE(sessionSpec({}, {{"display", sdbus::Variant(std::string(":1"))}}));
    EXPECT_TRUE(sessionSpec({}, headless()));
}

TEST(ValidationTest, resumesWhereItWasWhenNothingIsSaid) {
    const auto nothing = screenSpec({});
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(*nothing);
    EXPECT_FALSE(screenSpec({{"name", sdbus::Variant(std::string("x"))}}));
}

TEST(ValidationTest, leavesTheSizeAsItWasWhenNoneIsSaid) {
    const auto resumed = screenSpec(headless());
    ASSERT_TRUE(resumed && *resumed);
    EXPECT_EQ((*resumed)->width, 0);
    EXPECT_EQ((*resumed)->height, 0);
    EXPECT_EQ(sessionSpec({}, headless())->screen.width, 1280);
    auto options = headless();
    options.emplace("width", sdbus::Variant(std::uint16_t{0}));
    EXPECT_FALSE(screenSpec(options));
}

TEST(ValidationTest, onlyAWindowWithoutASizeIsFullScreen) {
    const Options full{{"screen", sdbus::Variant(std::string("window"))},
                       {"display", sdbus::Variant(std::string(":1"))},
                       {"fullScreen", sdbus::Variant(true)}};
    EXPECT_TRUE(sessionSpec({}, full)->screen.fullScreen);
    EXPECT_TRUE((*screenSpec(full))->fullScreen);
    auto other = full;
    other.at("screen") = sdbus::Variant(std::string("host"));
    EXPECT_FALSE(sessionSpec({}, other));
    other = full;
    other.emplace("width", sdbus::Variant(std::uint16_t{800}));
    EXPECT_FALSE(sessionSpec({}, other));
}

TEST(ValidationTest, aClipboardIsSharedWhenThatIsSaid) {
    auto options = headless();
    EXPECT_FALSE(sessionSpec({}, options)->screen.clipboard);
    options.emplace("clipboard", sdbus::Variant(true));
    EXPECT_TRUE(sessionSpec({}, options)->screen.clipboard);
    EXPECT_FALSE(resumeWishes(options)) << "SetClipboard changes it";
}

TEST(ValidationTest, aSessionIsPrivateWhenThatIsSaid) {
    auto options = headless();
    EXPECT_FALSE(sessionSpec({}, options)->isPrivate);
    options.emplace("private", sdbus::Variant(true));
    options.emplace("sessionBus", sdbus::Variant(std::string("unix:path=/run/user/7/bus")));
    EXPECT_TRUE(sessionSpec({}, options)->isPrivate);
    EXPECT_EQ(sessionSpec({}, options)->screen.sessionBus, "unix:path=/run/user/7/bus");
    EXPECT_FALSE(resumeWishes(options)) << "it stays what it is";
    for (const auto& wrong : {std::string(2000, 'x'), std::string("unix:\npath=/x"),
                              std::string("unixexec:path=/bin/sh"), std::string("autolaunch:")}) {
        options.erase("sessionBus");
        options.emplace("sessionBus", sdbus::Variant(wrong));
        EXPECT_FALSE(sessionSpec({}, options));
    }
    const Options alone{{"sessionBus", sdbus::Variant(std::string("unix:path=/run/user/7/bus"))}};
    EXPECT_FALSE(resumeWishes(alone)) << "it goes with a screen";
}

TEST(ValidationTest, networksAreOfThreeKinds) {
    const auto asked = [](const std::string& network) {
        auto options = headless();
        options.emplace("network", sdbus::Variant(network));
        return sessionSpec({}, options);
    };
    const auto unsaid = sessionSpec({}, headless());
    ASSERT_TRUE(unsaid);
    EXPECT_EQ(unsaid->network.kind, NetworkKind::Nat);
    EXPECT_FALSE(unsaid->network.required);
    EXPECT_TRUE(asked("nat")->network.required);
    EXPECT_EQ(asked("none")->network.kind, NetworkKind::None);
    const auto limited = asked("host-limited:5432,80");
    ASSERT_TRUE(limited) << limited.error().forLog();
    EXPECT_EQ(limited->network.kind, NetworkKind::HostLimited);
    EXPECT_EQ(limited->network.hostPorts, (std::vector<std::uint16_t>{5432, 80}));
    std::string many = "host-limited:1";
    for (std::size_t i = 0; i < kMaxHostPorts; ++i)
        many += ",1";
    for (const std::string& wrong :
         {std::string("host-limited"), std::string("host-limited:"), std::string("host-limited:0"),
          std::string("host-limited:1,"), std::string("host-limited:-1"),
          std::string("host-limited:65536"), std::string("host-limited:1;2"), std::string("Nat"),
          std::string(), many})
        EXPECT_FALSE(asked(wrong)) << wrong;
    EXPECT_FALSE(resumeWishes({})->network);
    EXPECT_EQ(resumeWishes({{"network", sdbus::Variant(std::string("none"))}})->network->kind,
              NetworkKind::None);
}

TEST(ValidationTest, rulesForSnapshotsAreTakenFromTheOptions) {
    Options options = headless();
    EXPECT_EQ(*takeRetention(options), "");
    options.emplace("keep", sdbus::Variant(std::string("hourly=24 daily=7")));
    EXPECT_EQ(*takeRetention(options), "hourly=24 daily=7");
    EXPECT_EQ(options.count("keep"), 0U);
    EXPECT_TRUE(sessionSpec({}, options));
    for (const char* const wrong : {"hourly", "hourly=-1", "yearly=3", "hourly=24;daily=7"}) {
        options.emplace("keep", sdbus::Variant(std::string(wrong)));
        EXPECT_FALSE(takeRetention(options)) << wrong;
        options.erase("keep");
    }
    options.emplace("keep", sdbus::Variant(std::uint32_t{3}));
    EXPECT_FALSE(takeRetention(options));
}

TEST(ValidationTest, sharesNothingOfTheSystem) {
    for (const char* path :
         {"/", "/proc", "/proc/self", "/sys/fs", "/dev/shm", "/run", "/run/user/1000"}) {
        auto options = headless();
        options.emplace("share", sdbus::Variant(std::vector<std::string>{path}));
        EXPECT_FALSE(sessionSpec({}, options)) << path;
    }
}

TEST(ValidationTest, whatIsStagedAndWhatDepartsGoesByAMove) {
    const auto text = [](const char* value) { return sdbus::Variant(std::string(value)); };
    const Options move{{"move", text("00000000000000a1")},
                       {"peer", text("there")},
                       {"lineage", text("00000000000000a2")},
                       {"stage", sdbus::Variant(true)}};
    ASSERT_TRUE(importWishes(move));
    EXPECT_TRUE(importWishes(move)->stage);
    EXPECT_FALSE(importWishes({{"stage", sdbus::Variant(true)}})) << "of no move";
    Options departs{{"move", text("00000000000000a1")},
                    {"peer", text("there")},
                    {"since", text("00000000000000a3")}};
    ASSERT_TRUE(departWishes(departs));
    EXPECT_EQ(departWishes(departs)->since, "00000000000000a3");
    departs["since"] = text("../../etc");
    EXPECT_FALSE(departWishes(departs));
    departs.erase("since");
    EXPECT_FALSE(departWishes(departs)) << "nothing of it was brought before";
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    ::close(pipe[1]);
    const Options word{{"word", sdbus::Variant(sdbus::UnixFd(pipe[0]))}};
    EXPECT_FALSE(resumeWishes(word)) << "of no move";
    auto taken = word;
    taken["move"] = text("00000000000000a1");
    ASSERT_TRUE(resumeWishes(taken));
    EXPECT_TRUE(resumeWishes(taken)->word && *resumeWishes(taken)->word);
    ::close(pipe[0]);
}

} // namespace
} // namespace entracte::service
