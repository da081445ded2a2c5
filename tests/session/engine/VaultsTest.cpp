// What becomes of the sessions of somebody who has a vault.

#include "session/engine/SecretPipe.h"
#include "tests/session/engine/EngineFixture.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace entracte::test {

namespace {

// The reading end of a pipe that has `text`, and whose writing end is closed.
UniqueFd pipeWith(const std::string& text) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(ends[1]);
    return UniqueFd(ends[0]);
}

class VaultsTest : public EngineFixture {
protected:
    bool isOnTheDisk(const std::string& text) const {
        for (const auto& entry : fs::recursive_directory_iterator(m_state)) {
            if (!entry.is_regular_file())
                continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string all((std::istreambuf_iterator<char>(file)), {});
            if (all.find(text) != std::string::npos)
                return true;
        }
        return false;
    }
    ErrorCode codeOfSnapshot(const SessionId& id) {
        const auto taken = m_engine->snapshot(id, "", SnapshotOrigin::Asked, m_job);
        return taken ? ErrorCode::Internal : taken.error().code();
    }
};

TEST_F(VaultsTest, keepTheirOwnersSessionsFromBeingStoredInClear) {
    const SessionInfo before = startCounter();
    const uid_t uid = m_person.uid;
    const auto made = m_engine->createVault(uid, pipeWith("a horse").get());
    ASSERT_TRUE(made) << made.error().forLog();
    EXPECT_FALSE(made->locked);
    EXPECT_EQ(m_engine->createVault(uid, pipeWith("another").get()).error().code(),
              ErrorCode::InvalidArgument);
    SessionSpec spec = counterSpec();
    spec.name = "second";
    spec.environment["TOKEN"] = "sesame-in-the-environment";
    const auto second = m_engine->start(m_person, spec, m_job);
    ASSERT_TRUE(second) << second.error().forLog();
    EXPECT_FALSE(isOnTheDisk("sesame-in-the-environment"));

    ASSERT_GT(counterBeyond(before.id, 2), 2);
    const auto taken = m_engine->snapshot(before.id, "a line", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
    EXPECT_TRUE(taken->encrypted);

    ASSERT_TRUE(m_engine->lockVault(uid));
    EXPECT_TRUE(m_engine->vaults().at(0).locked);
    EXPECT_TRUE(m_engine->snapshots(before.id).at(0).locked);
    EXPECT_EQ(m_engine->snapshots(before.id).at(0).comment, "");
    EXPECT_EQ(codeOfSnapshot(before.id), ErrorCode::VaultLocked);
    EXPECT_EQ(m_engine->suspend(before.id, "", SnapshotOrigin::Asked, m_job).error().code(),
              ErrorCode::VaultLocked);
    EXPECT_EQ(m_engine->session(before.id)->state, SessionState::Running);
    EXPECT_TRUE(m_engine->checkStore(std::nullopt, true, m_job));
    EXPECT_TRUE(m_engine->collectGarbage(m_job));
    EXPECT_EQ(m_engine->unlockVault(uid, pipeWith("wrong").get()).error().code(),
              ErrorCode::NotAuthorized);
    EXPECT_EQ(m_engine->changePassphrase(uid, pipeWith("wrong").get(), pipeWith("x").get())
                  .error()
                  .code(),
              ErrorCode::NotAuthorized);
    ASSERT_TRUE(m_engine->changePassphrase(uid, pipeWith("a horse").get(), pipeWith("new").get()));
    EXPECT_FALSE(m_engine->unlockVault(uid, pipeWith("a horse").get()));
    ASSERT_TRUE(m_engine->unlockVault(uid, pipeWith("new").get()));
    EXPECT_EQ(m_engine->snapshots(before.id).at(0).comment, "a line");
    EXPECT_EQ(m_engine->removeVault(uid).error().code(), ErrorCode::InvalidArgument);
}

// Until their vault is unlocked nobody knows what snapshots there are; that there are some is
// known.
TEST_F(VaultsTest, keepSealedSessionsOverALostCatalog) {
    const SessionInfo info = startCounter();
    const uid_t uid = m_person.uid;
    ASSERT_TRUE(m_engine->createVault(uid, pipeWith("a horse").get()));
    ASSERT_GT(counterBeyond(info.id, 2), 2);
    ASSERT_TRUE(m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job));
    closeEngine();
    for (const auto& entry : fs::directory_iterator(m_state / "store"))
        if (entry.path().filename().string().starts_with("catalog"))
            fs::remove(entry.path());
    openEngine();
    EXPECT_EQ(m_engine->session(info.id)->state, SessionState::Suspended);
    EXPECT_EQ(m_engine->remove(info.id).error().code(), ErrorCode::VaultLocked);
    const int told = m_observer.snapshots;
    ASSERT_TRUE(m_engine->unlockVault(uid, pipeWith("a horse").get()));
    EXPECT_EQ(m_observer.snapshots, told + 1) << "found, and told";
    const auto back = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_TRUE(back) << back.error().forLog();
}

TEST_F(VaultsTest, leaveNoFilesOfASuspendedSessionAndOpenForItsResume) {
    const SessionInfo info = startCounter();
    const uid_t uid = m_person.uid;
    ASSERT_TRUE(m_engine->createVault(uid, pipeWith("a horse").get()));
    ASSERT_GT(counterBeyond(info.id, 2), 2);
    const auto taken = m_engine->suspend(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(taken) << taken.error().forLog();
    EXPECT_TRUE(fs::is_empty(sessionFolder(info.id) / "layers"));
    closeEngine(); // the next one has no key
    openEngine();
    EXPECT_TRUE(m_engine->vaults().at(0).locked);
    EXPECT_EQ(m_engine->resume(info.id, "", {}, m_job).error().code(), ErrorCode::VaultLocked);
    ASSERT_TRUE(m_engine->unlockVault(uid, pipeWith("a horse").get()));
    const auto back = m_engine->resume(info.id, "", {}, m_job);
    ASSERT_TRUE(back) << back.error().forLog();
    EXPECT_GT(counterBeyond(info.id, 3), 3);
    // Without a vault again: what is stored then is in clear.
    EXPECT_FALSE(m_engine->removeVault(uid));
    ASSERT_TRUE(m_engine->removeSnapshot(info.id, taken->id));
    ASSERT_TRUE(m_engine->removeVault(uid));
    EXPECT_TRUE(m_engine->vaults().empty());
    const auto clear = m_engine->snapshot(info.id, "", SnapshotOrigin::Asked, m_job);
    ASSERT_TRUE(clear) << clear.error().forLog();
    EXPECT_FALSE(clear->encrypted);
    EXPECT_TRUE(m_engine->checkStore(std::nullopt, true, m_job));
}

TEST(SecretPipeTest, takesOnePassphraseFromAPipeAndNothingElse) {
    const auto codeOf = [](int fd) {
        const auto text = SecretText::readFrom(fd, std::chrono::milliseconds(200));
        return text ? ErrorCode::Internal : text.error().code();
    };
    const UniqueFd good = pipeWith("a horse");
    EXPECT_EQ(SecretText::readFrom(good.get())->view(), "a horse");
    EXPECT_EQ(SecretText::readFrom(pipeWith(std::string(1024, 'x')).get())->view().size(), 1024u);
    EXPECT_EQ(codeOf(pipeWith(std::string(1025, 'x')).get()), ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(pipeWith("").get()), ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(UniqueFd(::open("/dev/zero", O_RDONLY)).get()), ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(UniqueFd(::open("/etc/passwd", O_RDONLY)).get()), ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(-1), ErrorCode::InvalidArgument);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reading(ends[0]);
    const UniqueFd writing(ends[1]); // stays open: its end never comes
    EXPECT_EQ(codeOf(writing.get()), ErrorCode::InvalidArgument);
    EXPECT_EQ(codeOf(reading.get()), ErrorCode::TimedOut);
}

} // namespace

} // namespace entracte::test
