#include "session/store/Retention.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

namespace entracte::test {

namespace {

class RetentionTest : public ::testing::Test {
protected:
    void SetUp() override {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
    void TearDown() override {
        ::unsetenv("TZ");
        ::tzset();
    }
    // Hours after Monday 2024-01-01 00:00.
    void add(double hours, bool pinned = false) {
        SnapshotInfo info;
        info.id = fmt::format("{:016x}", m_all.size());
        info.takenUnixMs = 1'704'067'200'000 + static_cast<std::int64_t>(hours * 3'600'000);
        info.pinned = pinned;
        m_all.push_back(info);
    }
    std::vector<double> kept(const Retention& rules, const std::set<SnapshotId>& inUse = {}) {
        const auto chosen = chooseToRemove(
            m_all, rules, inUse, [&](const std::set<SnapshotId>& gone) -> Result<std::uint64_t> {
                return 10 * (m_all.size() - gone.size());
            });
        EXPECT_TRUE(chosen);
        const auto removed = chosen.value_or(std::set<SnapshotId>());
        std::vector<double> hours;
        for (const SnapshotInfo& info : m_all)
            if (!removed.contains(info.id))
                hours.push_back(static_cast<double>(info.takenUnixMs - 1'704'067'200'000) /
                                3'600'000.0);
        return hours;
    }
    static Retention rules(std::uint32_t hourly, std::uint32_t daily, std::uint32_t weekly,
                           std::uint32_t monthly) {
        return {hourly, daily, weekly, monthly, 1, 0};
    }
    std::vector<SnapshotInfo> m_all;
};

using Hours = std::vector<double>;

TEST_F(RetentionTest, keepsTheNewestOfEachHour) {
    for (const double at : {0.1, 0.5, 0.9, 1.2, 3.0, 3.9})
        add(at);
    EXPECT_EQ(kept(rules(2, 0, 0, 0)), (Hours{1.2, 3.9}));
    EXPECT_EQ(kept(rules(9, 0, 0, 0)), (Hours{0.9, 1.2, 3.9}));
}

TEST_F(RetentionTest, countsDaysWeeksAndMonthsThatHaveSnapshots) {
    for (int day = 0; day < 70; day += 2) {
        add(day * 24 + 8);
        add(day * 24 + 20);
    }
    EXPECT_EQ(kept(rules(0, 3, 0, 0)), (Hours{64 * 24 + 20, 66 * 24 + 20, 68 * 24 + 20}));
    // 2024-03-09 is the newest day; Sundays end the weeks before, where a snapshot fell on one.
    EXPECT_EQ(kept(rules(0, 0, 2, 0)), (Hours{62 * 24 + 20, 68 * 24 + 20}));
    EXPECT_EQ(kept(rules(0, 0, 0, 3)), (Hours{30 * 24 + 20, 58 * 24 + 20, 68 * 24 + 20}));
}

TEST_F(RetentionTest, keepsTheNewestWhateverTheRulesSay) {
    add(1);
    add(2);
    EXPECT_EQ(kept({0, 0, 0, 0, 0, 0}), Hours{2});
    EXPECT_TRUE(chooseToRemove({}, rules(1, 1, 1, 1), {}, {})->empty());
}

TEST_F(RetentionTest, keepsWhatIsPinnedInUseOrTheLastSuspension) {
    for (const double at : {1.0, 2.0, 3.0, 4.0, 5.0})
        add(at);
    m_all[0].pinned = true;
    m_all[1].suspended = true;
    EXPECT_EQ(kept({0, 0, 0, 0, 1, 1}, {m_all[3].id}), (Hours{1, 2, 4, 5}));
}

TEST_F(RetentionTest, dropsTheOldestBeyondTheLimitOfSpace) {
    for (const double at : {1.0, 2.0, 3.0, 4.0})
        add(at, at == 2.0);
    Retention limited = rules(24, 0, 0, 0);
    limited.maxBytes = 35;
    EXPECT_EQ(kept(limited), (Hours{2, 3, 4}));
    limited.maxBytes = 1;
    EXPECT_EQ(kept(limited), (Hours{2, 4}));
}

TEST_F(RetentionTest, aLimitOfSpaceAloneKeepsAsManyAsItHolds) {
    for (const double at : {1.0, 2.0, 3.0, 4.0})
        add(at);
    EXPECT_EQ(kept({0, 0, 0, 0, 0, 35}), (Hours{2, 3, 4}));
    EXPECT_EQ(kept({0, 0, 0, 0, 1, 35}), (Hours{4}));
}

} // namespace

} // namespace entracte::test
