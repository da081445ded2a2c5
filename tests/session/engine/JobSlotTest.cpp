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

TEST(JobSlotTest, anOpenJobLetsOthersWorkBesideItButForTheStillTime) {
    JobSlot slot;
    ASSERT_TRUE(slot.beginJob());
    EXPECT_FALSE(BriefUse::beside(slot)); // not open
    slot.openToBrief();
    EXPECT_TRUE(BriefUse::beside(slot));
    EXPECT_FALSE(BriefUse::begin(slot));
    slot.hold();
    std::atomic<bool> began{false};
    std::thread other([&] {
        EXPECT_TRUE(BriefUse::beside(slot));
        began = true;
    });
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(began);
    slot.letGo();
    other.join();
    EXPECT_TRUE(began);
    slot.closeToBrief();
    EXPECT_FALSE(BriefUse::beside(slot));
}

TEST(JobSlotTest, whoWaitsForAnOpenJobGoesOnWhenItEnds) {
    JobSlot slot;
    ASSERT_TRUE(slot.beginJob());
    slot.openToBrief();
    slot.hold();
    std::thread other([&] { EXPECT_TRUE(BriefUse::beside(slot)); });
    std::this_thread::sleep_for(20ms);
    slot.endJob();
    other.join();
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
