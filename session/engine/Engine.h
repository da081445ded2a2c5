#pragma once

// The engine: sessions that run, snapshots that are stored, and the jobs between them. Lives in
// entracted (root); knows nothing of D-Bus, polkit or the X protocol.
//
// All verbs block and may be called from any thread; two jobs on one session at once are refused
// with Busy. Who may call what is decided above; the engine trusts `Person`. Observers are called
// without any lock held, from the thread where it happened.

#include "session/base/UniqueFd.h"
#include "session/engine/CopyPlace.h"
#include "session/engine/DisplayParticipant.h"
#include "session/engine/Types.h"
#include "session/store/StoreReports.h"

#include <filesystem>
#include <memory>

namespace entracte {

struct EngineOptions {
    std::filesystem::path stateDirectory;   // sessions and snapshots; root only (0700)
    std::filesystem::path runtimeDirectory; // locks, sockets, mounts; gone after a reboot
    std::filesystem::path criu;             // empty: the one that `findCriu` chooses
    std::chrono::milliseconds prepareLimit{10000};
    std::chrono::milliseconds attachLimit{60000}; // until all windows are rebuilt on a screen
    std::filesystem::path screenProgram{};        // empty: the companion entracte-screen
    std::filesystem::path networkProgram{};       // empty: the companion entracte-network
    // How long a file has not changed when its times are believed (session/store/FileTimes.h).
    std::chrono::seconds filesSettle{60};
    // How long a session runs after a resume until it counts as one that stays.
    std::chrono::seconds returnSettle{60};
    // A session that departs stands still: so long when nothing of it moves, and in all.
    std::chrono::milliseconds departIdleLimit{15000};
    std::chrono::milliseconds departLimit{120000};
    // What has arrived and nobody resumed.
    std::chrono::milliseconds stagedLimit{300000};
    StoreLimits storeLimits{};
    SessionLimits personLimits{}; // of all sessions of one person together
    bool proxyInSessions = true;  // false: tests whose participant needs no X proxy
};

class EngineObserver {
public:
    virtual ~EngineObserver() = default;
    virtual void sessionAdded(const SessionInfo&) {}
    virtual void sessionChanged(const SessionInfo&) {}
    virtual void sessionRemoved(const SessionId&) {}
    virtual void snapshotAdded(const SnapshotInfo&) {}
    virtual void snapshotChanged(const SnapshotInfo&) {} // its comment, its pin
    virtual void snapshotRemoved(const SessionId&, const SnapshotId&) {}
    virtual void vaultChanged(const VaultInfo&) {} // made, unlocked or locked
    virtual void vaultRemoved(uid_t /*owner*/) {}
    // Its schedule says that it should be saved now; whoever hears this asks for it.
    virtual void snapshotDue(const SessionInfo&) {}
    // A program in it asked for it to be saved, or to be suspended. Whoever hears this says by
    // answerAsker() how it went.
    virtual void saveAsked(const SessionInfo&, bool /*suspend*/) {}
    // The program with which it was to end has ended (SessionSpec::endsWithCommand). Told again and
    // again until it is stopped, as whoever hears this asks for.
    virtual void commandEnded(const SessionInfo&) {}
    virtual void programExited(const SessionId&, std::int32_t /*pid*/, int /*waitStatus*/) {}
};

class Engine {
public:
    // `display` makes the participant that steers a session's X proxy (dbus/service gives the real
    // one); without it sessions have no display and no screen. Finds sessions that still run from
    // before, and marks those that died as Interrupted.
    static Result<std::unique_ptr<Engine>>
    open(EngineOptions options, DisplayParticipantFactory display, EngineObserver* observer);
    virtual ~Engine() = default;

    virtual Result<SessionInfo> start(const Person&, const SessionSpec&, JobControl&) = 0;
    // The pid in the session of the program started; its end is told by programExited.
    virtual Result<std::int32_t> exec(const SessionId&, const std::vector<std::string>& command,
                                      const std::map<std::string, std::string>& environment,
                                      const std::string& workingDirectory) = 0;
    // To the program that asked for the session to be saved. Nobody is told when nobody asked.
    virtual void answerAsker(const SessionId&, bool saved) = 0;
    // What a file of a running session holds (its path absolute, or of the home folder), into
    // `out`; and the other way, from `in` to its end. With the rights of the session's owner,
    // beside whatever else is done with it.
    virtual Status copyOut(const SessionId&, const std::string& path, int out, JobControl&) = 0;
    virtual Status copyIn(const SessionId&, const CopyPlace&, int in, JobControl&) = 0;
    virtual Result<SnapshotInfo> snapshot(const SessionId&, const std::string& comment,
                                          SnapshotOrigin, JobControl&) = 0;
    virtual Result<SnapshotInfo> suspend(const SessionId&, const std::string& comment,
                                         SnapshotOrigin, JobControl&) = 0;
    // From the newest snapshot when `snapshot` is empty.
    virtual Result<SessionInfo> resume(const SessionId&, const SnapshotId& snapshot,
                                       const ResumeWishes&, JobControl&) = 0;
    // The session as it was at an earlier snapshot. One that runs is saved and ended first; when
    // the earlier state cannot be brought back, the present one is.
    virtual Result<SessionInfo> rollback(const SessionId&, const SnapshotId&, const ResumeWishes&,
                                         JobControl&) = 0;
    // A second session from a snapshot (the newest when empty) of the first, which is left alone.
    virtual Result<SessionInfo> clone(const SessionId&, const SnapshotId& snapshot,
                                      const std::string& name, const ResumeWishes&,
                                      JobControl&) = 0;
    // As suspend, but what is dumped goes out at once, and the session is ended, and marked as
    // given away, only when the other side said that all of it arrived (Departure.h).
    virtual Result<SnapshotInfo> depart(const SessionId&, UniqueFd out, UniqueFd talk,
                                        const DepartWishes&, JobControl&) = 0;
    // A snapshot (the newest when empty) as docs/export-format.md has it, into the writing end of a
    // pipe, an archive (docs/export-format.md).
    virtual Status exportSnapshot(const SessionId&, const SnapshotId& snapshot, int out,
                                  const ExportWishes&, JobControl&) = 0;
    // A new, suspended session from what exportSnapshot wrote, perhaps on another machine. `in` is
    // read to its end, by a process without privileges.
    virtual Result<SessionInfo> importSession(const Person&, int in, const ImportWishes&,
                                              JobControl&) = 0;
    // A step of a move (MoveMarks.h), durable when it returns. `peer` counts for Give only.
    virtual Status moveStep(const SessionId&, MoveStep, const std::string& move,
                            const std::string& peer) = 0;
    // Of a move that arrived here; Busy while a job decides it.
    virtual Result<MoveFate> moveFate(uid_t owner, const std::string& move) const = 0;
    // What this machine is, as JSON, and what it lacks for a session of another: sentences.
    virtual std::string arrivalFacts() const = 0;
    virtual std::vector<std::string> checkArrival(const ArrivalNeeds&) = 0;
    virtual Status attach(const SessionId&, const ScreenSpec&, JobControl&) = 0;
    virtual Status detach(const SessionId&, JobControl&) = 0;
    // Ends all programs; snapshots stay (Suspended when there are any, Ended otherwise).
    virtual Status stop(const SessionId&, JobControl&) = 0;
    // Removes an ended or suspended session with its snapshots and its layer.
    virtual Status remove(const SessionId&) = 0;
    virtual Status removeSnapshot(const SessionId&, const SnapshotId&) = 0;

    // Documents in shared folders that differ from the snapshot's (the newest when empty).
    virtual Result<std::vector<ChangedFile>> changedFiles(const SessionId&,
                                                          const SnapshotId& snapshot) const = 0;
    // Removes what `keep` does not name (RetentionText.h), or what the session's own rules do not
    // when it is empty. A dry run only tells.
    virtual Result<PruneReport> prune(const SessionId&, const std::string& keep, bool dryRun) = 0;
    // SnapshotDamaged with a line for each finding. `owner`: only what is theirs; nullopt: all.
    virtual Status checkStore(std::optional<uid_t> owner, bool readData, JobControl&) = 0;
    // One snapshot, every byte of it; SnapshotDamaged with a line for each finding.
    virtual Status verify(const SessionId&, const SnapshotId&, JobControl&) = 0;
    // Makes a damaged catalog of the store anew. SnapshotDamaged, with a line for each, when it had
    // to be and something could not be brought back; Busy while snapshots are being written or
    // read.
    virtual Status repairStore(JobControl&) = 0;
    virtual Result<StoreFacts> storage() const = 0;
    // From the next snapshot on.
    virtual void setStoreLimits(const StoreLimits& limits) = 0;
    // Frees what no snapshot needs; Busy while snapshots are being written or read.
    virtual Result<GcReport> collectGarbage(JobControl&) = 0;

    // Somebody's vault (Types.h). A passphrase is what the reading end of a pipe gives until its
    // end: 1 to 1024 bytes. What is under way when it is locked goes on to its end.
    virtual Result<VaultInfo> createVault(uid_t owner, int passphrase) = 0; // and unlocks it
    virtual Status unlockVault(uid_t owner, int passphrase) = 0; // NotAuthorized for a wrong one
    virtual Status lockVault(uid_t owner) = 0;
    virtual Status changePassphrase(uid_t owner, int old, int fresh) = 0;
    virtual Status removeVault(uid_t owner) = 0; // InvalidArgument while snapshots lie in it
    virtual std::vector<VaultInfo> vaults() const = 0;

    virtual Status rename(const SessionId&, const std::string& name) = 0;
    virtual Status setSchedule(const SessionId&, const Schedule&) = 0;
    // As session/engine/RetentionText.h reads it; applied after every snapshot of the session.
    virtual Status setRetention(const SessionId&, const std::string& keep) = 0;
    // KernelUnsuitable when this machine cannot do it; then nothing is changed.
    virtual Status setClipboard(const SessionId&, bool shared) = 0;
    virtual Status setLimits(const SessionId&, const SessionLimits&) = 0;
    virtual Result<SessionUsage> usage(const SessionId&) const = 0;
    virtual Status setResumeAutomatically(const SessionId&, bool automatic) = 0;
    virtual Status setComment(const SessionId&, const SnapshotId&, const std::string& comment) = 0;
    virtual Status setPinned(const SessionId&, const SnapshotId&, bool pinned) = 0;

    virtual std::vector<SessionInfo> sessions() const = 0;
    virtual Result<SessionInfo> session(const SessionId&) const = 0;
    virtual std::vector<SnapshotInfo> snapshots(const SessionId&) const = 0;
    // Its windows as they are now, and as they were; the picture is at most 480 x 300 pixels large.
    virtual Result<Survey> survey(const SessionId&) const = 0;
    virtual Result<Survey> survey(const SessionId&, const SnapshotId&) const = 0;
    virtual Result<std::vector<Finding>> preflight(const SessionId&) const = 0;
};

} // namespace entracte
