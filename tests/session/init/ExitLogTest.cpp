#include "session/init/ExitLog.h"

#include <gtest/gtest.h>

namespace entracte::init {
namespace {

TEST(ExitLogTest, numbersExitsAndGivesThoseAfterASerial) {
    ExitLog log;
    EXPECT_FALSE(log.hasAfter(0));
    log.add(10, 0);
    log.add(11, 256);
    EXPECT_TRUE(log.hasAfter(1));
    EXPECT_FALSE(log.hasAfter(2));
    Answer answer{};
    log.fill(1, answer);
    ASSERT_EQ(answer.exitCount, 1u);
    EXPECT_EQ(answer.exits[0].serial, 2u);
    EXPECT_EQ(answer.exits[0].pid, 11);
    EXPECT_EQ(answer.exits[0].status, 256);
}

TEST(ExitLogTest, givesTheOldestFirstAndNoMoreThanFit) {
    ExitLog log;
    for (int pid = 1; pid <= 100; ++pid)
        log.add(pid, 0);
    Answer answer{};
    log.fill(10, answer);
    ASSERT_EQ(answer.exitCount, kMaxEvents);
    EXPECT_EQ(answer.exits[0].serial, 11u);
    EXPECT_EQ(answer.exits[kMaxEvents - 1].serial, 10 + kMaxEvents);
}

TEST(ExitLogTest, keepsTheNewest) {
    ExitLog log;
    for (int pid = 1; pid <= 2000; ++pid)
        log.add(pid, 0);
    Answer answer{};
    log.fill(0, answer);
    EXPECT_EQ(answer.exits[0].serial, 2000 - ExitLog::kKept + 1);
    log.fill(~std::uint64_t{0}, answer);
    EXPECT_EQ(answer.exitCount, 0u);
}

} // namespace
} // namespace entracte::init
