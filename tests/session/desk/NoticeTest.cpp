#include "session/desk/Notice.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace entracte::desk {
namespace {

TEST(NoticeTest, arrivesAsItWasSent) {
    Notice sent;
    sent.urgency = 2;
    sent.expiresMs = 1500;
    sent.program = "mail";
    sent.icon = "mail-unread";
    sent.summary = "Grüße";
    sent.body = "one\ntwo";
    sent.actions = {{"default", ""}, {"read", "Read it"}};
    const auto got = decodeNotice(encodeNotice(sent));
    ASSERT_TRUE(got);
    EXPECT_EQ(encodeNotice(*got), encodeNotice(sent));
}

TEST(NoticeTest, onlyWhatMayBeShownArrives) {
    Notice sent;
    sent.urgency = 9;
    sent.expiresMs = -7;
    sent.icon = "../../etc/passwd";
    sent.summary = "a\nb\x1b[31m" + std::string(5000, 'x');
    sent.body = std::string(100, '\n') + "last\xff";
    for (int i = 0; i < 50; ++i)
        sent.actions.emplace_back("k", "l");
    const auto got = decodeNotice(encodeNotice(sent));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->urgency, 2);
    EXPECT_EQ(got->expiresMs, -1);
    EXPECT_EQ(got->icon, "");
    EXPECT_LE(got->summary.size(), kMaxSummary + 3);
    EXPECT_EQ(got->summary.substr(0, 8), "a?b?[31m");
    EXPECT_LE(std::ranges::count(got->body, '\n'), 20);
    EXPECT_EQ(got->actions.size(), kMaxActions);
}

TEST(NoticeTest, whatIsNoneIsRefused) {
    for (const auto& wrong :
         {std::string(), joined({"1", "1", "p", "i", "s"}), joined({"x", "1", "p", "i", "s", "b"}),
          joined({"1", "1", "p", "i", "s", "b", "key without label"})})
        EXPECT_FALSE(decodeNotice(wrong));
}

TEST(NoticeTest, noMarkupIsLeft) {
    EXPECT_EQ(withoutMarkup("<a href=\"x\">&amp;</a>"), "&lt;a href=\"x\"&gt;&amp;amp;&lt;/a&gt;");
}

} // namespace
} // namespace entracte::desk
