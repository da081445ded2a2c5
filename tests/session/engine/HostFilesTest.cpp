// The host's files in snapshots, for files whose times tell that they are as they were.

#include "session/engine/HostFiles.h"
#include "tests/session/engine/EngineFixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace entracte::test {

namespace {

using namespace std::chrono_literals;

std::string readFile(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class HostFilesTest : public EngineFixture {
protected:
    void SetUp() override {
        EngineFixture::SetUp();
        if (IsSkipped())
            return;
        closeEngine();
        openEngine(0s);
        // Not in /tmp or /var/tmp, of which a session has its own.
        std::string folder = m_person.home + "/entracte-files-XXXXXX";
        ASSERT_NE(::mkdtemp(folder.data()), nullptr);
        m_folder = folder;
        fs::permissions(m_folder, fs::perms(0755));
        m_shell = m_folder / "sh";
    }
    void TearDown() override {
        EngineFixture::TearDown();
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    SessionInfo startOwnShell() {
        fs::copy_file("/bin/sh", m_shell, fs::copy_options::overwrite_existing);
        SessionSpec spec = counterSpec();
        spec.command.front() = m_shell;
        const auto started = m_engine->start(m_person, spec, m_job);
        EXPECT_TRUE(started) << (started ? "" : started.error().forLog());
        EXPECT_GT(counterBeyond(started->id, 2), 2);
        return *started;
    }
    void expectComesBackAfter(const std::function<void()>& change) {
        const SessionInfo info = startOwnShell();
        const auto taken = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
        ASSERT_TRUE(taken) << taken.error().forLog();
        EXPECT_GE(taken->hostFileBytes, fs::file_size(m_shell));
        EXPECT_GT(taken->hostFileBytes, taken->hostFileStoredBytes);
        ASSERT_TRUE(m_engine->stop(info.id, m_job));
        change();
        const bool there = fs::exists(m_shell);
        const std::string host = readFile(m_shell);
        const auto resumed = m_engine->resume(info.id, "", {}, m_job);
        ASSERT_TRUE(resumed) << resumed.error().forLog();
        EXPECT_GT(counterBeyond(info.id, *counter(info.id) + 3), 0);
        EXPECT_EQ(fs::exists(m_shell), there);
        EXPECT_EQ(readFile(m_shell), host) << "the host's file is the host's";
    }

    fs::path m_folder, m_shell;
};

TEST_F(HostFilesTest, comeBackAfterAnUpgrade) {
    expectComesBackAfter([this] {
        fs::copy_file("/bin/true", m_folder / "new");
        fs::rename(m_folder / "new", m_shell);
    });
}

TEST_F(HostFilesTest, comeBackAfterARemoval) {
    expectComesBackAfter([this] { fs::remove(m_shell); });
}

TEST_F(HostFilesTest, comeBackWhenTheyWereChangedInPlaceWithTheirTimesKept) {
    expectComesBackAfter([this] {
        struct stat before {};
        ASSERT_EQ(::stat(m_shell.c_str(), &before), 0);
        std::string bytes = readFile(m_shell);
        std::fill(bytes.begin() + 64, bytes.end(), '\0');
        std::ofstream(m_shell, std::ios::binary) << bytes;
        const timespec times[] = {before.st_atim, before.st_mtim};
        ASSERT_EQ(::utimensat(AT_FDCWD, m_shell.c_str(), times, 0), 0);
    });
}

TEST_F(HostFilesTest, comeOnceByAMove) {
    const SessionInfo info = startOwnShell();
    const auto first = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    const auto second = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(first && second);
    const std::string round = exported(*first, {});
    const std::string rest = exported(*second, first->id);
    EXPECT_LT(rest.size() + fs::file_size(m_shell), round.size());
    const ImportWishes move{"", "00000000000000a1", "peer", info.id};
    const ImportWishes another{"", "00000000000000a2", "peer", info.id};
    const auto refused = imported(rest, move);
    ASSERT_FALSE(refused) << "what it counts on never came";
    EXPECT_EQ(refused.error().code(), ErrorCode::SnapshotDamaged);
    EXPECT_EQ(m_engine->sessions().size(), 1u);
    const auto arrived = imported(round, move);
    ASSERT_TRUE(arrived) << arrived.error().forLog();
    EXPECT_FALSE(imported(rest, another)) << "it came by another move";
    const auto again = imported(rest, move);
    ASSERT_TRUE(again) << again.error().forLog();
    EXPECT_EQ(again->id, arrived->id);
    // It has what it needs, also when nobody else has it any more.
    ASSERT_TRUE(m_engine->stop(info.id, m_job));
    ASSERT_TRUE(m_engine->remove(info.id));
    fs::remove(m_shell);
    ResumeWishes wishes;
    wishes.move = move.move;
    const auto resumed = m_engine->resume(arrived->id, "", wishes, m_job);
    ASSERT_TRUE(resumed) << resumed.error().forLog();
    EXPECT_GT(counterBeyond(arrived->id, *counter(arrived->id) + 3), 0);
}

TEST_F(HostFilesTest, comeBackElsewhereEachOfTwoWithTheSameContents) {
    const fs::path twin = m_folder / "twin";
    fs::copy_file("/bin/sh", m_shell);
    fs::copy_file("/bin/sh", twin);
    SessionSpec spec = counterSpec();
    spec.command.front() = m_shell;
    spec.command.back() = "exec 9<" + twin.string() + "\n" + spec.command.back();
    const auto started = m_engine->start(m_person, spec, m_job);
    ASSERT_TRUE(started) << started.error().forLog();
    ASSERT_GT(counterBeyond(started->id, 2), 2);
    const auto taken = m_engine->snapshot(started->id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
    const std::string out = exported(*taken, {});
    ASSERT_TRUE(m_engine->stop(started->id, m_job));
    ASSERT_TRUE(m_engine->remove(started->id));
    fs::remove(m_shell);
    fs::remove(twin);
    const auto arrived = imported(out, {});
    ASSERT_TRUE(arrived) << arrived.error().forLog();
    const auto resumed = m_engine->resume(arrived->id, "", {}, m_job);
    ASSERT_TRUE(resumed) << resumed.error().forLog();
    EXPECT_GT(counterBeyond(arrived->id, *counter(arrived->id) + 3), 0);
}

// Room for what is copied is made beforehand: of a session that departs, also for what it has
// mapped since the round before.
TEST(BytesToCopyTest, areThoseThatNobodyKeeps) {
    const auto settle = std::chrono::seconds(1);
    const auto bytes = [&](const KnownFiles* known) {
        return bytesToCopy(::getpid(), settle, known);
    };
    std::ifstream maps("/proc/self/maps");
    std::string library;
    for (std::string line; library.empty() && std::getline(maps, line);)
        if (line.find("/libc.so") != std::string::npos)
            library = line.substr(line.find('/'));
    ASSERT_FALSE(library.empty());
    KnownFiles known;
    const auto all = bytes(&known);
    KeptFile file;
    file.path = library;
    known.files.push_back(file);
    EXPECT_EQ(bytes(&known), all) << "known, and not kept in the store";
    known.files.back().stored = 0;
    EXPECT_LT(bytes(&known), all);
    EXPECT_LT(bytes(nullptr), bytes(&known)) << "the store keeps what has not changed for long";
}

TEST_F(HostFilesTest, areSharedBySessions) {
    const SessionInfo one = startOwnShell();
    const auto first = m_engine->snapshot(one.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(first) << first.error().forLog();
    const auto other = m_engine->start(m_person, counterSpec(), m_job);
    ASSERT_TRUE(other);
    ASSERT_GT(counterBeyond(other->id, 2), 2);
    const auto second = m_engine->snapshot(other->id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(second) << second.error().forLog();
    // Its libraries; what deleting it frees is without them.
    EXPECT_GT(second->hostFileStoredBytes, 500'000u);
    EXPECT_LT(second->uniqueBytes, second->storedBytes + second->hostFileStoredBytes / 2);
}

} // namespace

} // namespace entracte::test
