// What goes wrong on purpose: the running session goes on, the stored snapshots stay, a sentence
// says so.

#include "session/engine/DumpTries.h"
#include "tests/session/engine/EngineFixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <future>
#include <thread>

namespace entracte::test {

namespace {

class EngineFailureTest : public EngineFixture {
protected:
    void expectCountsOn(const SessionId& id) {
        const long before = counterBeyond(id, 0);
        EXPECT_GT(counterBeyond(id, before + 3), 0) << "the session does not go on";
    }
    void expectGoesOn(const SessionId& id) {
        expectCountsOn(id);
        EXPECT_EQ(m_engine->session(id)->state, SessionState::Running);
        const auto calls = m_display.take();
        if (std::ranges::count(calls, "prepare") > 0) {
            EXPECT_EQ(calls.back(), "openChannel") << "its display was not let go";
        }
    }
    std::vector<fs::path> packs() const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(m_state / "store" / "packs"))
            found.push_back(entry.path());
        return found;
    }
    void flipAByte(const fs::path& path) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(fs::file_size(path) / 2));
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(static_cast<std::streamoff>(fs::file_size(path) / 2));
        file.put(byte);
    }
};

TEST_F(EngineFailureTest, refusesASecondJob) {
    const SessionInfo info = startCounter();
    m_display.take();
    m_display.holdPrepare = true;
    std::thread first([&] {
        JobControl job;
        const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, job);
        EXPECT_TRUE(taken) << (taken ? "" : taken.error().forLog());
    });
    while (m_display.take().empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto second = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    EXPECT_FALSE(second);
    EXPECT_EQ(second ? ErrorCode::Internal : second.error().code(), ErrorCode::Busy);
    EXPECT_EQ(m_engine->stop(info.id, m_job).error().code(), ErrorCode::Busy);
    // A program waits for the time in which the session stands still, and starts then.
    std::thread program([&] { EXPECT_TRUE(m_engine->exec(info.id, {"/bin/true"}, {}, "")); });
    m_display.holdPrepare = false;
    first.join();
    program.join();
    EXPECT_TRUE(m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job));
}

TEST_F(EngineFailureTest, goesOnWhenTheDisplayCannotBePrepared) {
    const SessionInfo info = startCounter();
    m_display.failPrepare = true;
    const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::TimedOut);
    EXPECT_NE(taken.error().sentence().find("goes on"), std::string::npos);
    expectGoesOn(info.id);
    EXPECT_TRUE(m_engine->snapshots(info.id).empty());
}

TEST_F(EngineFailureTest, goesOnWhenSomethingCannotBeSaved) {
    const SessionInfo info = startCounter();
    m_display.take();
    // A program that is traced, in the session's own pid namespace.
    const auto tracer = m_engine->exec(
        info.id,
        {"/usr/bin/python3", "-c",
         "import ctypes,os,time\np=os.fork()\nif p==0:\n time.sleep(1000)\n"
         "ctypes.CDLL(None).ptrace(16,p,0,0)\nopen('/tmp/traced','w')\ntime.sleep(1000)"},
        {}, "");
    ASSERT_TRUE(tracer) << tracer.error().forLog();
    const fs::path ready = "/proc/" + std::to_string(initOf(info.id)) + "/root/tmp/traced";
    for (int round = 0; round < 200 && !fs::exists(ready); ++round)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::NotCheckpointable) << taken.error().forLog();
    EXPECT_FALSE(taken.error().hint().empty());
    expectCountsOn(info.id);
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Running);
    EXPECT_TRUE(m_display.take().empty()) << "known before anything stands still";
    const auto findings = m_engine->preflight(info.id);
    ASSERT_TRUE(findings);
    EXPECT_FALSE(findings->empty());
}

// CRIU saves no message that comes with its sender's credentials. It is gone as soon as its program
// has read it.
class UnreadMessageTest : public EngineFailureTest {
protected:
    void begin() {
        m_info = startCounter();
        const auto program =
            m_engine->exec(m_info.id,
                           {"/usr/bin/python3", "-c",
                            "import os,socket,time\n"
                            "a,b=socket.socketpair()\n"
                            "b.setsockopt(socket.SOL_SOCKET,socket.SO_PASSCRED,1)\n"
                            "a.send(b'unread')\n"
                            "open('/tmp/sent','w')\n"
                            "while not os.path.exists('/tmp/read-it'): time.sleep(0.02)\n"
                            "b.recv(100)\n"
                            "open('/tmp/was-read','w')\n"
                            "time.sleep(1000)"},
                           {}, "");
        ASSERT_TRUE(program) << program.error().forLog();
        await("sent");
        m_display.take();
    }
    fs::path inside(const std::string& name) const {
        return "/proc/" + std::to_string(initOf(m_info.id)) + "/root/tmp/" + name;
    }
    void await(const std::string& name) const {
        for (int round = 0; round < 400 && !fs::exists(inside(name)); ++round)
            std::this_thread::sleep_for(std::chrono::milliseconds(25));
        ASSERT_TRUE(fs::exists(inside(name)));
    }
    std::ptrdiff_t tries() { return std::ranges::count(m_display.take(), "prepare"); }

    SessionInfo m_info;
};

TEST_F(UnreadMessageTest, isWaitedForAndTheSessionIsSaved) {
    begin();
    m_display.goOns = 0;
    m_display.holdGoOn = true; // after the first try
    std::thread reading([&] {
        while (m_display.goOns == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        std::ofstream(inside("read-it")).put('x');
        await("was-read");
        m_display.holdGoOn = false;
    });
    const auto taken = m_engine->suspend(m_info.id, "", SnapshotOrigin::Asked, m_job);
    reading.join();
    ASSERT_TRUE(taken) << taken.error().forLog();
    EXPECT_EQ(tries(), 2);
    const auto back = m_engine->resume(m_info.id, "", {}, m_job);
    ASSERT_TRUE(back) << back.error().forLog();
    expectCountsOn(m_info.id);
}

TEST_F(UnreadMessageTest, isToldWhenItStays) {
    begin();
    const auto taken = m_engine->suspend(m_info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::DumpFailed) << taken.error().forLog();
    EXPECT_EQ(taken.error().sentence(),
              "python3 was just receiving a message of another program. The session goes on.");
    EXPECT_EQ(tries(), DumpTries::kMost);
    expectCountsOn(m_info.id);
    EXPECT_TRUE(m_engine->snapshots(m_info.id).empty());
}

TEST_F(UnreadMessageTest, isNotWaitedForOnceTheJobIsCancelled) {
    begin();
    m_display.goOns = 0;
    m_display.holdGoOn = true;
    std::thread cancelling([&] {
        while (m_display.goOns == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        m_job.cancel();
        m_display.holdGoOn = false;
    });
    const auto taken = m_engine->snapshot(m_info.id, "", SnapshotOrigin::Asked, m_job);
    cancelling.join();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::Cancelled) << taken.error().forLog();
    EXPECT_EQ(tries(), 1);
    expectCountsOn(m_info.id);
}

// A disk that has room for the session and none for a snapshot of it.
TEST_F(EngineFailureTest, goesOnWhenTheDiskIsFull) {
    closeEngine();
    ASSERT_EQ(::mount("tmpfs", m_state.c_str(), "tmpfs", 0, "size=48m,mode=700"), 0);
    openEngine();
    for (const bool suspend : {false, true}) {
        const SessionInfo info = startCounter();
        ASSERT_GT(counterBeyond(info.id, 0), 0);
        {
            const auto space = fs::space(m_state);
            std::ofstream(m_state / "ballast") << std::string(space.available - 64 * 1024, 'b');
        }
        m_display.take();
        const auto taken = suspend ? m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job)
                                   : m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
        ASSERT_FALSE(taken);
        EXPECT_EQ(taken.error().code(), ErrorCode::NoSpace) << taken.error().forLog();
        fs::remove(m_state / "ballast");
        expectGoesOn(info.id);
        EXPECT_TRUE(m_engine->snapshots(info.id).empty());
        const auto again = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job);
        ASSERT_TRUE(again) << again.error().forLog();
        ASSERT_TRUE(m_engine->remove(info.id));
    }
    closeEngine();
    ASSERT_EQ(::umount2(m_state.c_str(), MNT_DETACH), 0);
}

// Whoever makes room needs some.
TEST_F(EngineFailureTest, stopsAndDeletesOnAFullDisk) {
    closeEngine();
    ASSERT_EQ(::mount("tmpfs", m_state.c_str(), "tmpfs", 0, "size=96m,mode=700"), 0);
    openEngine();
    const SessionInfo info = startCounter();
    ASSERT_GT(counterBeyond(info.id, 0), 0);
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job));
    const auto fill = [this] {
        const UniqueFd ballast(
            ::open((m_state / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        for (std::size_t size = 1 << 20; size > 0; size /= 2)
            while (::write(ballast.get(), std::string(size, 'b').data(), size) > 0) {
            }
    };
    fill();
    const auto stopped = m_engine->stop(info.id, m_job);
    ASSERT_TRUE(stopped) << stopped.error().forLog();
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
    fill();
    const auto snapshots = m_engine->snapshots(info.id);
    ASSERT_EQ(snapshots.size(), 2u);
    const auto removed = m_engine->removeSnapshot(info.id, snapshots.front().id);
    ASSERT_TRUE(removed) << removed.error().forLog();
    const auto ended = m_engine->remove(info.id);
    ASSERT_TRUE(ended) << ended.error().forLog();
    closeEngine();
    ASSERT_EQ(::umount2(m_state.c_str(), MNT_DETACH), 0);
}

TEST_F(EngineFailureTest, goesOnWhenTheJobIsCancelledWhileSuspending) {
    const SessionInfo info = startCounter();
    JobControl job;
    job.observe([&job](const JobControl::Progress& progress) {
        if (progress.phase == "storing")
            job.cancel();
    });
    const auto taken = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, job);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::Cancelled);
    expectGoesOn(info.id);
    EXPECT_TRUE(m_engine->snapshots(info.id).empty());
}

// The helper dies in the worst moment: everything is frozen, the snapshot half written.
TEST_F(EngineFailureTest, losesNothingWhenTheHelperDiesWhileSuspending) {
    closeEngine();
    const pid_t helper = ::fork();
    ASSERT_GE(helper, 0);
    // None of the host's files is stored ahead of time: they would stay for the next snapshot.
    constexpr std::chrono::hours kNever{24 * 365 * 100};
    if (helper == 0) {
        openEngine(kNever);
        const SessionInfo info = startCounter();
        JobControl job;
        job.observe([](const JobControl::Progress& progress) {
            if (progress.phase == "storing")
                ::_exit(9);
        });
        static_cast<void>(m_engine->suspend(info.id, "", SnapshotOrigin::Asked, job));
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(helper, &status, 0), helper);
    ASSERT_EQ(WEXITSTATUS(status), 9);
    openEngine(kNever);
    ASSERT_EQ(m_engine->sessions().size(), 1u);
    const SessionInfo info = m_engine->sessions().front();
    EXPECT_FALSE(fs::exists(m_runtime / "sessions" / info.id / "staging"));
    EXPECT_NE(initOf(info.id), 0);
    expectCountsOn(info.id);
    EXPECT_EQ(m_display.take().front(), "goOn");
    EXPECT_TRUE(m_engine->snapshots(info.id).empty());
    EXPECT_TRUE(packs().empty()) << "what was never a snapshot is still there";
    const auto again = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job);
    EXPECT_TRUE(again) << again.error().forLog();
}

TEST_F(EngineFailureTest, doesNotOfferOrResumeADamagedSnapshot) {
    const SessionInfo info = startCounter();
    const auto taken = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
    ASSERT_FALSE(packs().empty());
    for (const fs::path& pack : packs())
        flipAByte(pack);
    const auto resumed = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code(), ErrorCode::SnapshotDamaged);
    EXPECT_NE(resumed.error().forLog().find("pack"), std::string::npos) << resumed.error().forLog();
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
    EXPECT_TRUE(leftoverMounts().empty());
    for (const fs::path& pack : packs())
        flipAByte(pack);
    EXPECT_TRUE(m_engine->resume(info.id, "", {}, m_job));
}

TEST_F(EngineFailureTest, takesEverythingBackWhenTheScreenDoesNotFit) {
    const SessionInfo info = startCounter();
    ASSERT_TRUE(m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job));
    m_display.failAttach = true;
    const auto resumed = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code(), ErrorCode::ScreenUnavailable);
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
    EXPECT_EQ(initOf(info.id), 0);
    EXPECT_TRUE(leftoverMounts().empty());
    EXPECT_EQ(std::distance(fs::directory_iterator(sessionFolder(info.id) / "layers"), {}), 1);
    m_display.failAttach = false;
    const auto again = m_engine->resume(info.id, "", {}, m_job);
    EXPECT_TRUE(again) << again.error().forLog();
}

TEST_F(EngineFailureTest, aSessionThatDoesNotAnswerKeepsNoOtherWaiting) {
    const std::array<SessionId, 2> sessions{startCounter().id, startCounter().id};
    closeEngine();
    m_display.goOns = 0;
    m_display.holdGoOn = true; // of one of them
    openEngine();
    const auto ready = [&] {
        return std::ranges::count_if(
            sessions, [&](const SessionId& id) { return m_engine->preflight(id).has_value(); });
    };
    EXPECT_EQ(ready(), 1);
    m_display.holdGoOn = false;
    for (int round = 0; round < 200 && ready() < 2; ++round)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(ready(), 2);
}

// A machine that goes down soon after its helper began anew.
TEST_F(EngineFailureTest, aSessionThatIsJustTakenUpIsSavedAtAShutdownAllTheSame) {
    const SessionInfo info = startCounter();
    ASSERT_GT(counterBeyond(info.id, 2), 2);
    closeEngine();
    m_display.goOns = 0;
    m_display.holdGoOn = true;
    openEngine();
    EXPECT_EQ(m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job).error().code(),
              ErrorCode::Busy);
    auto saving = std::async(std::launch::async, [&] {
        return m_engine->suspend(info.id, "", SnapshotOrigin::Shutdown, m_job);
    });
    EXPECT_EQ(saving.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
    m_display.holdGoOn = false;
    const auto saved = saving.get();
    ASSERT_TRUE(saved) << saved.error().forLog();
    const auto back = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_TRUE(back) << back.error().forLog();
}

TEST_F(EngineFailureTest, aSessionIsTakenUpWhateverIsThrownMeanwhile) {
    const SessionInfo info = startCounter();
    ASSERT_GT(counterBeyond(info.id, 2), 2);
    for (const bool early : {true, false}) {
        closeEngine();
        (early ? m_display.throwWhenMade : m_display.throwInGoOn) = true;
        openEngine();
        EXPECT_FALSE(m_display.throwWhenMade || m_display.throwInGoOn) << "it was thrown";
        EXPECT_TRUE(m_engine->preflight(info.id));
        const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
        ASSERT_TRUE(taken) << taken.error().forLog();
        expectCountsOn(info.id);
    }
}

TEST_F(EngineFailureTest, refusesToResumeWhatRuns) {
    const SessionInfo info = startCounter();
    const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken);
    const auto resumed = m_engine->resume(info.id, taken->id, {}, m_job);
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(m_engine->remove(info.id).error().code(), ErrorCode::InvalidArgument);
}

TEST_F(EngineFailureTest, leavesNothingOfASessionThatDidNotStart) {
    SessionSpec spec = counterSpec();
    spec.command = {"/nonexistent/program"};
    const auto missing = m_engine->start(m_person, spec, m_job);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::NotFound) << missing.error().forLog();
    spec = counterSpec();
    spec.screen.kind = ScreenKind::Host;
    spec.screen.display = "refuse";
    const auto refused = m_engine->start(m_person, spec, m_job);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::ScreenUnavailable);
    EXPECT_TRUE(m_engine->sessions().empty());
    EXPECT_TRUE(fs::is_empty(m_state / "sessions"));
    EXPECT_TRUE(leftoverMounts().empty());
}

TEST_F(EngineFailureTest, knowsNoStrangeIdentifiers) {
    for (const char* id : {"", "..", "0000000000000000", "../../etc", "0000000000000000/x"}) {
        EXPECT_FALSE(m_engine->session(id));
        EXPECT_FALSE(m_engine->snapshot(id, "", SnapshotOrigin::Asked, m_job));
        EXPECT_FALSE(m_engine->remove(id));
        EXPECT_FALSE(m_engine->removeSnapshot(id, id));
        EXPECT_TRUE(m_engine->snapshots(id).empty());
    }
}

} // namespace

} // namespace entracte::test
