#include "session/init/SpawnRequest.h"

#include <gtest/gtest.h>

namespace entracte::init {
namespace {

using namespace std::string_literals;

TEST(SpawnRequestTest, isTheBytesThatTheProtocolSays) {
    EXPECT_EQ(encodeSpawn({"/home/ann", {"vim", "a b"}, {"X=1", "Y="}}), "/home/ann\0"
                                                                         "2\0vim\0a b\0X=1\0Y=\0"s);
    EXPECT_EQ(encodeSpawn({"", {"true"}, {}}), "\0"
                                               "1\0true\0"s);
}

TEST(SpawnRequestTest, comesBackAsItWas) {
    const SpawnRequest request{"/tmp", {"sh", "", "-c"}, {"A=b=c"}};
    const auto back = decodeSpawn(*encodeSpawn(request));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->workingDirectory, request.workingDirectory);
    EXPECT_EQ(back->arguments, request.arguments);
    EXPECT_EQ(back->environment, request.environment);
}

TEST(SpawnRequestTest, refusesWhatCannotBeSaid) {
    EXPECT_FALSE(encodeSpawn({"/", {}, {}}));
    EXPECT_FALSE(encodeSpawn({"/", {""}, {}}));
    EXPECT_FALSE(encodeSpawn({"/", {"a\0b"s}, {}}));
    EXPECT_FALSE(encodeSpawn({"/\0"s, {"a"}, {}}));
    EXPECT_FALSE(encodeSpawn({"/", {"a"}, {"X=\0"s}}));
}

TEST(SpawnRequestTest, refusesOtherBytes) {
    for (const auto& bytes : {""s, "/"s, "/\0"s,
                              "/\0"
                              "1"s,
                              "/\0"
                              "1\0"s,
                              "/\0"
                              "0\0true\0"s,
                              "/\0"
                              "2\0true\0"s,
                              "/\0"
                              "1\0true"s,
                              "/\0"
                              "-1\0true\0"s,
                              "/\0"
                              "1x\0true\0"s,
                              "/\0"
                              "99999999999999999999\0true\0"s,
                              "/\0"
                              "1\0\0"s,
                              "/\0\0true\0"s})
        EXPECT_FALSE(decodeSpawn(bytes)) << testing::PrintToString(bytes);
}

} // namespace
} // namespace entracte::init
