#include "app/cli/CallerEnvironment.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace entracte::cli {
namespace {

TEST(CallerEnvironmentTest, passesWhatIsAboutThePersonOnly) {
    const char* const environment[] = {"LANG=de_DE.UTF-8",
                                       "LC_TIME=C",
                                       "PATH=/bin",
                                       "DISPLAY=:3",
                                       "XAUTHORITY=/x",
                                       "WAYLAND_DISPLAY=w",
                                       "DBUS_SESSION_BUS_ADDRESS=unix:x",
                                       "XDG_RUNTIME_DIR=/run/user/1",
                                       "SSH_AUTH_SOCK=/s",
                                       "SECRET=1",
                                       "LD_PRELOAD=/evil.so",
                                       "QT_IM_MODULE=fcitx",
                                       "LANGX=no",
                                       "no-equals",
                                       nullptr};
    const auto passed = passedEnvironment(environment, {"FOO=a=b", "LANG=fr"});
    ASSERT_TRUE(passed);
    EXPECT_EQ(passed->keys(), (QStringList{"FOO", "LANG", "LC_TIME", "PATH", "QT_IM_MODULE"}));
    EXPECT_EQ(passed->value("FOO"), "a=b");
    EXPECT_EQ(passed->value("LANG"), "fr");
}

TEST(CallerEnvironmentTest, leavesOutWhatTheBusCannotCarry) {
    const char* const environment[] = {"LANG=\xff", nullptr};
    EXPECT_TRUE(passedEnvironment(environment, {})->isEmpty());
    EXPECT_FALSE(passedEnvironment(nullptr, {"NOTHING"}));
    EXPECT_FALSE(passedEnvironment(nullptr, {"=x"}));
}

TEST(CallerEnvironmentTest, namesTheCallersDisplayWhereItIsNeeded) {
    ::setenv("DISPLAY", ":7", 1);
    ::setenv("XAUTHORITY", "cookies", 1);
    Arguments arguments;
    auto options = screenOptions(arguments);
    EXPECT_EQ(options.value("screen"), "host");
    EXPECT_EQ(options.value("display"), ":7");
    EXPECT_TRUE(options.value("xauthority").toString().startsWith('/'));
    EXPECT_TRUE(options.value("xauthority").toString().endsWith("/cookies"));
    EXPECT_FALSE(options.contains("width"));

    arguments.screen = "headless";
    arguments.size = {640, 480};
    options = screenOptions(arguments);
    EXPECT_FALSE(options.contains("display"));
    EXPECT_EQ(options.value("width").typeId(), QMetaType::UShort); // q on the bus
    EXPECT_EQ(options.value("height").toInt(), 480);
}

TEST(CallerEnvironmentTest, makesPathsAbsolute) {
    EXPECT_EQ(absolutePath("/a/b/../c/"), "/a/c");
    EXPECT_TRUE(absolutePath("x").startsWith('/'));
}

} // namespace
} // namespace entracte::cli
