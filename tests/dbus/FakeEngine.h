#pragma once

// An engine that keeps its sessions in memory and does what it is told by what it is given: so the
// bus side and the clients are tested without containers and CRIU.
//
//   comment "slow"              the job takes two seconds, with progress, and can be cancelled
//   comment "fail:CODE"         the job fails with that ErrorCode
//   snapshot "changed"          coming back from it with FilesPolicy::Ask fails with FilesChanged
//   command "/missing"          the start (or exec) fails with NotFound
//   exec of "exit"              the program ends at once with status 3
//   a schedule                  is due at once
//   a vault                     is locked and unlocked as a real one; snapshots made while there is
//                               one are encrypted, while it is locked they fail
//   an export                   is the session's name and a newline; an import takes the same

#include "session/engine/Engine.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace entracte::test {

class FakeEngine : public Engine {
public:
    explicit FakeEngine(EngineObserver* observer) : m_observer(observer) {}

    // A running session that was there before the service.
    void seed(uid_t owner, const std::string& name);

    void answerAsker(const SessionId&, bool) override {}
    Result<SessionInfo> start(const Person&, const SessionSpec&, JobControl&) override;
    Result<std::int32_t> exec(const SessionId&, const std::vector<std::string>& command,
                              const std::map<std::string, std::string>& environment,
                              const std::string& workingDirectory) override;
    Result<SnapshotInfo> snapshot(const SessionId&, const std::string& comment, SnapshotOrigin,
                                  JobControl&) override;
    Result<SnapshotInfo> suspend(const SessionId&, const std::string& comment, SnapshotOrigin,
                                 JobControl&) override;
    Result<SnapshotInfo> depart(const SessionId&, UniqueFd out, UniqueFd talk, const DepartWishes&,
                                JobControl&) override;
    Result<SessionInfo> resume(const SessionId&, const SnapshotId&, const ResumeWishes&,
                               JobControl&) override;
    Result<SessionInfo> rollback(const SessionId&, const SnapshotId&, const ResumeWishes&,
                                 JobControl&) override;
    Result<SessionInfo> clone(const SessionId&, const SnapshotId&, const std::string& name,
                              const ResumeWishes&, JobControl&) override;
    Status copyOut(const SessionId&, const std::string& path, int out, JobControl&) override;
    Status copyIn(const SessionId&, const CopyPlace&, int in, JobControl&) override;
    Status exportSnapshot(const SessionId&, const SnapshotId&, int out, const ExportWishes&,
                          JobControl&) override;
    Result<SessionInfo> importSession(const Person&, int in, const ImportWishes&,
                                      JobControl&) override;
    Status moveStep(const SessionId&, MoveStep, const std::string& move,
                    const std::string& peer) override;
    Result<MoveFate> moveFate(uid_t, const std::string&) const override {
        return MoveFate::Unknown;
    }
    std::string arrivalFacts() const override { return "{}"; }
    std::vector<std::string> checkArrival(const ArrivalNeeds&) override { return {}; }
    Result<std::vector<ChangedFile>> changedFiles(const SessionId&,
                                                  const SnapshotId&) const override;
    Status rename(const SessionId&, const std::string& name) override;
    Status setSchedule(const SessionId&, const Schedule&) override;
    Result<PruneReport> prune(const SessionId&, const std::string& keep, bool dryRun) override;
    Status checkStore(std::optional<uid_t> owner, bool readData, JobControl&) override;
    Status verify(const SessionId&, const SnapshotId&, JobControl&) override;
    Status repairStore(JobControl&) override;
    Result<StoreFacts> storage() const override;
    void setStoreLimits(const StoreLimits&) override {}
    Result<GcReport> collectGarbage(JobControl&) override;
    Status setRetention(const SessionId&, const std::string& keep) override;
    Status setClipboard(const SessionId&, bool shared) override;
    Status setLimits(const SessionId&, const SessionLimits&) override;
    Result<SessionUsage> usage(const SessionId&) const override;
    Status setResumeAutomatically(const SessionId&, bool automatic) override;
    Status setComment(const SessionId&, const SnapshotId&, const std::string& comment) override;
    Status setPinned(const SessionId&, const SnapshotId&, bool pinned) override;
    Status attach(const SessionId&, const ScreenSpec&, JobControl&) override;
    Status detach(const SessionId&, JobControl&) override;
    Status stop(const SessionId&, JobControl&) override;
    Status remove(const SessionId&) override;
    Status removeSnapshot(const SessionId&, const SnapshotId&) override;
    std::vector<SessionInfo> sessions() const override;
    Result<SessionInfo> session(const SessionId&) const override;
    std::vector<SnapshotInfo> snapshots(const SessionId&) const override;
    Result<VaultInfo> createVault(uid_t owner, int passphrase) override;
    Status unlockVault(uid_t owner, int passphrase) override;
    Status lockVault(uid_t owner) override;
    Status changePassphrase(uid_t owner, int old, int fresh) override;
    Status removeVault(uid_t owner) override;
    std::vector<VaultInfo> vaults() const override;
    Result<Survey> survey(const SessionId&) const override;
    Result<Survey> survey(const SessionId&, const SnapshotId&) const override;
    Result<std::vector<Finding>> preflight(const SessionId&) const override;

private:
    Result<SnapshotInfo> save(const SessionId&, const std::string& comment, SnapshotOrigin,
                              bool suspend, JobControl&);
    // Changes a snapshot and tells of it; NotFound when there is none.
    template <typename Change>
    Status changeSnapshot(const SessionId& session, const SnapshotId& id, Change change);
    // Changes a session and tells of it; NotFound when there is none.
    template <typename Change>
    Result<SessionInfo> change(const SessionId& id, Change change);

    EngineObserver* m_observer;
    mutable std::mutex m_mutex;
    std::condition_variable m_releasing; // who runs "wait" is let go by "release"
    bool m_released = false;
    std::map<SessionId, SessionInfo> m_sessions;
    std::map<SessionId, std::map<SnapshotId, SnapshotInfo>> m_snapshots;
    struct Vault {
        std::string passphrase;
        bool locked = false;
        bool sticks = false; // locking it fails once
    };
    // Sets whether it is locked, tells of it and of the snapshots in it.
    void tellVault(uid_t owner, bool locked);
    std::map<uid_t, Vault> m_vaults;
    std::int32_t m_lastPid = 10;
};

} // namespace entracte::test
