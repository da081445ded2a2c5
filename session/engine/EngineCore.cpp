#include "session/engine/Engine.h"

#include "session/criu/Preflight.h"
#include "session/desk/Wish.h"
#include "session/engine/Adoption.h"
#include "session/engine/Arrival.h"
#include "session/engine/CopyJob.h"
#include "session/engine/DeskLink.h"
#include "session/engine/DisplayJobs.h"
#include "session/engine/EngineContext.h"
#include "session/engine/ExportJob.h"
#include "session/engine/HostFiles.h"
#include "session/engine/ImportJob.h"
#include "session/engine/LiveSessions.h"
#include "session/engine/MoveMarks.h"
#include "session/engine/Processes.h"
#include "session/engine/ResumeJob.h"
#include "session/engine/RetentionText.h"
#include "session/engine/Scheduler.h"
#include "session/engine/SnapshotJob.h"
#include "session/engine/StartJob.h"
#include "session/engine/StopJob.h"
#include "session/engine/StoreCareVerbs.h"
#include "session/engine/SurveyRecord.h"
#include "session/engine/TimelineJobs.h"

#include <spdlog/spdlog.h>

#include <mutex>

namespace entracte {

namespace {

class EngineCore final : public Engine {
public:
    EngineCore(EngineOptions options, DisplayParticipantFactory display, EngineObserver* observer,
               std::unique_ptr<SnapshotStore> store)
        : m_context(std::move(options), std::move(display), observer, std::move(store)) {}

    ~EngineCore() override {
        m_scheduler.reset();
        m_adoption.end();
        // Sessions go on without us; the next engine finds them.
        for (const auto& session : m_context.registry.all()) {
            session->watch.stop();
            if (session->live && session->live->screen)
                session->live->screen->leave();
            if (session->live && session->live->network)
                session->live->network->process.release();
            if (session->live && session->live->desk)
                session->live->desk->process.release();
            session->live.reset();
        }
    }

    Status begin() {
        ENTRACTE_TRY(m_adoption.begin());
        m_scheduler.emplace(m_context.registry, [this](const SessionInfo& session) {
            if (m_context.observer)
                m_context.observer->snapshotDue(session);
        });
        return {};
    }

    Result<SessionInfo> start(const Person& person, const SessionSpec& spec,
                              JobControl& job) override {
        return begun(startSession(m_context, person, spec, job));
    }

    void answerAsker(const SessionId& id, bool saved) override {
        const auto session = m_context.registry.find(id);
        if (!session)
            return;
        const auto outcome = saved ? desk::Outcome::Saved : desk::Outcome::Failed;
        (*session)->owedOutcome = static_cast<char>(outcome);
        // Where another job works already, the session's watch tells it afterwards.
        if (const auto use = BriefUse::begin((*session)->slot))
            tellDesk(**session);
    }

    Result<std::int32_t> exec(const SessionId& id, const std::vector<std::string>& command,
                              const std::map<std::string, std::string>& environment,
                              const std::string& workingDirectory) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        SessionSpec asked = session->record().spec; // name and screen: known to be good
        asked.command = command;
        asked.environment = environment;
        asked.workingDirectory = workingDirectory;
        ENTRACTE_TRY(checkSpec(asked));
        const auto use = BriefUse::beside(session->slot);
        if (!use)
            return fail(use.error());
        ENTRACTE_TRY(requireLive(*session));
        ENTRACTE_ASSIGN(init, InitClient::connect(session->live->container.init));
        std::string directory = workingDirectory;
        if (directory.empty()) {
            ENTRACTE_ASSIGN(person, personOfUid(session->record().owner));
            directory = person.home;
        }
        m_context.hostFiles.look(id);
        return init.spawn(command, environment, directory);
    }

    Status copyOut(const SessionId& id, const std::string& path, int out,
                   JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return copyFromSession(session, path, out, job);
    }
    Status copyIn(const SessionId& id, const CopyPlace& place, int in, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return copyIntoSession(session, place, in, job);
    }

    Result<SnapshotInfo> snapshot(const SessionId& id, const std::string& comment,
                                  SnapshotOrigin origin, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        auto taken = takeSnapshot(m_context, session, comment, origin, Afterwards::GoOn, job);
        if (taken)
            m_scheduler->saved(id);
        return taken;
    }
    Result<SnapshotInfo> suspend(const SessionId& id, const std::string& comment,
                                 SnapshotOrigin origin, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        if (origin == SnapshotOrigin::Shutdown) // there is no later time to ask again
            m_adoption.await(id);
        return takeSnapshot(m_context, session, comment, origin, Afterwards::End, job);
    }
    Result<SnapshotInfo> depart(const SessionId& id, UniqueFd out, UniqueFd talk,
                                const DepartWishes& wishes, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return departSession(m_context, session, std::move(out), std::move(talk), wishes, job);
    }
    Result<SessionInfo> resume(const SessionId& id, const SnapshotId& snapshot,
                               const ResumeWishes& wishes, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        if (!snapshot.empty())
            ENTRACTE_TRY(parseId(snapshot));
        return begun(resumeSession(m_context, session, snapshot, wishes, job));
    }
    Result<SessionInfo> rollback(const SessionId& id, const SnapshotId& snapshot,
                                 const ResumeWishes& wishes, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        ENTRACTE_TRY(parseId(snapshot));
        return begun(rollBack(m_context, session, snapshot, wishes, job));
    }
    Result<SessionInfo> clone(const SessionId& id, const SnapshotId& snapshot,
                              const std::string& name, const ResumeWishes& wishes,
                              JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        if (!snapshot.empty())
            ENTRACTE_TRY(parseId(snapshot));
        return begun(cloneSession(m_context, session, snapshot, name, wishes, job));
    }
    Status exportSnapshot(const SessionId& id, const SnapshotId& snapshot, int out,
                          const ExportWishes& wishes, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return entracte::exportSnapshot(m_context, session,
                                        snapshot.empty() ? m_context.store->newest(id) : snapshot,
                                        out, wishes, job);
    }
    Result<SessionInfo> importSession(const Person& person, int in, const ImportWishes& wishes,
                                      JobControl& job) override {
        return entracte::importSession(m_context, person, in, wishes, job);
    }
    Status moveStep(const SessionId& id, MoveStep step, const std::string& move,
                    const std::string& peer) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return takeMoveStep(m_context, session, step, move, peer);
    }
    Result<MoveFate> moveFate(uid_t owner, const std::string& move) const override {
        return fateOf(m_context, owner, move);
    }
    std::string arrivalFacts() const override { return entracte::arrivalFacts(); }
    std::vector<std::string> checkArrival(const ArrivalNeeds& needs) override {
        return entracte::checkArrival(m_context, needs);
    }
    Status attach(const SessionId& id, const ScreenSpec& screen, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return attachSession(m_context, session, screen, job);
    }
    Status detach(const SessionId& id, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return detachSession(m_context, session, job);
    }
    Status stop(const SessionId& id, JobControl& job) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return stopSession(m_context, session, job);
    }
    Status remove(const SessionId& id) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return m_context.reserve.spend([&] { return removeSession(m_context, session); });
    }

    Status removeSnapshot(const SessionId& id, const SnapshotId& snapshot) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        const auto use = BriefUse::begin(session->slot); // a resume may be reading it
        if (!use)
            return fail(use.error());
        ENTRACTE_TRY(
            m_context.reserve.spend([&] { return m_context.store->remove(id, snapshot); }));
        if (m_context.observer)
            m_context.observer->snapshotRemoved(id, snapshot);
        tellSpace(m_context, id);
        const SessionState state = restingState(m_context, id, session->state());
        return session->live || state == session->state() ? Status() : m_context.reserve.spend([&] {
            return m_context.registry.update(
                *session, [state](SessionRecord& record) { record.state = state; });
        });
    }

    Result<std::vector<ChangedFile>> changedFiles(const SessionId& id,
                                                  const SnapshotId& snapshot) const override {
        ENTRACTE_TRY(m_context.registry.find(id));
        ENTRACTE_ASSIGN(record, m_context.store->read(
                                    id, snapshot.empty() ? m_context.store->newest(id) : snapshot));
        ENTRACTE_ASSIGN(files, keptFilesFromJson(record.restore));
        return changedDocuments(files);
    }

    Status rename(const SessionId& id, const std::string& name) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        SessionSpec renamed = session->record().spec;
        renamed.name = name;
        ENTRACTE_TRY(checkSpec(renamed));
        return m_context.registry.update(*session,
                                         [&](SessionRecord& record) { record.spec.name = name; });
    }
    Status setSchedule(const SessionId& id, const Schedule& schedule) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        if (schedule.everySeconds != 0 && (schedule.everySeconds < kMinScheduleSeconds ||
                                           schedule.everySeconds > kMaxScheduleSeconds))
            return fail(ErrorCode::InvalidArgument,
                        "A session is saved every 10 seconds at most, and once a year at least.");
        const Status updated = m_context.registry.update(
            *session, [&](SessionRecord& record) { record.schedule = schedule; });
        m_scheduler->wake();
        return updated;
    }
    Status setRetention(const SessionId& id, const std::string& keep) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        ENTRACTE_ASSIGN(retention, parseRetention(keep));
        return m_context.registry.update(*session, [&](SessionRecord& record) {
            record.retention = retention ? formatRetention(*retention) : "";
        });
    }
    Status setClipboard(const SessionId& id, bool shared) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        const auto use = BriefUse::begin(session->slot);
        if (!use)
            return fail(use.error());
        if (session->live && session->live->screen)
            ENTRACTE_TRY(session->live->screen->shareClipboard(shared));
        return m_context.registry.update(
            *session, [&](SessionRecord& record) { record.spec.screen.clipboard = shared; });
    }
    Status setLimits(const SessionId& id, const SessionLimits& limits) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        const auto use = BriefUse::begin(session->slot);
        if (!use)
            return fail(use.error());
        if (session->live) {
            const SessionCgroup group = m_context.groups.of(id, session->record().owner);
            if (const auto limited = group.limit(limits); !limited) {
                static_cast<void>(group.limit(session->record().limits));
                return limited;
            }
        }
        return m_context.registry.update(*session,
                                         [&](SessionRecord& record) { record.limits = limits; });
    }
    Result<SessionUsage> usage(const SessionId& id) const override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return m_context.groups.of(id, session->record().owner).usage();
    }
    Status setResumeAutomatically(const SessionId& id, bool automatic) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return m_context.registry.update(
            *session, [&](SessionRecord& record) { record.resumeAutomatically = automatic; });
    }
    Status setComment(const SessionId& id, const SnapshotId& snapshot,
                      const std::string& comment) override {
        return edit(id, snapshot, {comment, std::nullopt});
    }
    Status setPinned(const SessionId& id, const SnapshotId& snapshot, bool pinned) override {
        return edit(id, snapshot, {std::nullopt, pinned});
    }

    Result<PruneReport> prune(const SessionId& id, const std::string& keep, bool dryRun) override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return pruneSession(m_context, session, keep, dryRun);
    }
    Status checkStore(std::optional<uid_t> owner, bool readData, JobControl& job) override {
        return entracte::checkStore(m_context, owner, readData, job);
    }
    Status verify(const SessionId& id, const SnapshotId& snapshot, JobControl& job) override {
        return verifySnapshot(m_context, id, snapshot, job);
    }
    Status repairStore(JobControl& job) override {
        const HostFileStock::Pause pause(m_context.hostFiles);
        return entracte::repairStore(m_context, job);
    }
    Result<StoreFacts> storage() const override {
        ENTRACTE_ASSIGN(space, m_context.store->space());
        const std::lock_guard lock(m_limitsMutex);
        return StoreFacts{m_context.options.stateDirectory, space, m_storeLimits};
    }
    void setStoreLimits(const StoreLimits& limits) override {
        const std::lock_guard lock(m_limitsMutex);
        m_storeLimits = limits;
        m_context.store->setLimits(limits);
    }
    Result<GcReport> collectGarbage(JobControl& job) override {
        const HostFileStock::Pause pause(m_context.hostFiles);
        return m_context.reserve.spend([&] {
            return m_context.store->gc({job, "removing", 0, 1});
        });
    }

    Result<VaultInfo> createVault(uid_t owner, int passphrase) override {
        return m_context.vaults.create(owner, passphrase);
    }
    Status unlockVault(uid_t owner, int passphrase) override {
        return m_context.vaults.unlock(owner, passphrase);
    }
    Status lockVault(uid_t owner) override { return m_context.vaults.lock(owner); }
    Status changePassphrase(uid_t owner, int old, int fresh) override {
        return m_context.vaults.changePassphrase(owner, old, fresh);
    }
    Status removeVault(uid_t owner) override { return m_context.vaults.remove(owner); }
    std::vector<VaultInfo> vaults() const override { return m_context.vaults.all(); }

    std::vector<SessionInfo> sessions() const override {
        std::vector<SessionInfo> infos;
        for (const auto& session : m_context.registry.all())
            infos.push_back(session->info());
        return infos;
    }
    Result<SessionInfo> session(const SessionId& id) const override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        return session->info();
    }
    std::vector<SnapshotInfo> snapshots(const SessionId& id) const override {
        auto list = m_context.store->list(id);
        for (SnapshotInfo& info : list)
            info = withSpace(*m_context.store, std::move(info));
        return list;
    }
    Result<Survey> survey(const SessionId& id) const override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        const auto use = BriefUse::begin(session->slot);
        if (!use)
            return fail(use.error());
        ENTRACTE_TRY(requireLive(*session));
        if (!session->live->screen)
            return Survey();
        ENTRACTE_ASSIGN(look, session->live->screen->beginSurvey());
        return ScreenProcess::readSurvey(look, std::chrono::seconds(5));
    }
    Result<Survey> survey(const SessionId& id, const SnapshotId& snapshot) const override {
        ENTRACTE_TRY(m_context.registry.find(id));
        ENTRACTE_ASSIGN(record, m_context.store->read(id, snapshot));
        return surveyFromJson(record.restore);
    }
    Result<std::vector<Finding>> preflight(const SessionId& id) const override {
        ENTRACTE_ASSIGN(session, m_context.registry.find(id));
        const auto use = BriefUse::beside(session->slot);
        if (!use)
            return fail(use.error());
        ENTRACTE_TRY(requireLive(*session));
        const pid_t init = session->live->container.init;
        // The display's and PID 1's own connections are still open here; a snapshot closes them or
        // knows them exactly.
        ENTRACTE_ASSIGN(findings, entracte::preflight(init, ownSockets(init)));
        noteBlockers(m_context, *session, findings);
        return findings;
    }

private:
    Result<SessionInfo> begun(Result<SessionInfo> session) {
        m_scheduler->wake();
        if (session)
            m_context.hostFiles.look(session->id);
        return session;
    }

    Status edit(const SessionId& id, const SnapshotId& snapshot, const SnapshotEdit& change) {
        ENTRACTE_TRY(m_context.registry.find(id));
        ENTRACTE_TRY(parseId(snapshot));
        ENTRACTE_ASSIGN(info, m_context.store->edit(id, snapshot, change));
        if (m_context.observer)
            m_context.observer->snapshotChanged(withSpace(*m_context.store, std::move(info)));
        return {};
    }

    mutable EngineContext m_context;
    Adoption m_adoption{m_context};
    mutable std::mutex m_limitsMutex;
    StoreLimits m_storeLimits = m_context.options.storeLimits; // guarded by m_limitsMutex
    std::optional<Scheduler> m_scheduler; // from the time when the sessions are known
};

} // namespace

Result<std::unique_ptr<Engine>>
Engine::open(EngineOptions options, DisplayParticipantFactory display, EngineObserver* observer) {
    ENTRACTE_ASSIGN(store, SnapshotStore::open(options.stateDirectory));
    store->setLimits(options.storeLimits);
    for (const std::string& notice : store->notices())
        spdlog::warn("store: {}", notice);
    auto engine = std::make_unique<EngineCore>(std::move(options), std::move(display), observer,
                                               std::move(store));
    ENTRACTE_TRY(engine->begin());
    return engine;
}

} // namespace entracte
