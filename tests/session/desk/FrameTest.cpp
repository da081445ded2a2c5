#include "session/desk/Frame.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace entracte::desk {
namespace {

TEST(FrameTest, comesBackFromPieces) {
    const Frame sent{Kind::Show, 3, 7, joined({"one", "", "two"})};
    const auto bytes = encode(sent) + encode({Kind::Close, 0, 8, {}});
    FrameReader reader;
    std::vector<Frame> got;
    for (const char byte : bytes) {
        reader.add({&byte, 1});
        while (auto frame = reader.next())
            got.push_back(*frame);
    }
    ASSERT_EQ(got.size(), 2u);
    EXPECT_EQ(got[0].client, 3u);
    EXPECT_EQ(got[0].token, 7u);
    EXPECT_EQ(texts(got[0].payload), (std::vector<std::string>{"one", "", "two"}));
    EXPECT_EQ(got[1].kind, Kind::Close);
}

TEST(FrameTest, whatIsNoneEndsIt) {
    FrameReader other;
    other.add(std::string(20, 'x'));
    EXPECT_FALSE(other.next());
    EXPECT_TRUE(other.broken());

    FrameReader large;
    large.add(encode({Kind::Show, 0, 0, std::string(kMaxPayload + 1, '\0')}));
    EXPECT_FALSE(large.next());
    EXPECT_TRUE(large.broken());
}

TEST(FrameTest, textsEndWithANullByte) {
    EXPECT_EQ(texts(""), std::vector<std::string>());
    EXPECT_FALSE(texts("open"));
}

TEST(FrameTest, numbersAreNothingElse) {
    EXPECT_EQ(number("-1"), -1);
    for (const char* wrong : {"", "1x", " 1", "99999999999"})
        EXPECT_FALSE(number(wrong)) << wrong;
}

TEST(LineTest, oneThatIsNotReadHoldsNobodyUp) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    Line line(pair[0]);
    const Frame frame{Kind::Show, 0, 1, std::string(kMaxPayload, '\0')};
    int taken = 0;
    while (taken < 10000 && line.send(frame)) {
        ++taken;
        ASSERT_TRUE(line.flush());
    }
    EXPECT_LT(taken, 10000) << "it owes without a bound";
    EXPECT_TRUE(line.owes());
    ::close(pair[1]);
    EXPECT_FALSE(line.flush()) << "the other side is gone";
    ::close(pair[0]);
}

} // namespace
} // namespace entracte::desk
