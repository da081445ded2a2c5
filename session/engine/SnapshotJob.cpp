#include "session/engine/SnapshotJob.h"

#include "session/base/DirtyMemory.h"
#include "session/base/Printable.h"
#include "session/base/ScopeExit.h"
#include "session/base/UniqueFd.h"
#include "session/base/WallClock.h"
#include "session/criu/MemoryAhead.h"
#include "session/criu/Preflight.h"
#include "session/engine/Departure.h"
#include "session/engine/DeskLink.h"
#include "session/engine/DumpTries.h"
#include "session/engine/HeldInput.h"
#include "session/engine/HostFacts.h"
#include "session/engine/HostFiles.h"
#include "session/engine/Processes.h"
#include "session/engine/RetentionText.h"
#include "session/engine/Staging.h"
#include "session/engine/StepTimes.h"
#include "session/engine/SurveyRecord.h"
#include "session/store/Directories.h"
#include "session/store/StagedLayer.h"
#include "session/store/TreeSize.h"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace entracte {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxComment = 1000;     // bytes
constexpr std::chrono::seconds kLookLimit{2}; // a picture is not worth more
constexpr std::size_t kToldAgain = 20;
constexpr std::size_t kEndedAtOnce = 256; // processes, each a descriptor of the helper's meanwhile
constexpr std::uint64_t kImageOverhead = 32ull << 20; // bytes beside the memory pages

// Between prepare and goOn: the session's connections to us are closed, its display is still. Lets
// go again when it is left, whichever way.
class Stillness {
public:
    Stillness(EngineContext& context, Session& session) : m_context(context), m_session(session) {
        m_session.slot.hold();
        m_session.live->programs->stop();
    }
    Stillness(const Stillness&) = delete;
    Stillness& operator=(const Stillness&) = delete;
    ~Stillness() { end(); }

    Result<std::vector<std::uint64_t>> prepare() {
        if (!m_session.live->display)
            return std::vector<std::uint64_t>();
        m_prepared = true; // even a failed one may have stopped the display
        return m_session.live->display->prepare(m_context.options.prepareLimit);
    }
    void dismiss() { m_ended = true; }
    // `leftScreen`: its windows are gone already. They come back.
    void end(bool leftScreen = false) {
        if (std::exchange(m_ended, true) || !m_session.live)
            return;
        const ScopeExit letGo([this] { m_session.slot.letGo(); });
        LiveSession& live = *m_session.live;
        if (m_prepared) {
            if (const auto on = live.display->goOn(); !on)
                spdlog::error("session {}: {}", m_session.id(), on.error().forLog());
            if (live.screen) {
                const auto open = leftScreen ? showAgain(m_context, live, *live.screen)
                                             : reopenChannel(live, *live.screen);
                if (!open)
                    spdlog::error("session {}: {}", m_session.id(), open.error().forLog());
            }
        }
        watchPrograms(m_session, false);
    }

private:
    EngineContext& m_context;
    Session& m_session;
    bool m_prepared = false;
    bool m_ended = false;
};

Status refuseBlockers(const std::vector<Finding>& findings) {
    const auto blocker = std::ranges::find(findings, true, &Finding::blocks);
    if (blocker == findings.end())
        return {};
    const auto others = std::ranges::count(findings, true, &Finding::blocks) - 1;
    std::string sentence = blocker->reason;
    if (others > 0)
        sentence += " (And " + std::to_string(others) + " more that cannot be saved.)";
    return fail(ErrorCode::NotCheckpointable, sentence + " Nothing was changed.",
                "process " + std::to_string(blocker->pid), blocker->remedy);
}

// Of a session that stands still in CRIU's hands: whoever lets go of its programs now, and even
// when nobody does, none of them runs on. They are gone a little later.
Status endFrozen(const RunningContainer& container) {
    std::vector<UniqueFd> others; // their numbers may be somebody else's once PID 1 is dead
    for (const pid_t pid : processesBeneath(container.init)) {
        if (others.size() == kEndedAtOnce)
            break;
        if (UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
            pidfd && pid != container.init)
            others.push_back(std::move(pidfd));
    }
    const auto end = [](const UniqueFd& process) {
        return ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) == 0 ||
               errno == ESRCH;
    };
    // All of it or nothing: with PID 1 the kernel ends the others, too, a moment later than we do.
    if (!end(container.initPidfd))
        return fail(Error::fromErrno("The session could not be ended"));
    for (const UniqueFd& other : others)
        end(other);
    return {};
}

// Its programs do not run on, and from now on the other side may run it.
Status giveAway(EngineContext& context, Session& session, const Departure& departure) {
    ENTRACTE_TRY(endFrozen(session.live->container));
    const DepartWishes& wishes = departure.wishes();
    const auto mark = [&](MoveState state) {
        return context.registry.update(session, [&](SessionRecord& record) {
            record.state = SessionState::Suspended;
            record.comeback = Return::None;
            record.shownOn = {};
            record.init = {};
            record.move = state == MoveState::None
                              ? MoveMark()
                              : MoveMark{state, wishes.move, printable(wishes.peer, kMaxPeer)};
        });
    };
    if (auto marked = mark(MoveState::Given); !marked) {
        static_cast<void>(mark(MoveState::None)); // nobody was told
        return marked;
    }
    departure.tellGiven();
    return {};
}

class SnapshotJob {
public:
    SnapshotJob(EngineContext& context, Session& session, SnapshotOrigin origin,
                Afterwards afterwards, Departure* departure, StepTimes& steps, JobControl& job)
        : m_context(context), m_session(session), m_suspend(afterwards == Afterwards::End),
          m_departure(departure), m_steps(steps), m_job(job) {
        m_record.info.origin = origin;
    }

    Result<SnapshotInfo> run(const std::string& comment) {
        ENTRACTE_TRY(m_context.vaults.choose(m_session.id(), m_session.record().owner));
        ENTRACTE_ASSIGN(criu, m_context.criu());
        m_record.info.comment = printable(comment, kMaxComment);
        m_job.report("preparing", 0);
        describe();
        if (m_session.live->screen)
            if (auto begun = m_session.live->screen->beginSurvey())
                m_look = std::move(*begun);
        // Everything that takes a while comes before the display is made still.
        ENTRACTE_ASSIGN(findings, preflight(init(), ownSockets(init())));
        noteBlockers(m_context, m_session, findings);
        ENTRACTE_TRY(refuseBlockers(findings));
        if (m_suspend && !m_departure) // which stands still until all is stored
            ENTRACTE_TRY(stockMappedFiles(*m_context.store, m_container, init(),
                                          m_context.options.filesSettle,
                                          {m_job, "preparing", 0, 0.05}));
        m_steps.did("prepare");
        ENTRACTE_ASSIGN(staging, makeStaging());
        if (!staging.inMemory() && !m_suspend)
            spdlog::warn("session {}: memory is short, so it is saved by way of the disk; the "
                         "session stands still for longer",
                         m_session.id());
        ENTRACTE_ASSIGN(layer, StagedLayer::begin(m_container.layer, kNotSaved, staging.layerFile(),
                                                  m_context.options.filesSettle));
        if (m_copied)
            ENTRACTE_TRY(layer.copyAhead(m_job));
        m_steps.did("copy files ahead");
        for (DumpTries tries;;) {
            auto taken = dump(criu, staging, layer);
            if (taken)
                return *taken;
            if (m_dumped ||
                !tries.again(taken.error(), m_session.live->container.initPidfd.get(), m_job))
                return fail(std::move(taken).error());
            ENTRACTE_TRY(m_job.check());
            spdlog::info("session {}: {} It is tried again ({}).", m_session.id(),
                         taken.error().sentence(), tries.made());
        }
    }

    // After run(): whether the other side may run it.
    const Status& given() const { return m_given; }

private:
    // One try. Whatever it ends with, what is not suspended goes on.
    tl::expected<SnapshotInfo, CriuFailure> dump(const Criu& criu, const Staging& staging,
                                                 StagedLayer& layer) {
        auto ahead = dumpAhead(criu, staging);
        settleDesk(*m_session.live);
        if (m_departure)
            m_departure->standsStill();
        Stillness stillness(m_context, m_session);
        ENTRACTE_ASSIGN(displays, stillness.prepare());
        auto sockets = displays;
        std::ranges::copy(deskSockets(*m_session.live), std::back_inserter(sockets));
        ENTRACTE_TRY(m_job.check());
        ENTRACTE_ASSIGN(connections, preflightConnections(init(), sockets));
        ENTRACTE_TRY(refuseBlockers(connections));
        ENTRACTE_ASSIGN(writer, m_context.store->begin(m_session.id()));
        ENTRACTE_TRY(m_job.check());
        m_steps.did("still the display");

        m_job.report("saving", 0.1);
        m_record.info.takenUnixMs = takenAfterOthers(*m_context.store, m_session.id(), nowUnixMs());
        m_record.restore["sockets"] = sockets;
        m_record.restore["bareNetwork"] = true; // the images hold none (CriuCommand.cpp)
        if (const auto version = criu.version())
            m_record.restore["criu"] = *version;
        DumpOptions options;
        options.root = init();
        options.images = staging.images();
        options.leaveRunning = !m_suspend;
        options.mounts = externalMounts(m_container);
        options.externalUnix = sockets;
        options.ahead = ahead ? &*ahead : nullptr;
        const auto began = Clock::now();
        options.whileFrozen = [&]() -> Status {
            m_dumped = true;
            const ScopeExit stop([this] {
                if (m_departure) // it reads what is about to go
                    m_departure->stop();
            });
            m_steps.did("criu dump");
            if (m_copied)
                ENTRACTE_TRY(layer.copyRest(m_job));
            if (!m_suspend)
                return {};
            m_held = HeldInput(init(), displays);
            m_record.info.frozenMicros = static_cast<std::uint32_t>(
                std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began)
                    .count());
            return store(*writer, staging, layer);
        };
        const auto dumped = criu.dump(options);
        m_steps.did(m_suspend ? "end the programs" : "thaw");
        if (m_committed) { // a suspension: the session ends, however CRIU felt about ending it
            stillness.dismiss();
            if (!dumped)
                spdlog::warn("session {}: {}", m_session.id(), dumped.error().forLog());
            return *m_committed;
        }
        stillness.end(m_leftScreen);
        // What failed after CRIU's part is as it would be without what was saved ahead; what CRIU
        // could not do may be for that, and is tried once without, however it looks.
        if (ahead && (dumped || !m_dumped)) {
            const auto whole =
                dumped ? ahead->mergeInto(staging.images()) : Status(fail(Error(dumped.error())));
            m_steps.did("put the memory together");
            if (!whole) {
                spdlog::info("session {}: {}", m_session.id(), whole.error().forLog());
                m_dumped = false;
                return tl::unexpected(CriuFailure(whole.error(), true));
            }
            spdlog::info("session {}: what was saved ahead of its memory was used", m_session.id());
            ahead.reset();
        }
        if (!dumped)
            return tl::unexpected(dumped.error());
        m_record.info.frozenMicros = dumped->frozenMicros;
        ENTRACTE_TRY(store(*writer, staging, layer));
        return *m_committed;
    }

    // Most of the memory, where the kernel tells what is written afterwards. Only once: after that,
    // whatever stood in the way of it may do so again. A suspension stands still until all is
    // stored, whichever way its memory was dumped.
    std::optional<MemoryAhead> dumpAhead(const Criu& criu, const Staging& staging) {
        if (!std::exchange(m_mayDumpAhead, false) || m_suspend || !staging.inMemory() ||
            !dirtyMemoryIsTracked())
            return std::nullopt;
        DumpOptions options;
        options.root = init();
        options.mounts = externalMounts(m_container);
        m_job.report("saving", 0.05);
        auto ahead = MemoryAhead::take(criu, options, staging.images().parent_path() / "ahead");
        m_steps.did("dump memory ahead");
        if (!ahead) {
            spdlog::info("session {}: its memory cannot be saved ahead: {}", m_session.id(),
                         ahead.error().forLog());
            return std::nullopt;
        }
        spdlog::info("session {}: stood still for {} us while its memory was saved ahead",
                     m_session.id(), ahead->frozenMicros());
        return std::move(*ahead);
    }

    // Of the layer's folders: what overlayfs makes anew.
    inline static const std::set<std::string> kNotSaved{"work"};

    pid_t init() const { return m_session.live->container.init; }

    void describe() {
        const SessionRecord now = m_session.record();
        Person person;
        person.uid = now.owner;
        person.name = now.ownerName;
        m_container = containerSpec(m_context, now.id, now.spec, person, now.layer);
        m_record.info.suspended = m_suspend;
        m_record.info.programs = countPrograms(init());
        m_record.info.windows = m_session.windows;
        if (m_session.live->display)
            if (const auto status = m_session.live->display->status())
                m_record.info.windows = status->windows;
        m_record.restore = {{"spec", specToJson(now.spec)},
                            {"owner", now.owner},
                            {"ownerName", now.ownerName},
                            {"host", hostFactsToJson(hostFacts())}};
    }

    // A suspension can do without a copy of the session's files, where memory is short: they are
    // packed as they lie there, since nothing moves any more.
    Result<Staging> makeStaging() {
        ENTRACTE_ASSIGN(sealed, m_context.vaults.has(m_session.record().owner));
        const std::uint64_t memory = memoryOf(processesBeneath(init())) +
                                     bytesToCopy(init(), m_context.options.filesSettle,
                                                 m_departure ? &m_departure->known() : nullptr) +
                                     kImageOverhead;
        const std::uint64_t files = treeSize(m_container.layer / "upper");
        // Naming what is known saves bytes on the way; it must not cost the dump its memory.
        if (m_departure && !Staging::fitsInMemory(memory + files) && m_departure->forgetEarlier())
            spdlog::info("session {}: memory is short, so all of it is sent", m_session.id());
        m_copied = !m_suspend || Staging::fitsInMemory(memory + files);
        // What is dumped ahead, what is written meanwhile, and the two put together: at most three
        // times the memory, where all of it is written again.
        const std::uint64_t thrice = 3 * memory + files;
        m_mayDumpAhead = !m_suspend && dirtyMemoryIsTracked() && Staging::fitsInMemory(thrice);
        return Staging::make(m_context.paths.staging(m_session.id()),
                             m_context.paths.diskStaging(m_session.id()),
                             m_mayDumpAhead ? thrice
                             : m_copied     ? memory + files
                                            : memory,
                             sealed ? Staging::Kind::MemoryOnly : Staging::Kind::MemoryOrDisk);
    }

    // What was to be seen of it in the moment before.
    void takeLook() {
        if (m_look)
            if (const auto seen = ScreenProcess::readSurvey(m_look, kLookLimit))
                m_record.restore["survey"] = surveyToJson(*seen);
    }

    // Out of the staging, as it is stored.
    void depart(const std::vector<KeptFile>& files, const Staging& staging,
                const StagedLayer& layer) {
        const auto pack = [this, &layer](ByteSink& sink) -> Status {
            if (m_copied) {
                ENTRACTE_TRY(layer.archive(sink, {}));
                return {};
            }
            ENTRACTE_ASSIGN(folder, openDirectory(m_container.layer, false));
            ENTRACTE_TRY(archiveTree(folder.get(), sink, {kNotSaved, {}}));
            return {};
        };
        m_departure->send(m_record, files, staging.images(), m_session.record().spec.name, pack);
    }

    Status store(SnapshotWriter& writer, const Staging& staging, const StagedLayer& layer) {
        m_job.report("storing", 0.35);
        if (!m_departure)
            takeLook();
        else
            m_departure->compare(staging.images());
        ENTRACTE_ASSIGN(paths, filesInImages(staging.images()));
        ENTRACTE_ASSIGN(files, keepHostFiles(m_container, paths, staging.images(),
                                             m_context.options.filesSettle, writer,
                                             m_departure ? &m_departure->known() : nullptr,
                                             {m_job, "storing", 0.35, 0.5}));
        m_record.restore["files"] = keptFilesToJson(files);
        m_steps.did("host files");
        if (m_departure)
            depart(files, staging, layer);
        if (m_copied)
            ENTRACTE_TRY(writer.addStagedLayer(layer, {m_job, "storing", 0.5, 0.65}));
        else
            ENTRACTE_TRY(
                writer.addLayer(m_container.layer, kNotSaved, {m_job, "storing", 0.5, 0.65}));
        m_steps.did("store files");
        if (m_departure) // the other side has what the store has
            writer.countOnPages(m_departure->same());
        ENTRACTE_TRY(writer.addImages(staging.images(), {m_job, "storing", 0.65, 0.9}));
        m_steps.did("store images");
        if (m_departure) {
            takeLook();
            // The round before was read back when it was stored, and the other side has checked the
            // whole.
            writer.countOnOld();
            ENTRACTE_TRY(m_departure->awaitArrival());
            m_steps.did("arrive");
        }
        if (m_suspend) { // its windows go now
            m_leftScreen = m_held.any();
            const Input typed = m_held.take();
            if (m_departure)
                m_departure->noteInput(typed);
            if (auto input = inputToJson(typed); !input.empty())
                m_record.restore["input"] = std::move(input);
        }
        ENTRACTE_ASSIGN(info, writer.commit(m_record, m_requested, {m_job, "storing", 0.9, 0.99}));
        m_committed = info;
        m_steps.did("commit");
        if (m_departure) { // CRIU tidies up while it is brought back there
            m_given = giveAway(m_context, m_session, *m_departure);
            m_steps.did("give away");
        }
        return {};
    }

    EngineContext& m_context;
    Session& m_session;
    const bool m_suspend;
    Departure* const m_departure; // null: it goes nowhere
    bool m_copied = true;         // the session's files, before they are packed
    bool m_mayDumpAhead = false;  // the memory, once
    bool m_dumped = false;        // all is in the images: what failed since is not CRIU's affair
    HeldInput m_held;             // of a suspension
    bool m_leftScreen = false;
    StepTimes& m_steps;
    JobControl& m_job;
    const Clock::time_point m_requested = Clock::now();
    UniqueFd m_look; // the screen's look at the windows, of the moment before
    ContainerSpec m_container;
    SnapshotRecord m_record;
    std::optional<SnapshotInfo> m_committed;
    Status m_given;
};

} // namespace

Result<SnapshotInfo> takeSnapshot(EngineContext& context, const std::shared_ptr<Session>& session,
                                  const std::string& comment, SnapshotOrigin origin,
                                  Afterwards afterwards, JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    return takeSnapshot(context, *use, comment, origin, afterwards, job);
}

namespace {

Result<SnapshotInfo> takeOne(EngineContext& context, const JobUse& use, const std::string& comment,
                             SnapshotOrigin origin, Afterwards afterwards, Departure* departure,
                             JobControl& job) {
    Session& session = use.session();
    ENTRACTE_TRY(requireLive(session));
    const HostFileStock::Pause pause(context.hostFiles);
    session.slot.openToBrief();
    ScopeExit close([&session] { session.slot.closeToBrief(); });
    StepTimes steps;
    SnapshotJob snapshot(context, session, origin, afterwards, departure, steps, job);
    auto taken = snapshot.run(comment);
    if (!taken)
        return fail(goesOn(std::move(taken).error()));
    const Status& given = snapshot.given();
    *taken = withSpace(*context.store, std::move(*taken));
    if (context.observer)
        context.observer->snapshotAdded(*taken);
    if (afterwards == Afterwards::End) {
        session.slot.closeToBrief();
        job.report("ending", 0.99);
        endLive(context, session);
        steps.did("end the session");
        static_cast<void>(context.registry.update(session, [origin](SessionRecord& record) {
            record.state = SessionState::Suspended;
            record.comeback = origin == SnapshotOrigin::Shutdown ? Return::Due : Return::None;
            record.shownOn = {};
            record.init = {};
        }));
        forgetLayers(context, session);
    } else if (origin == SnapshotOrigin::Asked && session.record().comeback == Return::Trying) {
        // Somebody works with it.
        static_cast<void>(context.registry.update(
            session, [](SessionRecord& record) { record.comeback = Return::None; }));
    }
    // A program could push out of its timeline what the person wants to keep.
    if (origin != SnapshotOrigin::Program)
        applyRetention(context, use);
    tellSpace(context, session.id());
    steps.did("tidy up");
    job.report(afterwards == Afterwards::End ? "ending" : "storing", 1, taken->storedBytes);
    if (!given)
        return fail(given.error().code(), given.error().sentence() + " The session is suspended.",
                    given.error().detail(), given.error().hint());
    return taken;
}

} // namespace

Result<SnapshotInfo> takeSnapshot(EngineContext& context, const JobUse& use,
                                  const std::string& comment, SnapshotOrigin origin,
                                  Afterwards afterwards, JobControl& job) {
    return takeOne(context, use, comment, origin, afterwards, nullptr, job);
}

Result<SnapshotInfo> departSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                   UniqueFd out, UniqueFd talk, const DepartWishes& wishes,
                                   JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ENTRACTE_TRY(requireLive(*session));
    if (session->record().move.state != MoveState::None)
        return fail(ErrorCode::InvalidArgument, "The session is in another move already.");
    ENTRACTE_ASSIGN(departure, Departure::begin(context, session->id(), wishes, std::move(out),
                                                std::move(talk), job));
    return takeOne(context, *use, wishes.comment, SnapshotOrigin::Asked, Afterwards::End,
                   departure.get(), job);
}

std::int64_t takenAfterOthers(const SnapshotStore& store, const SessionId& session,
                              std::int64_t taken) {
    for (const SnapshotInfo& other : store.list(session))
        if (other.takenUnixMs >= taken && other.takenUnixMs < INT64_MAX)
            taken = other.takenUnixMs + 1;
    return taken;
}

SnapshotInfo withSpace(const SnapshotStore& store, SnapshotInfo info) {
    const auto space = store.space(info.session, info.id);
    info.uniqueBytes = space ? space->unique : info.storedBytes;
    return info;
}

void tellSpace(const EngineContext& context, const SessionId& session) {
    if (!context.observer)
        return;
    const auto all = context.store->list(session);
    const std::size_t first = all.size() > kToldAgain ? all.size() - kToldAgain : 0;
    for (std::size_t i = first; i < all.size(); ++i)
        context.observer->snapshotChanged(withSpace(*context.store, all[i]));
}

void applyRetention(EngineContext& context, const JobUse& use) {
    const SessionRecord record = use.session().record();
    const auto rules = parseRetention(record.retention);
    if (!rules || !*rules)
        return;
    JobControl unseen;
    PruneReport pruned;
    if (const auto done =
            context.store->prune(record.id, **rules, {}, false, {unseen, "removing", 0, 1}, pruned);
        !done)
        spdlog::warn("session {}: {}", record.id, done.error().forLog());
    for (const SnapshotInfo& removed : pruned.removed)
        if (context.observer)
            context.observer->snapshotRemoved(record.id, removed.id);
}

} // namespace entracte
