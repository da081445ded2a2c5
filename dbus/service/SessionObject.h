#pragma once

// One session on the bus (org.entracte.Entracte1.Session). Each method checks its arguments, asks
// polkit, and then starts a job or a short piece of work; none waits.

#include "EntracteAdaptor.h" // generated
#include "dbus/service/Context.h"
#include "dbus/service/Names.h"

namespace entracte::service {

// Busy when somebody has as many sessions as one may have.
Status checkRoomForSession(const ObjectTree& tree, uid_t owner);
// Of snapshots that are asked for one by one, or come by themselves. What is taken when the machine
// goes down, or before a rollback, is taken in any case.
inline constexpr std::ptrdiff_t kMaxSnapshotsForOne = 10'000;
Status checkRoomForSnapshot(const ObjectTree& tree, uid_t owner);

class SessionObject : public BusObject,
                      public sdbus::AdaptorInterfaces<org::entracte::Entracte1::Session_adaptor> {
public:
    SessionObject(Context& context, SessionInfo info);
    ~SessionObject() override;

    std::optional<uid_t> owner() const override { return m_info.owner; }
    std::string interface() const override { return INTERFACE_NAME; }
    PropertyMap properties() override;

    const SessionInfo& info() const { return m_info; }
    void update(const SessionInfo& info);

private:
    using Path = sdbus::ObjectPath;
    using Findings =
        std::vector<sdbus::Struct<bool, std::string, std::uint32_t, std::string, std::string>>;
    using Changed = std::vector<sdbus::Struct<std::string, bool>>;
    using Options = std::map<std::string, sdbus::Variant>;

    void Exec(sdbus::Result<std::int32_t>&& result, std::vector<std::string> command,
              std::map<std::string, std::string> environment,
              std::string workingDirectory) override;
    void CopyOut(sdbus::Result<Path>&& result, std::string path, sdbus::UnixFd file) override;
    void CopyIn(sdbus::Result<Path>&& result, sdbus::UnixFd file, std::string path,
                std::string name, std::uint32_t mode) override;
    void Snapshot(sdbus::Result<Path>&& result, std::string comment) override;
    void Suspend(sdbus::Result<Path>&& result, std::string comment) override;
    void Depart(sdbus::Result<Path>&& result, sdbus::UnixFd file, sdbus::UnixFd talk,
                Options options) override;
    void Resume(sdbus::Result<Path>&& result, Path snapshot, Options options) override;
    void Rollback(sdbus::Result<Path>&& result, Path snapshot, Options options) override;
    void Clone(sdbus::Result<Path>&& result, Path snapshot, std::string name,
               Options options) override;
    void MoveStep(sdbus::Result<>&& result, std::string step, std::string move,
                  std::string peer) override;
    void ChangedFiles(sdbus::Result<Changed>&& result, Path snapshot) override;
    void Rename(sdbus::Result<>&& result, std::string name) override;
    void SetClipboard(sdbus::Result<>&& result, bool shared) override;
    void SetSchedule(sdbus::Result<>&& result, std::uint32_t everySeconds) override;
    void PauseSchedule(sdbus::Result<>&& result, std::int64_t untilUnixMs) override;
    void Prune(sdbus::Result<std::vector<std::string>, std::uint64_t>&& result, std::string keep,
               bool dryRun) override;
    void SetRetention(sdbus::Result<>&& result, std::string keep) override;
    void SetLimits(sdbus::Result<>&& result, Options limits) override;
    void Usage(sdbus::Result<std::uint64_t, std::uint64_t, std::uint32_t>&& result) override;
    void SetResumeAutomatically(sdbus::Result<>&& result, bool automatic) override;
    void Attach(sdbus::Result<Path>&& result, Options options) override;
    void Detach(sdbus::Result<Path>&& result) override;
    void Stop(sdbus::Result<Path>&& result) override;
    void Delete(sdbus::Result<>&& result) override;
    void ListWindows(sdbus::Result<entracte::service::Windows>&& result) override;
    void Preflight(sdbus::Result<Findings>&& result) override;

    std::string Id() override { return m_info.id; }
    std::string Name() override { return m_info.name; }
    std::uint32_t Owner() override { return m_info.owner; }
    std::string State() override { return stateName(m_info.state); }
    std::string Screen() override { return screenName(m_info.screenKind); }
    std::string Display() override { return m_info.screenDisplay; }
    std::string Xauthority() override { return m_info.screenCookieFile; }
    std::vector<std::string> Command() override { return m_info.command; }
    bool Clipboard() override { return m_info.clipboard; }
    bool IsPrivate() override { return m_info.isPrivate; }
    std::string Network() override { return networkName(m_info.network); }
    std::vector<std::string> Share() override { return shared(false); }
    std::vector<std::string> ShareReadOnly() override { return shared(true); }
    std::int64_t CreatedUnixMs() override { return m_info.createdUnixMs; }
    std::uint32_t Programs() override { return m_info.programs; }
    std::uint32_t Windows() override { return m_info.windows; }
    std::uint32_t Blockers() override { return m_info.blockers; }

    std::uint32_t ScheduleSeconds() override { return m_info.schedule.everySeconds; }
    std::int64_t PausedUntilUnixMs() override { return m_info.schedule.pausedUntilUnixMs; }
    std::int64_t NextSnapshotUnixMs() override { return m_info.nextSnapshotUnixMs; }
    std::string Retention() override { return m_info.retention; }
    std::uint64_t MemoryLimit() override { return m_info.limits.memoryBytes; }
    std::uint32_t CpuLimitPercent() override { return m_info.limits.cpuPercent; }
    std::uint32_t ProcessLimit() override { return m_info.limits.processes; }
    std::string Move() override { return moveName(m_info.move.state); }
    std::string MoveId() override { return m_info.move.id; }
    std::string MovePeer() override { return m_info.move.peer; }
    std::string Lineage() override { return m_info.lineage; }
    bool ResumeAutomatically() override { return m_info.resumeAutomatically; }
    bool ReturnDue() override { return m_info.returnDue; }

    std::vector<std::string> shared(bool readOnly) const;
    // The bus of somebody else who manages it is not where it shows its notifications.
    void takeBusOfOwner(std::optional<ScreenSpec>& screen) const;
    // The snapshot that a caller means; NotFound when it is not one of this session.
    entracte::Result<SnapshotId> chosen(const Path& snapshot) const;
    // Asks polkit, then runs `verb(engine, id)`, which is short.
    template <typename Verb>
    void settle(sdbus::Result<>&& result, Verb verb);
    // Asks polkit, then starts a job beside the others of this session: it is saved and used
    // meanwhile. `verb(engine, id, fd, control)` is its work.
    template <typename Verb>
    void copyJob(sdbus::Result<Path>&& result, sdbus::UnixFd file, Verb verb);
    // Asks polkit, then starts a job on this session; `verb(engine, id, control)` is its work.
    template <typename Verb>
    void job(sdbus::Result<Path>&& result, const std::string& kind, Verb verb);

    Context& m_context;
    std::string m_path;
    SessionInfo m_info;
};

} // namespace entracte::service
