// Who is due, and when; with this very process as the session's program, so that it can do
// something or nothing.

#include "session/engine/Scheduler.h"
#include "session/engine/Processes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <unistd.h>

namespace entracte {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class SchedulerTest : public testing::Test {
protected:
    SchedulerTest() {
        record.id = newId();
        record.owner = 1000;
        record.spec.name = "work";
        record.state = SessionState::Running;
        record.init.pid = ::getpid();
        fs::create_directories(folder / "state");
        fs::permissions(folder / "state", fs::perms::owner_all);
    }
    ~SchedulerTest() override {
        ended = true;
        if (watch.joinable())
            watch.join();
        fs::remove_all(folder);
    }

    void begin() {
        ASSERT_TRUE(registry.load());
        auto added = registry.add(record);
        ASSERT_TRUE(added);
        session = *added;
        scheduler.emplace(
            registry,
            [this](const SessionInfo& info) {
                EXPECT_EQ(info.id, record.id);
                ++due;
            },
            [this] { return nowUnixMs() + passed; });
        watch = std::thread([this] { // in place of the session's
            for (; !ended; std::this_thread::sleep_for(10ms))
                if (session->quiet == Quiet::Asked) {
                    asked = true;
                    if (!typing)
                        session->quiet = Quiet::Here;
                }
        });
    }
    bool until(const std::function<bool()>& done, std::chrono::seconds limit = 20s) const {
        for (const auto end = std::chrono::steady_clock::now() + limit; !done();
             std::this_thread::sleep_for(20ms))
            if (std::chrono::steady_clock::now() > end)
                return false;
        return true;
    }
    static void work() {
        const auto before = processorTicks(::getpid());
        while (processorTicks(::getpid()) < before + 20) { // reading /proc is work enough
        }
    }
    void letPass(std::chrono::milliseconds time) {
        passed += time.count();
        scheduler->wake();
    }
    std::int64_t now() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }

    fs::path folder = fs::temp_directory_path() / ("entracte-scheduler-" + newId());
    EnginePaths paths{folder / "state", folder / "run"};
    SessionRegistry registry{paths, nullptr};
    SessionRecord record;
    std::shared_ptr<Session> session;
    std::atomic<std::int64_t> passed{0}; // ms that only the clock says have passed
    std::atomic<int> due{0};
    std::atomic<bool> typing{false};
    std::atomic<bool> asked{false};
    std::atomic<bool> ended{false};
    std::thread watch;
    std::optional<Scheduler> scheduler; // last: its thread ends first
};

TEST_F(SchedulerTest, plansNothingWithoutASchedule) {
    begin();
    scheduler->wake();
    EXPECT_EQ(session->nextSnapshotUnixMs, 0);
}

TEST_F(SchedulerTest, aSessionThatWorksIsDueAgainAndAgain) {
    record.schedule.everySeconds = 1;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    EXPECT_LE(session->nextSnapshotUnixMs, now() + 1000);
    work();
    EXPECT_TRUE(until([&] { return due >= 1; }));
    work();
    EXPECT_TRUE(until([&] { return due >= 2; }));
}

TEST_F(SchedulerTest, aSessionThatDoesNothingIsNotDue) {
    record.schedule.everySeconds = 1;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    const std::int64_t first = session->nextSnapshotUnixMs;
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > first; }));
    EXPECT_EQ(due, 0);
}

TEST_F(SchedulerTest, waitsForAMomentWithoutInput) {
    record.schedule.everySeconds = 3600;
    typing = true;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    work();
    letPass(1h);
    ASSERT_TRUE(until([&] { return asked.load(); }));
    letPass(100s);
    letPass(1s);
    EXPECT_EQ(due, 0);
    typing = false;
    EXPECT_TRUE(until([&] { return due == 1; }));
    EXPECT_TRUE(until([&] { return session->nextSnapshotUnixMs > now() + passed; }));
    EXPECT_EQ(session->quiet, Quiet::NotAsked);
}

TEST_F(SchedulerTest, whoNeverStopsTypingIsSavedAllTheSame) {
    record.schedule.everySeconds = 3600;
    typing = true;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    work();
    letPass(1h);
    ASSERT_TRUE(until([&] { return asked.load(); }));
    letPass(121s);
    EXPECT_TRUE(until([&] { return due == 1; }));
}

TEST_F(SchedulerTest, aPauseEndsTheWaiting) {
    record.schedule.everySeconds = 3600;
    typing = true;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    work();
    letPass(1h);
    ASSERT_TRUE(until([&] { return asked.load(); }));
    ASSERT_TRUE(registry.update(*session, [&](SessionRecord& changed) {
        changed.schedule.pausedUntilUnixMs = now() + 7'200'000;
    }));
    scheduler->wake();
    EXPECT_TRUE(until([&] { return session->quiet == Quiet::NotAsked; }));
    typing = false;
    letPass(3s);
    EXPECT_EQ(due, 0);
}

TEST_F(SchedulerTest, aPauseAndASnapshotPutItOff) {
    record.schedule.everySeconds = 3600;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    const std::int64_t until1 = now() + 7'200'000;
    ASSERT_TRUE(registry.update(
        *session, [&](SessionRecord& now) { now.schedule.pausedUntilUnixMs = until1; }));
    scheduler->wake();
    EXPECT_TRUE(until([&] { return session->nextSnapshotUnixMs == until1; }));
    ASSERT_TRUE(
        registry.update(*session, [&](SessionRecord& now) { now.schedule.pausedUntilUnixMs = 0; }));
    scheduler->saved(session->id());
    EXPECT_TRUE(until([&] { return session->nextSnapshotUnixMs < until1; }));
}

TEST_F(SchedulerTest, aSessionThatRestsHasNoPlan) {
    record.schedule.everySeconds = 3600;
    begin();
    ASSERT_TRUE(until([&] { return session->nextSnapshotUnixMs > 0; }));
    ASSERT_TRUE(
        registry.update(*session, [](SessionRecord& now) { now.state = SessionState::Suspended; }));
    scheduler->wake();
    EXPECT_TRUE(until([&] { return session->nextSnapshotUnixMs == 0; }));
}

} // namespace
} // namespace entracte
