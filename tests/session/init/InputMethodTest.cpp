#include "session/init/InputMethod.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace entracte::init {
namespace {

class InputMethodTest : public testing::Test {
protected:
    void SetUp() override {
        for (const char* variable : {"GTK_IM_MODULE", "QT_IM_MODULE", "XMODIFIERS"})
            ::unsetenv(variable);
    }
    void TearDown() override { SetUp(); }
};

TEST_F(InputMethodTest, noneWhereNobodyNamesOne) {
    EXPECT_TRUE(inputMethodServer().empty());
}

TEST_F(InputMethodTest, anyOfTheVariablesNamesIt) {
    const std::vector<std::string> ibus = {"ibus-daemon", "--daemonize", "--xim"};
    for (const auto& [variable, value] :
         {std::pair{"GTK_IM_MODULE", "ibus"}, std::pair{"QT_IM_MODULE", "ibus"},
          std::pair{"XMODIFIERS", "@im=ibus"}}) {
        ::setenv(variable, value, 1);
        EXPECT_EQ(inputMethodServer(), ibus) << variable;
        ::unsetenv(variable);
    }
    ::setenv("XMODIFIERS", "@im=fcitx", 1);
    EXPECT_EQ(inputMethodServer(), std::vector<std::string>{"fcitx5"});
}

TEST_F(InputMethodTest, whatIsNotKnownIsNotStarted) {
    ::setenv("GTK_IM_MODULE", "/tmp/evil", 1);
    ::setenv("XMODIFIERS", "@im=none", 1);
    EXPECT_TRUE(inputMethodServer().empty());
}

} // namespace
} // namespace entracte::init
