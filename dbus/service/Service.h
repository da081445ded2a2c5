#pragma once

// entracted's side of the bus, put together: objects that mirror the engine, and the engine's news
// carried from its threads to the bus thread.
//
// Life cycle: construct; open the engine with observer(); begin(engine); loop.run(); end().

#include "dbus/service/Jobs.h"
#include "dbus/service/Leavers.h"
#include "dbus/service/ManagerObject.h"
#include "dbus/service/Shutdown.h"

namespace entracte::service {

class Service : private EngineObserver {
public:
    Service(BusLoop& loop, DoctorFunction doctor);
    ~Service();

    EngineObserver* observer() { return this; }
    // Shows what the engine has and takes the bus name.
    Status begin(std::unique_ptr<Engine> engine);
    // Asks the jobs to stop and waits for them. Sessions go on, unless the machine goes down.
    void end();

private:
    // From any thread of the engine.
    void sessionAdded(const SessionInfo& info) override;
    void sessionChanged(const SessionInfo& info) override;
    void sessionRemoved(const SessionId& id) override;
    void snapshotAdded(const SnapshotInfo& info) override;
    void snapshotChanged(const SnapshotInfo& info) override;
    void snapshotDue(const SessionInfo& session) override;
    void saveAsked(const SessionInfo& session, bool suspend) override;
    void commandEnded(const SessionInfo& session) override;
    void snapshotRemoved(const SessionId& session, const SnapshotId& id) override;
    void vaultChanged(const VaultInfo& info) override;
    void vaultRemoved(uid_t owner) override;
    void programExited(const SessionId& session, std::int32_t pid, int waitStatus) override;

    // In the bus thread.
    void showSession(const SessionInfo& info);
    void showSnapshot(const SnapshotInfo& info);
    void showVault(const VaultInfo& info);
    bool runsSomethingOf(uid_t uid) const;
    void lockVaultOf(uid_t uid, const std::function<void(bool)>& done);
    void saveBySchedule(const SessionInfo& session);
    void stopWithItsCommand(const SessionInfo& session);
    void saveForAProgram(const SessionInfo& session, bool suspend);
    // The machine goes down: everything that runs is suspended, once what is in the way has ended.
    void goDown();
    void suspendAll();
    bool suspendForShutdown(const SessionInfo& session);
    void suspendWhatStillRuns();
    void resumeByItself(const SessionInfo& session);

    BusLoop& m_loop;
    Callers m_callers;
    Authority m_authority;
    ObjectTree m_tree;
    Gate m_gate;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<Workers> m_workers;
    Jobs m_jobs;
    Context m_context;
    Leavers m_leavers;
    Shutdown m_shutdown;
    std::map<SessionId, bool> m_lastJobs; // whether the shutdown's suspension of it has ended
};

} // namespace entracte::service
