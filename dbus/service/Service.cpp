#include "dbus/service/Service.h"

#include "dbus/service/Names.h"
#include "dbus/service/SessionObject.h"
#include "dbus/service/SnapshotObject.h"
#include "dbus/service/VaultObject.h"
#include "session/base/ScopeExit.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace entracte::service {

namespace {
constexpr std::chrono::milliseconds kAskAgain{200};
constexpr const char* kSuspend = "suspend";

bool runs(const SessionInfo& session) {
    return session.state == SessionState::Running || session.state == SessionState::Detached;
}
} // namespace

Service::Service(BusLoop& loop, DoctorFunction doctor)
    : m_loop(loop), m_callers(loop), m_authority(loop), m_tree(loop, m_callers),
      m_gate(loop, m_callers, m_tree, m_authority), m_workers(std::make_unique<Workers>(loop)),
      m_jobs(m_context), m_context{loop, m_gate, m_authority, m_tree, *m_workers, m_jobs, nullptr},
      m_leavers(loop, {[this](uid_t uid) { return runsSomethingOf(uid); },
                       [this](uid_t uid, const auto& done) { lockVaultOf(uid, done); }}),
      m_shutdown(loop, [this] { goDown(); }) {
    m_tree.add(kRootPath, std::make_unique<ManagerObject>(m_context, std::move(doctor)));
}

Service::~Service() {
    end();
}

Status Service::begin(std::unique_ptr<Engine> engine) {
    m_engine = std::move(engine);
    m_context.engine = m_engine.get();
    for (const VaultInfo& vault : m_engine->vaults())
        showVault(vault);
    for (const auto& session : m_engine->sessions()) {
        showSession(session);
        for (const auto& snapshot : m_engine->snapshots(session.id))
            showSnapshot(snapshot);
        if (session.state == SessionState::Suspended && session.resumeAutomatically &&
            session.returnDue)
            resumeByItself(session);
    }
    return m_loop.claimName(kBusName);
}

void Service::end() {
    m_jobs.cancelAll(m_shutdown.begun() ? kSuspend : "");
    m_workers.reset();
    if (m_shutdown.begun() && m_engine)
        suspendWhatStillRuns();
    m_engine.reset();
}

void Service::sessionAdded(const SessionInfo& info) {
    m_loop.post([this, info] { showSession(info); });
}

void Service::sessionChanged(const SessionInfo& info) {
    // Only of one that is shown: news that comes late must not bring a removed session back.
    m_loop.post([this, info] {
        if (m_tree.find(sessionPath(info.id)))
            showSession(info);
        m_leavers.settle();
    });
}

void Service::sessionRemoved(const SessionId& id) {
    m_loop.post([this, id] {
        m_tree.remove(sessionPath(id));
        m_leavers.settle();
    });
}

void Service::snapshotAdded(const SnapshotInfo& info) {
    m_loop.post([this, info] { showSnapshot(info); });
}

void Service::snapshotChanged(const SnapshotInfo& info) {
    m_loop.post([this, info] {
        const auto path = snapshotPath(info.session, info.id);
        if (auto* const shown = dynamic_cast<SnapshotObject*>(m_tree.find(path)))
            shown->update(info);
    });
}

void Service::snapshotDue(const SessionInfo& session) {
    m_loop.post([this, session] { saveBySchedule(session); });
}

void Service::saveAsked(const SessionInfo& session, bool suspend) {
    m_loop.post([this, session, suspend] { saveForAProgram(session, suspend); });
}

void Service::commandEnded(const SessionInfo& session) {
    m_loop.post([this, session] { stopWithItsCommand(session); });
}

void Service::snapshotRemoved(const SessionId& session, const SnapshotId& id) {
    m_loop.post([this, session, id] { m_tree.remove(snapshotPath(session, id)); });
}

void Service::vaultChanged(const VaultInfo& info) {
    m_loop.post([this, info] { showVault(info); });
}

void Service::vaultRemoved(uid_t owner) {
    m_loop.post([this, owner] { m_tree.remove(vaultPath(owner)); });
}

void Service::showVault(const VaultInfo& info) {
    const auto path = vaultPath(info.owner);
    if (auto* const shown = dynamic_cast<VaultObject*>(m_tree.find(path)))
        return shown->update(info);
    m_tree.forget(path);
    m_tree.add(path, std::make_unique<VaultObject>(m_context, info));
}

bool Service::runsSomethingOf(uid_t uid) const {
    return m_engine && std::ranges::any_of(m_engine->sessions(), [uid](const SessionInfo& session) {
               return session.owner == uid &&
                      (runs(session) || session.state == SessionState::Starting);
           });
}

void Service::lockVaultOf(uid_t uid, const std::function<void(bool)>& done) {
    if (!m_tree.find(vaultPath(uid)))
        return done(true);
    // Before the machine goes down people are made to leave: what is not stored yet needs the key.
    if (!m_engine || m_shutdown.begun())
        return done(false);
    m_workers->run<void>([engine = m_engine.get(), uid] { return engine->lockVault(uid); },
                         [uid, done](const Status& locked) {
                             if (!locked)
                                 spdlog::error("the vault of the user {}: {}", uid,
                                               locked.error().forLog());
                             done(locked.has_value());
                         });
}

void Service::programExited(const SessionId& session, std::int32_t pid, int waitStatus) {
    m_loop.post([this, session, pid, waitStatus] {
        m_tree.signal(sessionPath(session), "ProgramExited", [&](MessageWriter& message) {
            message.int32(pid);
            message.int32(waitStatus);
        });
    });
}

void Service::goDown() {
    m_lastJobs.clear();
    m_jobs.cancelAll(kSuspend);
    suspendAll();
}

void Service::suspendAll() {
    if (!m_engine || !m_shutdown.begun())
        return;
    bool waits = false;
    bool refused = false;
    for (const SessionInfo& session : m_engine->sessions()) {
        if (session.state == SessionState::Starting) { // its job is asked to stop, or is done soon
            waits = refused = true;
            continue;
        }
        const auto known = m_lastJobs.find(session.id);
        if (!runs(session) || (known != m_lastJobs.end() && known->second))
            continue;
        waits = true;
        if (known == m_lastJobs.end() && !suspendForShutdown(session))
            refused = true; // another job is still in the way
    }
    if (refused)
        m_loop.after(kAskAgain, [this] { suspendAll(); });
    if (!waits)
        m_shutdown.letGo();
}

bool Service::suspendForShutdown(const SessionInfo& session) {
    const auto started = m_jobs.start(
        kSuspend, session.id, session.owner,
        [this, id = session.id](JobControl& control) -> Result<std::string> {
            const ScopeExit next([this, id] {
                m_loop.post([this, id] {
                    m_lastJobs[id] = true;
                    suspendAll();
                });
            });
            ENTRACTE_ASSIGN(taken, m_engine->suspend(id, "", SnapshotOrigin::Shutdown, control));
            return snapshotPath(id, taken.id);
        });
    if (started)
        m_lastJobs[session.id] = false;
    return started.has_value();
}

void Service::suspendWhatStillRuns() {
    for (const SessionInfo& session : m_engine->sessions()) {
        if (!runs(session))
            continue;
        JobControl control;
        if (const auto taken = m_engine->suspend(session.id, "", SnapshotOrigin::Shutdown, control);
            !taken)
            spdlog::error("session {} is lost with the machine: {}", session.id,
                          taken.error().forLog());
    }
}

// A job like any other. Where one is under way already, this time is left out.
void Service::saveBySchedule(const SessionInfo& session) {
    if (m_shutdown.begun())
        return;
    if (const auto room = checkRoomForSnapshot(m_tree, session.owner); !room) {
        spdlog::warn("session {} is not saved by its schedule: {}", session.id,
                     room.error().forLog());
        return;
    }
    const auto started = m_jobs.start(
        "snapshot", session.id, session.owner,
        [engine = m_engine.get(), id = session.id](JobControl& control) -> Result<std::string> {
            ENTRACTE_ASSIGN(taken, engine->snapshot(id, "", SnapshotOrigin::Scheduled, control));
            return snapshotPath(id, taken.id);
        });
    if (!started)
        spdlog::info("session {} is not saved by its schedule: {}", session.id,
                     started.error().forLog());
}

// A job like any other, which the owner's application shows.
void Service::saveForAProgram(const SessionInfo& session, bool suspend) {
    auto begun = m_shutdown.begun() ? Status(fail(ErrorCode::Busy, "The computer is shut down."))
                                    : checkRoomForSnapshot(m_tree, session.owner);
    if (begun) {
        const auto started = m_jobs.start(
            suspend ? kSuspend : "snapshot", session.id, session.owner,
            [engine = m_engine.get(), id = session.id,
             suspend](JobControl& control) -> Result<std::string> {
                auto taken = suspend ? engine->suspend(id, "", SnapshotOrigin::Program, control)
                                     : engine->snapshot(id, "", SnapshotOrigin::Program, control);
                engine->answerAsker(id, taken.has_value());
                if (!taken)
                    return fail(std::move(taken).error());
                return snapshotPath(id, taken->id);
            });
        if (!started)
            begun = fail(started.error());
    }
    if (begun)
        return;
    spdlog::info("session {} is not saved as one of its programs asked: {}", session.id,
                 begun.error().forLog());
    // May wait for what the session does.
    m_workers->run<void>(
        [engine = m_engine.get(), id = session.id] {
            engine->answerAsker(id, false);
            return Status();
        },
        [](const Status&) {});
}

// Heard again while it runs still: whatever is done with it now is done first.
void Service::stopWithItsCommand(const SessionInfo& session) {
    if (!m_jobs.checkIdle(session.id))
        return;
    const auto started = m_jobs.start(
        "stop", session.id, session.owner,
        [engine = m_engine.get(), id = session.id](JobControl& control) -> Result<std::string> {
            ENTRACTE_TRY(engine->stop(id, control));
            return sessionPath(id);
        });
    if (!started)
        spdlog::info("session {} is not ended yet: {}", session.id, started.error().forLog());
}

void Service::showSession(const SessionInfo& info) {
    const auto path = sessionPath(info.id);
    bool news = true;
    if (auto* const shown = dynamic_cast<SessionObject*>(m_tree.find(path))) {
        news = shown->info().state != info.state;
        shown->update(info);
    } else {
        m_tree.add(path, std::make_unique<SessionObject>(m_context, info));
    }
    if (news && info.state == SessionState::Interrupted && info.resumeAutomatically) {
        if (info.returnDue)
            resumeByItself(info);
        else
            spdlog::warn("session {} ended again so soon that it is not brought back", info.id);
    }
}

void Service::resumeByItself(const SessionInfo& session) {
    const auto started = m_jobs.start(
        "resume", session.id, session.owner,
        [engine = m_engine.get(), id = session.id](JobControl& control) -> Result<std::string> {
            ENTRACTE_TRY(engine->resume(id, "", {}, control));
            return sessionPath(id);
        });
    if (!started)
        spdlog::warn("session {} is not brought back: {}", session.id, started.error().forLog());
}

void Service::showSnapshot(const SnapshotInfo& info) {
    const auto* const session =
        dynamic_cast<SessionObject*>(m_tree.find(sessionPath(info.session)));
    const auto path = snapshotPath(info.session, info.id);
    if (!session)
        spdlog::warn("snapshot {} of an unknown session {}", info.id, info.session);
    else if (!m_tree.find(path))
        m_tree.add(path, std::make_unique<SnapshotObject>(m_context, info, session->info().owner));
}

} // namespace entracte::service
