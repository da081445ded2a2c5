#include "session/screen/DisplayName.h"

#include <gtest/gtest.h>

#include <fstream>

namespace entracte::screen {
namespace {

TEST(DisplayNameTest, localForms) {
    for (const char* text :
         {":7", ":7.0", "unix:7", "some-host/unix:7", "unix/:7", "unix/any:7.1"}) {
        const auto name = parseDisplayName(text);
        ASSERT_TRUE(name) << text;
        EXPECT_FALSE(name->remote()) << text;
        EXPECT_EQ(name->path, "/tmp/.X11-unix/X7") << text;
        EXPECT_EQ(name->number, 7) << text;
    }
}

TEST(DisplayNameTest, tcpForms) {
    const std::vector<std::pair<std::string, std::string>> forms = {
        {"localhost:10.0", "localhost"},
        {"tcp/away.example:10", "away.example"},
        {"[::1]:10", "::1"},
        {"127.0.0.1:10", "127.0.0.1"},
        {"tcp/:10", "localhost"}};
    for (const auto& [text, host] : forms) {
        const auto name = parseDisplayName(text);
        ASSERT_TRUE(name) << text;
        EXPECT_TRUE(name->remote()) << text;
        EXPECT_EQ(name->host, host) << text;
        EXPECT_EQ(name->port(), 6010) << text;
    }
}

TEST(DisplayNameTest, pathsKeepTheirColonAndLoseTheirScreen) {
    const auto plain = parseDisplayName("/run/x/socket:3");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->path, "/run/x/socket:3");
    EXPECT_EQ(plain->number, 3);
    const auto withScreen = parseDisplayName("unix:/run/x/socket:3.1");
    ASSERT_TRUE(withScreen);
    EXPECT_EQ(withScreen->path, "/run/x/socket:3");
}

TEST(DisplayNameTest, refusesWhatIsNoName) {
    for (const char* text : {"", "0", ":", ":x", ":0.x", ":99999", "host::0", "ssh/host:0", ":-1"})
        EXPECT_FALSE(parseDisplayName(text)) << text;
    EXPECT_FALSE(parseDisplayName(std::string(600, 'a') + ":0"));
    EXPECT_FALSE(parseDisplayName(std::string_view(":0\0x", 4)));
}

} // namespace
} // namespace entracte::screen
