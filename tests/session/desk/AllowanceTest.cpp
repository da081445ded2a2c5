#include "session/desk/Desk.h"

#include <gtest/gtest.h>

namespace entracte::desk {
namespace {

using namespace std::chrono_literals;

TEST(AllowanceTest, soManyAtOnceAndThenOneEachInterval) {
    Allowance allowance(3, 5s, false);
    const auto now = Allowance::Clock::now();
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(allowance.take(now)) << i;
    EXPECT_FALSE(allowance.take(now));
    EXPECT_FALSE(allowance.take(now + 4s));
    EXPECT_TRUE(allowance.take(now + 6s));
    EXPECT_FALSE(allowance.take(now + 7s));
}

TEST(AllowanceTest, neverMoreThanTheMostAtOnce) {
    Allowance allowance(2, 1s, false);
    const auto now = Allowance::Clock::now();
    EXPECT_TRUE(allowance.take(now + 100s));
    EXPECT_TRUE(allowance.take(now + 100s));
    EXPECT_FALSE(allowance.take(now + 100s));
}

TEST(AllowanceTest, oneThatIsSpentBeginsWithNothing) {
    Allowance allowance(3, 5s, true);
    const auto now = Allowance::Clock::now();
    EXPECT_FALSE(allowance.take(now));
    EXPECT_TRUE(allowance.take(now + 6s));
    EXPECT_FALSE(allowance.take(now + 6s));
}

} // namespace
} // namespace entracte::desk
