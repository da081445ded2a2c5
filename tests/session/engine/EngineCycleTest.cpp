// The engine's main paths, with sessions that really run.

#include "tests/session/engine/EngineFixture.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace entracte::test {

namespace {

using namespace std::chrono_literals;

class EngineCycleTest : public EngineFixture {};

using Calls = std::vector<std::string>;

TEST_F(EngineCycleTest, startsAProgramAsThePerson) {
    const SessionInfo info = startCounter();
    EXPECT_EQ(info.state, SessionState::Running);
    EXPECT_EQ(info.owner, m_person.uid);
    EXPECT_EQ(info.screenDisplay, ":42");
    EXPECT_GT(counterBeyond(info.id, 2), 2);
    EXPECT_EQ(m_display.take(), (Calls{"openChannel", "waitAttached"}));
}

TEST_F(EngineCycleTest, tellsTheEndOfPrograms) {
    const SessionInfo info = startCounter();
    const auto pid = m_engine->exec(info.id, {"/bin/sh", "-c", "exit 7"}, {}, "");
    ASSERT_TRUE(pid) << pid.error().forLog();
    EXPECT_GT(*pid, 1);
    for (int round = 0; round < 100 && m_observer.exits().empty(); ++round)
        std::this_thread::sleep_for(50ms);
    EXPECT_EQ(m_observer.exits(), std::vector<int>{7 << 8});
    // And still after a snapshot, for which the connection to PID 1 is closed.
    ASSERT_TRUE(m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job));
    ASSERT_TRUE(m_engine->exec(info.id, {"/bin/sh", "-c", "exit 9"}, {}, ""));
    for (int round = 0; round < 100 && m_observer.exits().size() < 2; ++round)
        std::this_thread::sleep_for(50ms);
    EXPECT_EQ(m_observer.exits(), (std::vector<int>{7 << 8, 9 << 8}));
}

TEST_F(EngineCycleTest, snapshotsWhileItGoesOnAndComesBack) {
    const SessionInfo info = startCounter();
    ASSERT_GT(counterBeyond(info.id, 5), 5);
    m_display.take();
    const auto taken = m_engine->snapshot(info.id, "first", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
    EXPECT_EQ(m_display.take(), (Calls{"prepare", "goOn", "openChannel"}));
    EXPECT_EQ(m_observer.snapshots, 1);
    EXPECT_EQ(taken->comment, "first");
    EXPECT_GT(taken->imageBytes, 0u);
    EXPECT_GT(taken->frozenMicros, 0u);
    EXPECT_GT(taken->totalMillis, 0u);
    EXPECT_GE(taken->programs, 1u);
    EXPECT_EQ(taken->windows, 3u);
    EXPECT_FALSE(taken->suspended);

    const long later = counterBeyond(info.id, *counter(info.id) + 20);
    ASSERT_GT(later, 0) << "the session did not go on";
    ASSERT_TRUE(m_engine->stop(info.id, m_job));
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
    EXPECT_TRUE(leftoverMounts().empty());

    const auto resumed = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_TRUE(resumed) << resumed.error().forLog();
    EXPECT_EQ(resumed->state, SessionState::Running);
    // The number in the program's memory and the file in the layer are those of the snapshot.
    const auto first = counter(info.id);
    ASSERT_TRUE(first);
    EXPECT_LT(*first, later - 10);
    EXPECT_GT(counterBeyond(info.id, *first + 5), 0);
    EXPECT_EQ(std::distance(fs::directory_iterator(sessionFolder(info.id) / "layers"), {}), 1);
}

TEST_F(EngineCycleTest, suspendsAndResumesTimeAndAgain) {
    const SessionInfo info = startCounter();
    long reached = counterBeyond(info.id, 3);
    for (int cycle = 0; cycle < 3; ++cycle) {
        ASSERT_GT(reached, 0) << "cycle " << cycle;
        const auto taken = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job);
        ASSERT_TRUE(taken) << taken.error().forLog();
        EXPECT_TRUE(taken->suspended);
        EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
        EXPECT_TRUE(leftoverMounts().empty());
        const auto resumed = m_engine->resume(info.id, "", {}, m_job);
        ASSERT_TRUE(resumed) << resumed.error().forLog();
        EXPECT_GE(counterBeyond(info.id, 0), reached) << "it lost what it had counted";
        reached = counterBeyond(info.id, reached + 3);
    }
    EXPECT_EQ(m_engine->snapshots(info.id).size(), 3u);
}

// What has not changed for a while is copied before the display stands still, also when the session
// is suspended.
TEST_F(EngineCycleTest, copiesItsFilesAheadOfASuspension) {
    closeEngine();
    openEngine(0s);
    const std::string text = "what the session wrote a while ago";
    SessionSpec spec = counterSpec();
    spec.command = {"/bin/sh", "-c",
                    "cd /tmp; echo '" + text +
                        "' > settled; i=0; while :; do i=$((i+1)); echo $i > count.new; mv "
                        "count.new count; sleep 0.05; done"};
    const auto info = m_engine->start(m_person, spec, m_job);
    ASSERT_TRUE(info) << info.error().forLog();
    ASSERT_GT(counterBeyond(info->id, 3), 0);
    m_display.take();
    m_display.holdPrepare = true;
    std::thread suspension([&] {
        JobControl job;
        const auto taken = m_engine->suspend(info->id, "", SnapshotOrigin::Asked, job);
        EXPECT_TRUE(taken) << (taken ? "" : taken.error().forLog());
    });
    while (m_display.take().empty())
        std::this_thread::sleep_for(5ms);
    std::ifstream copied(m_runtime / "sessions" / info->id / "staging/layer", std::ios::binary);
    const std::string before{std::istreambuf_iterator<char>(copied), {}};
    m_display.holdPrepare = false;
    suspension.join();
    EXPECT_NE(before.find(text), std::string::npos) << before.size() << " bytes were copied ahead";
}

TEST_F(EngineCycleTest, isInterruptedWhenItDies) {
    const SessionInfo info = startCounter();
    ASSERT_TRUE(m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job));
    ASSERT_EQ(::kill(initOf(info.id), SIGKILL), 0);
    ASSERT_TRUE(waitForState(info.id, SessionState::Interrupted));
    EXPECT_TRUE(leftoverMounts().empty());
    const auto resumed = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_TRUE(resumed) << resumed.error().forLog();
    EXPECT_GT(counterBeyond(info.id, 0), 0);
    // What it had after the snapshot is kept until the next resume.
    EXPECT_EQ(std::distance(fs::directory_iterator(sessionFolder(info.id) / "layers"), {}), 2);
}

// Who ends a session on purpose does not find it running after the next start of the machine.
TEST_F(EngineCycleTest, isToReturnOnlyAfterAnEndThatNobodyAskedFor) {
    const SessionInfo info = startCounter();
    const auto due = [&] { return m_engine->session(info.id)->returnDue; };
    const auto anew = [&] {
        closeEngine();
        openEngine();
    };
    EXPECT_FALSE(due());
    ASSERT_TRUE(m_engine->suspend(info.id, "", SnapshotOrigin::Shutdown, m_job));
    anew();
    EXPECT_TRUE(due());
    ASSERT_TRUE(m_engine->resume(info.id, "", {}, m_job));
    EXPECT_FALSE(due());
    ASSERT_TRUE(m_engine->stop(info.id, m_job));
    anew();
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
    EXPECT_FALSE(due()) << "it was stopped";
    ASSERT_TRUE(m_engine->resume(info.id, "", {}, m_job));
    ASSERT_TRUE(m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job));
    EXPECT_FALSE(due()) << "it was suspended";
}

// A session that brings the machine down is not resumed for ever.
TEST_F(EngineCycleTest, doesNotReturnWhenItDiesSoonAfterAResume) {
    const SessionInfo info = startCounter();
    const auto due = [&] { return m_engine->session(info.id)->returnDue; };
    const auto die = [&] {
        closeEngine(); // as with the machine
        const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, initOf(info.id), 0)));
        ASSERT_EQ(::kill(initOf(info.id), SIGKILL), 0);
        pollfd ended{pidfd.get(), POLLIN, 0};
        ASSERT_EQ(::poll(&ended, 1, 20'000), 1);
        openEngine();
        ASSERT_EQ(m_engine->session(info.id)->state, SessionState::Interrupted);
    };
    ASSERT_TRUE(m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job));
    die();
    EXPECT_TRUE(due());
    m_display.failAttach = true;
    EXPECT_FALSE(m_engine->resume(info.id, "", {}, m_job));
    EXPECT_TRUE(due()) << "it failed in an orderly way, for want of a screen perhaps";
    m_display.failAttach = false;
    ASSERT_TRUE(m_engine->resume(info.id, "", {}, m_job));
    die();
    EXPECT_FALSE(due());
    ASSERT_TRUE(m_engine->resume(info.id, "", {}, m_job));
    ASSERT_TRUE(m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job));
    die();
    EXPECT_TRUE(due()) << "somebody worked with it";
}

TEST_F(EngineCycleTest, hasEndedWhenItDiesWithoutASnapshot) {
    const SessionInfo info = startCounter();
    ASSERT_EQ(::kill(initOf(info.id), SIGKILL), 0);
    EXPECT_TRUE(waitForState(info.id, SessionState::Ended));
    const auto resumed = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code(), ErrorCode::NotFound);
}

TEST_F(EngineCycleTest, isFoundByAHelperThatStartsAnew) {
    const SessionInfo info = startCounter();
    const SessionInfo dead = startCounter();
    ASSERT_TRUE(m_engine->snapshot(dead.id, "", SnapshotOrigin::Asked, m_job));
    closeEngine();
    ASSERT_EQ(::kill(initOf(dead.id), SIGKILL), 0);
    const long before = counterBeyond(info.id, 0);
    ASSERT_GT(counterBeyond(info.id, before + 3), 0) << "it needs the helper to live";
    openEngine();
    // The stand-in for a screen ends with its helper, so this is another one.
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Running);
    EXPECT_EQ(m_engine->session(info.id)->screenDisplay, ":42");
    EXPECT_EQ(m_engine->session(dead.id)->state, SessionState::Interrupted);
    const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
}

TEST_F(EngineCycleTest, livesOnWithoutAScreen) {
    const fs::path gone = m_root / "gone";
    fs::permissions(m_root, fs::perms::all); // the screen runs as the person
    SessionSpec spec = counterSpec();
    spec.screen.kind = ScreenKind::Window;
    spec.screen.display = "gone:" + gone.string();
    const auto info = m_engine->start(m_person, spec, m_job);
    ASSERT_TRUE(info) << info.error().forLog();
    std::ofstream(gone) << "x";
    ASSERT_TRUE(waitForState(info->id, SessionState::Detached));
    const long before = counterBeyond(info->id, 0);
    EXPECT_GT(counterBeyond(info->id, before + 3), 0);
    EXPECT_TRUE(m_engine->session(info->id)->screenDisplay.empty());
    ASSERT_TRUE(m_engine->snapshot(info->id, "without a screen", SnapshotOrigin::Asked, m_job));
}

TEST_F(EngineCycleTest, movesBetweenScreens) {
    const SessionInfo info = startCounter();
    m_display.take();
    ASSERT_TRUE(m_engine->attach(info.id, counterSpec().screen, m_job));
    EXPECT_EQ(m_display.take(), (Calls{"detach", "openChannel", "waitAttached"}));
    ASSERT_TRUE(m_engine->detach(info.id, m_job));
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Detached);
}

TEST_F(EngineCycleTest, keepsFilesAndMemoryTogether) {
    // A deleted file that is still open, a hard link, a file with a hole, and odd names, all in the
    // layer.
    SessionSpec spec = counterSpec();
    spec.command = {
        "/bin/sh", "-c",
        "cd /tmp; echo deleted > d; exec 7< d; rm d; echo one > a; ln a b; "
        "truncate -s 1G hole; mkdir 'odd\n name'; rm -f /etc/hostname; "
        "i=0; while :; do i=$((i+1)); echo $i > count.new; mv count.new count; sleep 0.05; done"};
    const auto info = m_engine->start(m_person, spec, m_job);
    ASSERT_TRUE(info) << info.error().forLog();
    ASSERT_GT(counterBeyond(info->id, 3), 0);
    const auto taken = m_engine->suspend(info->id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
    const auto resumed = m_engine->resume(info->id, "", {}, m_job);
    ASSERT_TRUE(resumed) << resumed.error().forLog();
    const fs::path tmp = "/proc/" + std::to_string(initOf(info->id)) + "/root/tmp";
    EXPECT_EQ(fs::file_size(tmp / "hole"), 1u << 30);
    EXPECT_EQ(fs::hard_link_count(tmp / "a"), 2u);
    EXPECT_TRUE(fs::is_directory(tmp / "odd\n name"));
    EXPECT_GT(counterBeyond(info->id, 0), 0);
}

} // namespace

} // namespace entracte::test
