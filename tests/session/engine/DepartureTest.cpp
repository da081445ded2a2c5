// A session that goes to another machine while it stands still here: both sides are this engine.
// Whatever fails, it goes on, and nothing of it is left elsewhere.

#include "session/base/ScopeExit.h"
#include "tests/session/engine/EngineFixture.h"

#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <iterator>
#include <thread>

namespace entracte::test {

namespace {

using namespace std::chrono_literals;

const std::string kMove = "00000000000000b1";

class DepartureTest : public EngineFixture {
protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN); // as the helper does
        EngineFixture::SetUp();
    }
    void adjust(EngineOptions& options) const override {
        options.departIdleLimit = m_idleLimit;
        options.departLimit = m_limit;
        options.stagedLimit = m_stagedLimit;
    }
    void startAnew() {
        closeEngine();
        openEngine();
    }

    // A session that runs, and what the first round brought of it to the other side.
    void begin() { begin(startCounter()); }
    void begin(const SessionInfo& started) {
        m_info = started;
        ASSERT_GT(counterBeyond(m_info.id, 2), 2);
        const auto taken = m_engine->snapshot(m_info.id, "", SnapshotOrigin::Asked, m_job);
        ASSERT_TRUE(taken) << taken.error().forLog();
        m_since = taken->id;
        const auto arrived = imported(exported(*taken, {}), {"", kMove, "peer", m_info.id, false});
        ASSERT_TRUE(arrived) << arrived.error().forLog();
        m_arrived = *arrived;
    }

    // Whoever takes it: reads the pipe to its end, and talks. What it says at the end.
    struct Taken {
        std::string bundle;
        std::string word; // of the helper
    };
    using Taker = std::function<void(int from, UniqueFd talk, Taken&)>;
    Result<SnapshotInfo> depart(const Taker& take, Taken& taken) {
        int pipe[2];
        int pair[2];
        EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        UniqueFd read(pipe[0]);
        std::thread taker([&, talk = UniqueFd(pair[0])]() mutable {
            take(read.get(), std::move(talk), taken);
            read.reset();
        });
        auto left = m_engine->depart(m_info.id, UniqueFd(pipe[1]), UniqueFd(pair[1]),
                                     {"left", m_since, kMove, "peer"}, m_job);
        taker.join();
        return left;
    }
    static void readBundle(int from, Taken& taken) {
        char buffer[65536];
        for (ssize_t got = 0; (got = ::read(from, buffer, sizeof buffer)) > 0;)
            taken.bundle.append(buffer, static_cast<std::size_t>(got));
    }
    static void readWord(int talk, Taken& taken) {
        char letter = 0;
        while (::read(talk, &letter, 1) == 1)
            taken.word += letter;
    }
    // As it should be: all arrives and is staged, and then it is taken.
    Taker wellBehaved() {
        return [this](int from, UniqueFd talk, Taken& taken) {
            readBundle(from, taken);
            const auto staged = imported(taken.bundle, {"", kMove, "peer", m_info.id, true});
            EXPECT_TRUE(staged) << (staged ? "" : staged.error().forLog());
            EXPECT_EQ(::write(talk.get(), "a", 1), 1);
            readWord(talk.get(), taken);
        };
    }
    Result<SessionInfo> resumeThere(bool said = true) { return resumeThere(said, m_job); }
    Result<SessionInfo> resumeThere(bool said, JobControl& job,
                                    FilesPolicy files = FilesPolicy::Ask) {
        ResumeWishes wishes;
        wishes.files = files;
        wishes.move = kMove;
        int pipe[2];
        EXPECT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
        EXPECT_EQ(::write(pipe[1], "{}", said ? 2 : 0), said ? 2 : 0);
        ::close(pipe[1]);
        wishes.word = std::make_shared<UniqueFd>(pipe[0]);
        return m_engine->resume(m_arrived.id, "", wishes, job);
    }
    void expectItGoesOn() {
        EXPECT_EQ(m_engine->session(m_info.id)->state, SessionState::Running);
        EXPECT_EQ(m_engine->session(m_info.id)->move.state, MoveState::None);
        const long now = counter(m_info.id).value_or(-1);
        EXPECT_GT(counterBeyond(m_info.id, now), now);
        EXPECT_EQ(m_engine->snapshots(m_info.id).size(), 1u) << "a snapshot of it is left";
    }
    // In its memory, and in no snapshot yet.
    void holdSomethingNew() {
        ASSERT_TRUE(m_engine->exec(m_info.id,
                                   {"/usr/bin/python3", "-c",
                                    "import os,time\nx=os.urandom(8<<20)\nopen('/tmp/made','w')\n"
                                    "time.sleep(1000)"},
                                   {}, ""));
        const fs::path made = "/proc/" + std::to_string(initOf(m_info.id)) + "/root/tmp/made";
        for (int round = 0; round < 400 && !fs::exists(made); ++round)
            std::this_thread::sleep_for(25ms);
        ASSERT_TRUE(fs::exists(made));
    }
    // What waits of arrivals on the disk or in memory.
    std::size_t waiting() const {
        std::error_code none;
        std::size_t count = 0;
        for (const auto& folder : {m_state / "transfers", m_runtime / "transfers"})
            for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder, none))
                ++count;
        return count;
    }

    std::chrono::milliseconds m_idleLimit = 20s, m_limit = 60s, m_stagedLimit = 60s;
    SessionInfo m_info, m_arrived;
    SnapshotId m_since;
};

TEST_F(DepartureTest, goesOnWhereItWentAndIsSuspendedHere) {
    begin();
    const long before = counter(m_info.id).value_or(0);
    Taken taken;
    const auto left = depart(wellBehaved(), taken);
    ASSERT_TRUE(left) << left.error().forLog();
    EXPECT_TRUE(taken.word.starts_with("{\"input\":{}") && taken.word.ends_with("}\n"))
        << taken.word;
    const auto here = m_engine->session(m_info.id);
    EXPECT_EQ(here->state, SessionState::Suspended);
    EXPECT_EQ(here->move.state, MoveState::Given);
    EXPECT_EQ(here->move.id, kMove);
    EXPECT_EQ(m_engine->moveFate(m_person.uid, kMove).value_or(MoveFate::Unknown),
              MoveFate::Arriving);
    const auto there = resumeThere();
    ASSERT_TRUE(there) << there.error().forLog();
    EXPECT_GT(counterBeyond(m_arrived.id, before), before);
    EXPECT_EQ(m_engine->moveFate(m_person.uid, kMove).value_or(MoveFate::Unknown), MoveFate::Taken);
    EXPECT_EQ(waiting(), 0u);
    // The newest snapshot there is what was moved, and whole.
    const auto arrived = m_engine->snapshots(m_arrived.id);
    ASSERT_EQ(arrived.size(), 2u);
    EXPECT_EQ(arrived.back().comment, "As it came from peer");
    EXPECT_GT(arrived.back().takenUnixMs, arrived.front().takenUnixMs);
    ASSERT_TRUE(m_engine->stop(m_arrived.id, m_job));
    ASSERT_TRUE(m_engine->resume(m_arrived.id, "", {}, m_job));
    EXPECT_GT(counterBeyond(m_arrived.id, before), before);
    EXPECT_TRUE(m_engine->snapshot(m_arrived.id, "", SnapshotOrigin::Asked, m_job));
    // And what stays here is whole.
    ASSERT_TRUE(m_engine->moveStep(m_info.id, MoveStep::TakeBack, kMove, ""));
    const auto back = m_engine->resume(m_info.id, left->id, {}, m_job);
    ASSERT_TRUE(back) << back.error().forLog();
    EXPECT_GT(counterBeyond(m_info.id, before), before);
}

// Whatever keeps what came from being stored, the session runs, and is this machine's.
TEST_F(DepartureTest, runsWhereItWentWhenItCannotBeStoredThere) {
    begin();
    Taken taken;
    ASSERT_TRUE(depart(wellBehaved(), taken));
    JobControl job;
    job.observe([&](const JobControl::Progress& progress) {
        if (progress.phase == "storing")
            job.cancel();
    });
    const auto there = resumeThere(true, job);
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().code(), ErrorCode::Cancelled) << there.error().forLog();
    EXPECT_TRUE(there.error().sentence().starts_with("The session runs, but"))
        << there.error().forLog();
    EXPECT_EQ(m_engine->session(m_arrived.id)->state, SessionState::Running);
    EXPECT_EQ(m_engine->session(m_arrived.id)->move.state, MoveState::None);
    EXPECT_EQ(m_engine->moveFate(m_person.uid, kMove).value_or(MoveFate::Unknown), MoveFate::Taken);
    const long now = counter(m_arrived.id).value_or(-1);
    EXPECT_GT(counterBeyond(m_arrived.id, now), now);
    EXPECT_EQ(waiting(), 0u);
    ASSERT_EQ(m_engine->snapshots(m_arrived.id).size(), 1u);
    ASSERT_TRUE(m_engine->snapshot(m_arrived.id, "", SnapshotOrigin::Asked, m_job));
}

// The disk is full by the time that it is to be stored. Its image on the disk here is gone already:
// else the store would have all of it.
TEST_F(DepartureTest, runsWhereItWentWhenTheDiskIsFullThere) {
    closeEngine();
    ASSERT_EQ(::mount("tmpfs", m_state.c_str(), "tmpfs", 0, "size=192m,mode=700"), 0);
    openEngine();
    begin();
    holdSomethingNew();
    Taken taken;
    ASSERT_TRUE(depart(wellBehaved(), taken));
    ASSERT_TRUE(m_engine->moveStep(m_info.id, MoveStep::TakeBack, kMove, ""));
    ASSERT_TRUE(m_engine->remove(m_info.id));
    ASSERT_TRUE(m_engine->collectGarbage(m_job));
    JobControl job;
    job.observe([&](const JobControl::Progress& progress) {
        if (progress.phase == "storing" && !fs::exists(m_state / "ballast"))
            std::ofstream(m_state / "ballast")
                << std::string(fs::space(m_state).available - (1 << 20), 'b');
    });
    const auto there = resumeThere(true, job);
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().code(), ErrorCode::NoSpace) << there.error().forLog();
    EXPECT_EQ(m_engine->session(m_arrived.id)->state, SessionState::Running);
    const long now = counter(m_arrived.id).value_or(-1);
    EXPECT_GT(counterBeyond(m_arrived.id, now), now);
    EXPECT_EQ(m_engine->snapshots(m_arrived.id).size(), 1u);
    fs::remove(m_state / "ballast");
    const auto later = m_engine->suspend(m_arrived.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(later) << later.error().forLog();
    ASSERT_TRUE(m_engine->resume(m_arrived.id, "", {}, m_job));
    EXPECT_GT(counterBeyond(m_arrived.id, now), now);
    ASSERT_TRUE(m_engine->stop(m_arrived.id, m_job));
    ASSERT_TRUE(m_engine->remove(m_arrived.id));
    closeEngine();
    ASSERT_EQ(::umount2(m_state.c_str(), MNT_DETACH), 0);
}

TEST_F(DepartureTest, doesNotWaitForWhoDoesNotRead) {
    m_idleLimit = 300ms;
    startAnew();
    begin();
    Taken taken;
    const auto left =
        depart([](int, const UniqueFd& talk, Taken& told) { readWord(talk.get(), told); }, taken);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code(), ErrorCode::TimedOut) << left.error().forLog();
    EXPECT_EQ(taken.word, "");
    expectItGoesOn();
}

TEST_F(DepartureTest, doesNotWaitForAWordThatNeverComes) {
    m_limit = 300ms;
    startAnew();
    begin();
    Taken taken;
    const auto left = depart(
        [](int from, const UniqueFd& talk, Taken& told) {
            readBundle(from, told);
            readWord(talk.get(), told);
        },
        taken);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code(), ErrorCode::TimedOut) << left.error().forLog();
    expectItGoesOn();
}

TEST_F(DepartureTest, goesOnWhenWhoeverTakesItGoes) {
    begin();
    Taken taken;
    for (const bool early : {true, false}) {
        const auto left = depart(
            [early](int from, UniqueFd, Taken& told) {
                if (!early)
                    readBundle(from, told);
            },
            taken);
        ASSERT_FALSE(left);
        EXPECT_EQ(left.error().code(), ErrorCode::Cancelled) << left.error().forLog();
        expectItGoesOn();
    }
}

TEST_F(DepartureTest, goesOnWhenItIsCancelledWhileItWaits) {
    begin();
    Taken taken;
    const auto left = depart(
        [this](int from, const UniqueFd& talk, Taken& told) {
            readBundle(from, told);
            m_job.cancel(); // as a shutdown does
            readWord(talk.get(), told);
        },
        taken);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code(), ErrorCode::Cancelled) << left.error().forLog();
    EXPECT_EQ(taken.word, "");
    expectItGoesOn();
}

TEST_F(DepartureTest, takesOnlyPipesAndSockets) {
    begin();
    const UniqueFd file(::open((m_root / "file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    const auto copy = [&] { return UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3)); };
    const DepartWishes wishes{"", m_since, kMove, "peer"};
    EXPECT_EQ(m_engine->depart(m_info.id, copy(), copy(), wishes, m_job).error().code(),
              ErrorCode::InvalidArgument);
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    const UniqueFd reader(pipe[0]);
    EXPECT_EQ(m_engine->depart(m_info.id, UniqueFd(pipe[1]), copy(), wishes, m_job).error().code(),
              ErrorCode::InvalidArgument);
    // What its holder may not open is not opened for them.
    const fs::path fifo = m_root / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const auto place = [](const fs::path& path) {
        return UniqueFd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    };
    EXPECT_EQ(m_engine->depart(m_info.id, place(fifo), copy(), wishes, m_job).error().code(),
              ErrorCode::InvalidArgument);
    EXPECT_EQ(m_engine->importSession(m_person, place(m_root / "exported").get(), {}, m_job)
                  .error()
                  .code(),
              ErrorCode::InvalidArgument);
    ResumeWishes resume;
    resume.move = kMove;
    resume.word = std::make_shared<UniqueFd>(place(fifo));
    EXPECT_EQ(m_engine->resume(m_arrived.id, "", resume, m_job).error().code(),
              ErrorCode::InvalidArgument);
    expectItGoesOn();
}

// Whoever talks with the helper dies in the moment in which it is given away: nobody was told.
TEST_F(DepartureTest, isTakenBackWhenNobodyHeardThatItWasGiven) {
    begin();
    const long before = counter(m_info.id).value_or(0);
    Taken taken;
    const auto left = depart(
        [](int from, UniqueFd talk, Taken& told) {
            readBundle(from, told);
            EXPECT_EQ(::write(talk.get(), "a", 1), 1);
        },
        taken);
    if (!left) // it was seen to have gone before it was given
        return expectItGoesOn();
    EXPECT_EQ(m_engine->session(m_info.id)->move.state, MoveState::Given);
    EXPECT_FALSE(m_engine->resume(m_info.id, "", {}, m_job));
    ASSERT_TRUE(m_engine->moveStep(m_info.id, MoveStep::TakeBack, kMove, ""));
    ASSERT_TRUE(m_engine->resume(m_info.id, left->id, {}, m_job));
    EXPECT_GT(counterBeyond(m_info.id, before), before);
}

TEST_F(DepartureTest, goesOnWhenTheDiskIsFullHere) {
    closeEngine();
    ASSERT_EQ(::mount("tmpfs", m_state.c_str(), "tmpfs", 0, "size=128m,mode=700"), 0);
    openEngine();
    begin();
    holdSomethingNew();
    std::ofstream(m_state / "ballast")
        << std::string(fs::space(m_state).available - 64 * 1024, 'b');
    Taken taken;
    const auto left = depart(
        [](int from, const UniqueFd& talk, Taken& told) {
            readBundle(from, told);
            readWord(talk.get(), told);
        },
        taken);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().code(), ErrorCode::NoSpace) << left.error().forLog();
    EXPECT_EQ(taken.word, "");
    fs::remove(m_state / "ballast");
    expectItGoesOn();
    Taken again;
    ASSERT_TRUE(depart(wellBehaved(), again));
    ASSERT_TRUE(resumeThere());
    for (const SessionId& id : {m_info.id, m_arrived.id}) {
        static_cast<void>(m_engine->moveStep(id, MoveStep::TakeBack, kMove, ""));
        static_cast<void>(m_engine->stop(id, m_job));
        ASSERT_TRUE(m_engine->remove(id));
    }
    closeEngine();
    ASSERT_EQ(::umount2(m_state.c_str(), MNT_DETACH), 0);
}

class SealedDepartureTest : public DepartureTest {
protected:
    void beginSealed() {
        ASSERT_TRUE(m_engine->createVault(m_person.uid, secret().get()));
        begin();
        Taken taken;
        const auto left = depart(wellBehaved(), taken);
        ASSERT_TRUE(left) << left.error().forLog();
        EXPECT_TRUE(left->encrypted);
    }
    static UniqueFd secret() {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        EXPECT_EQ(::write(ends[1], "a horse", 7), 7);
        ::close(ends[1]);
        return UniqueFd(ends[0]);
    }
    void expectItComesBackHere() {
        ASSERT_TRUE(m_engine->unlockVault(m_person.uid, secret().get()));
        ASSERT_TRUE(m_engine->moveStep(m_info.id, MoveStep::TakeBack, kMove, ""));
        ASSERT_TRUE(m_engine->resume(m_info.id, "", {}, m_job));
        EXPECT_GT(counterBeyond(m_info.id, 2), 2);
    }
};

// In clear, in memory: nothing of it stays when the key goes.
TEST_F(SealedDepartureTest, whatArrivedGoesWhenItsOwnersVaultIsLocked) {
    beginSealed();
    EXPECT_GT(waiting(), 0u);
    ASSERT_TRUE(m_engine->lockVault(m_person.uid));
    EXPECT_EQ(waiting(), 0u);
    EXPECT_FALSE(resumeThere());
    expectItComesBackHere();
}

TEST_F(SealedDepartureTest, isNotBroughtBackOnceItsVaultIsLocked) {
    beginSealed();
    ResumeWishes wishes;
    wishes.move = kMove;
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    wishes.word = std::make_shared<UniqueFd>(pipe[0]);
    const UniqueFd word(pipe[1]);
    std::atomic<bool> waits{false};
    JobControl job;
    job.observe([&](const JobControl::Progress& progress) {
        if (progress.phase == "restoring")
            waits = true;
    });
    auto resumed = std::async(std::launch::async,
                              [&] { return m_engine->resume(m_arrived.id, "", wishes, job); });
    while (!waits)
        std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(m_engine->lockVault(m_person.uid));
    const auto refused = resumed.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::VaultLocked) << refused.error().forLog();
    EXPECT_EQ(m_engine->session(m_arrived.id)->state, SessionState::Suspended);
    EXPECT_EQ(waiting(), 0u);
    expectItComesBackHere();
}

TEST_F(SealedDepartureTest, isStoredSealedWhereItWent) {
    beginSealed();
    ASSERT_TRUE(resumeThere());
    EXPECT_TRUE(m_engine->snapshots(m_arrived.id).back().encrypted);
    EXPECT_EQ(m_engine->snapshots(m_arrived.id).back().comment, "As it came from peer");
}

// What the person has outside is changed for a session that is here only.
TEST_F(DepartureTest, documentsAreTouchedOnlyAfterTheWord) {
    const fs::path folder = fs::path(m_person.home) / ("documents-" + newId());
    ASSERT_TRUE(fs::create_directory(folder));
    const ScopeExit tidy([&] { fs::remove_all(folder); });
    const fs::path document = folder / "letter";
    const auto write = [&](const std::string& text) { std::ofstream(document) << text; };
    const auto content = [&] {
        std::ifstream in(document);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    write("as it was saved");
    ASSERT_EQ(::chown(folder.c_str(), m_person.uid, m_person.gid), 0);
    ASSERT_EQ(::chown(document.c_str(), m_person.uid, m_person.gid), 0);
    SessionSpec spec = counterSpec();
    spec.sharedFolders = {{folder, false}};
    spec.command.back() = "exec 7<>" + document.string() + "; " + spec.command.back();
    const auto started = m_engine->start(m_person, spec, m_job);
    ASSERT_TRUE(started) << started.error().forLog();
    begin(*started);
    Taken taken;
    const auto left = depart(wellBehaved(), taken);
    ASSERT_TRUE(left) << left.error().forLog();
    write("changed outside");
    const auto refused = resumeThere(false, m_job, FilesPolicy::Saved);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::Cancelled) << refused.error().forLog();
    EXPECT_EQ(content(), "changed outside");
    ASSERT_TRUE(imported(taken.bundle, {"", kMove, "peer", m_info.id, true}));
    const auto there = resumeThere(true, m_job, FilesPolicy::Saved);
    ASSERT_TRUE(there) << there.error().forLog();
    EXPECT_EQ(content(), "as it was saved");
}

TEST_F(DepartureTest, isNotBroughtBackWithoutTheWord) {
    begin();
    Taken taken;
    ASSERT_TRUE(depart(wellBehaved(), taken));
    const auto refused = resumeThere(false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::Cancelled) << refused.error().forLog();
    EXPECT_EQ(m_engine->session(m_arrived.id)->state, SessionState::Suspended);
    EXPECT_EQ(m_engine->moveFate(m_person.uid, kMove).value_or(MoveFate::Unknown),
              MoveFate::Arriving);
    EXPECT_EQ(waiting(), 0u);
    EXPECT_TRUE(m_engine->moveStep(m_arrived.id, MoveStep::Drop, kMove, ""));
}

TEST_F(DepartureTest, whatNobodyResumesIsRemoved) {
    m_stagedLimit = 200ms;
    startAnew();
    begin();
    Taken taken;
    ASSERT_TRUE(depart(wellBehaved(), taken));
    for (int round = 0; round < 200 && waiting() > 0; ++round)
        std::this_thread::sleep_for(50ms);
    EXPECT_EQ(waiting(), 0u);
    const auto refused = resumeThere();
    ASSERT_FALSE(refused) << "an older round was taken for the last one";
    EXPECT_EQ(refused.error().code(), ErrorCode::NotFound) << refused.error().forLog();
    EXPECT_EQ(m_engine->moveFate(m_person.uid, kMove).value_or(MoveFate::Unknown),
              MoveFate::Arriving);
}

TEST_F(DepartureTest, whatIsDroppedOrFoundByANewHelperIsRemoved) {
    begin();
    Taken taken;
    ASSERT_TRUE(depart(wellBehaved(), taken));
    EXPECT_GT(waiting(), 0u);
    startAnew();
    EXPECT_EQ(waiting(), 0u);
    EXPECT_FALSE(resumeThere());
    ASSERT_TRUE(imported(taken.bundle, {"", kMove, "peer", m_info.id, true}));
    EXPECT_GT(waiting(), 0u);
    ASSERT_TRUE(m_engine->moveStep(m_arrived.id, MoveStep::Drop, kMove, ""));
    EXPECT_EQ(waiting(), 0u);
}

TEST_F(DepartureTest, nothingIsStagedForWhatDidNotArriveBefore) {
    begin();
    Taken taken;
    ASSERT_TRUE(depart(wellBehaved(), taken));
    EXPECT_EQ(
        imported(taken.bundle, {"", "00000000000000b2", "peer", m_info.id, true}).error().code(),
        ErrorCode::InvalidArgument)
        << "another move";
}

// What it names by number would mean something in any round.
TEST_F(DepartureTest, whatNamesAnotherRoundThanTheLastIsRefused) {
    begin();
    const auto taken = m_engine->snapshot(m_info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken);
    const auto next = imported(exported(*taken, {}), {"", kMove, "peer", m_info.id, false});
    ASSERT_TRUE(next) << next.error().forLog();
    Taken told;
    const auto left = depart( // by the first one
        [this](int from, UniqueFd talk, Taken& told) {
            readBundle(from, told);
            const auto staged = imported(told.bundle, {"", kMove, "peer", m_info.id, true});
            ASSERT_FALSE(staged);
            EXPECT_EQ(staged.error().code(), ErrorCode::SnapshotDamaged);
            EXPECT_NE(staged.error().sentence().find("not the one before it"), std::string::npos)
                << staged.error().forLog();
            talk.reset();
        },
        told);
    ASSERT_FALSE(left);
    EXPECT_EQ(m_engine->session(m_info.id)->state, SessionState::Running);
    EXPECT_EQ(waiting(), 0u);
    m_since = taken->id;
    Taken again;
    ASSERT_TRUE(depart(wellBehaved(), again));
    ASSERT_TRUE(resumeThere());
}

TEST_F(DepartureTest, isDamagedOnItsWayAndRefused) {
    begin();
    Taken taken;
    const auto left = depart(
        [this](int from, UniqueFd talk, Taken& told) {
            readBundle(from, told);
            told.bundle[told.bundle.size() / 2] ^= 1;
            const auto staged = imported(told.bundle, {"", kMove, "peer", m_info.id, true});
            ASSERT_FALSE(staged);
            EXPECT_EQ(staged.error().code(), ErrorCode::SnapshotDamaged);
            talk.reset();
        },
        taken);
    ASSERT_FALSE(left);
    expectItGoesOn();
    EXPECT_EQ(waiting(), 0u);
}

} // namespace

} // namespace entracte::test
