#include "session/engine/JobSlot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace entracte {

namespace {

using namespace std::chrono_literals;

TEST(JobSlotTest, refusesASecondJobAndBriefUsesDuringAJob) {
    JobSlot slot;
    ASSERT_TRUE(slot.beginJob());
    EXPECT_EQ(slot.beginJob().error().code(), ErrorCode::Busy);
    EXPECT_EQ(slot.beginBrief().error().code(), ErrorCode::Busy);
    slot.endJob();
    EXPECT_TRUE(slot.beginBrief());
    slot.endBrief();
    EXPECT_TRUE(slot.beginJob());
}

TEST(JobSlotTest, letsAJobWaitForABriefUse) {
    JobSlot slot;
    ASSERT_TRUE(slot.beginBrief());
    std::atomic<bool> began{false};
    std::thread job([&] {
        EXPECT_TRUE(slot.beginJob());
        began = true;
    });
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(began);
    // The job has announced itself: nobody squeezes in before it.
    EXPECT_FALSE(slot.beginBrief());
    slot.endBrief();
    job.join();
    EXPECT_TRUE(began);
}

TEST(JobSlotTest, givesBackWhenTheUseEnds) {
    JobSlot slot;
    {
        auto use = BriefUse::begin(slot);
        ASSERT_TRUE(use);
        const BriefUse moved = std::move(*use);
    }
    EXPECT_TRUE(slot.beginJob());
}

} // namespace

} // namespace entracte
