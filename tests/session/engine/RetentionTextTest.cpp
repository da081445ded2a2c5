#include "session/engine/RetentionText.h"

#include <gtest/gtest.h>

namespace entracte {
namespace {

TEST(RetentionTextTest, nothingSaidKeepsEverything) {
    for (const char* text : {"", "  ", ","}) {
        const auto rules = parseRetention(text);
        ASSERT_TRUE(rules) << text;
        EXPECT_FALSE(*rules) << text;
    }
}

TEST(RetentionTextTest, whatIsNotNamedCountsAsNothing) {
    const auto rules = parseRetention("daily=7, last=3 bytes=20000000000");
    ASSERT_TRUE(rules);
    ASSERT_TRUE(*rules);
    EXPECT_EQ((*rules)->hourly, 0u);
    EXPECT_EQ((*rules)->daily, 7u);
    EXPECT_EQ((*rules)->last, 3u);
    EXPECT_EQ((*rules)->maxBytes, 20'000'000'000u);
    EXPECT_EQ(formatRetention(**rules), "daily=7 last=3 bytes=20000000000");
}

TEST(RetentionTextTest, isReadAsItWasWritten) {
    for (const char* text : {"hourly=24 daily=7 weekly=4 monthly=6", "last=1", "bytes=1"})
        EXPECT_EQ(formatRetention(**parseRetention(text)), text);
}

TEST(RetentionTextTest, refusesWhatItDoesNotUnderstand) {
    for (const char* text :
         {"hourly", "hourly=", "hourly=x", "hourly=-1", "hourly=1.5", "yearly=1", "=3",
          "daily=1 daily=2", "daily=100001", "last=99999999999999999999"}) {
        const auto rules = parseRetention(text);
        ASSERT_FALSE(rules) << text;
        EXPECT_EQ(rules.error().code(), ErrorCode::InvalidArgument);
    }
}

} // namespace
} // namespace entracte
