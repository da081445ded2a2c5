#include "session/engine/ResumeJob.h"

#include "session/base/Printable.h"
#include "session/base/ScopeExit.h"
#include "session/engine/ArrivedRound.h"
#include "session/engine/DeskLink.h"
#include "session/engine/FileSource.h"
#include "session/engine/ForeignChecks.h"
#include "session/engine/GroupEntry.h"
#include "session/engine/HeldInput.h"
#include "session/engine/HostFacts.h"
#include "session/engine/HostFiles.h"
#include "session/engine/MoveMarks.h"
#include "session/engine/PipeSink.h"
#include "session/engine/Processes.h"
#include "session/engine/SessionNetwork.h"
#include "session/engine/SocketFolders.h"
#include "session/engine/SoundLink.h"
#include "session/engine/Staging.h"
#include "session/engine/StepTimes.h"
#include "session/store/Directories.h"
#include "session/store/RemoveTree.h"
#include "session/store/TreeExtractor.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/syscall.h>

#include <algorithm>

#include <future>

namespace entracte {

namespace {

constexpr std::size_t kMaxSockets = 1024;
constexpr std::size_t kMaxWord = 1 << 20; // bytes
constexpr int kLookMs = 100;              // how often it is looked whether somebody cancelled
constexpr std::uint64_t kDiskReserve = 64ull << 20; // bytes that stay free

// What the snapshot remembers for us.
struct Remembered {
    SessionSpec spec;
    uid_t owner = 0;
    std::string ownerName;
    std::vector<std::uint64_t> sockets;
    Input input; // what came over them for the programs, which were frozen
    nlohmann::json host;
    std::vector<KeptFile> files;
    std::vector<AccessNeed> needs; // of one that was imported
    bool imported = false;
    bool bareNetwork = false; // the images hold no network
};

Result<Remembered> recall(const nlohmann::json& restore) try {
    Remembered remembered;
    ENTRACTE_ASSIGN(spec, specFromJson(restore.at("spec")));
    remembered.spec = std::move(spec);
    restore.at("owner").get_to(remembered.owner);
    restore.at("ownerName").get_to(remembered.ownerName);
    restore.at("sockets").get_to(remembered.sockets);
    ENTRACTE_ASSIGN(input, inputFromJson(restore));
    remembered.input = std::move(input);
    remembered.host = restore.at("host");
    ENTRACTE_ASSIGN(files, keptFilesFromJson(restore));
    remembered.files = std::move(files);
    ENTRACTE_ASSIGN(needs, needsFromJson(restore));
    remembered.needs = std::move(needs);
    remembered.imported = restore.value("imported", false);
    remembered.bareNetwork = restore.value("bareNetwork", false);
    if (remembered.sockets.size() > kMaxSockets)
        return fail(ErrorCode::SnapshotDamaged,
                    "The snapshot names more connections than there can be.");
    return remembered;
} catch (const nlohmann::json::exception& problem) {
    return fail(ErrorCode::SnapshotDamaged, "The snapshot does not say how it is to be resumed.",
                problem.what(),
                "Nothing was changed. Resume from another snapshot of this session.");
}

// Nothing of the person's is overwritten unless it was said so.
Status refuseChanged(const std::vector<ChangedFile>& changed) {
    if (changed.empty())
        return {};
    std::string sentence = changed.front().path + " was " +
                           (changed.front().removed ? "removed" : "changed") +
                           " outside since the snapshot was taken";
    if (changed.size() > 1)
        sentence += ", and " + std::to_string(changed.size() - 1) + " more";
    return fail(ErrorCode::FilesChanged, sentence + ". Nothing was changed.", {},
                "Say which shall count: the current files, the saved ones, or both (--files).");
}

class ResumeJob {
public:
    ResumeJob(EngineContext& context, Session& session, SnapshotSource source, FilesPolicy files,
              std::string move, JobControl& job)
        : m_context(context), m_session(session), m_source(std::move(source)), m_policy(files),
          m_move(std::move(move)), m_job(job), m_before(session.record()), m_layer(newId()) {}

    // From what a move has staged, and not from the store; once `word` says so.
    void takeStaged(StagedArrival arrival, UniqueFd word) {
        m_source = {m_session.id(), arrival.base};
        m_word = std::move(word);
        m_arrival.emplace(std::move(arrival));
    }

    // Every problem that can be seen beforehand.
    Status check() {
        ENTRACTE_TRY(checkSnapshot());
        return m_context.store->verify(m_source.session, m_source.snapshot,
                                       {m_job, "verifying", 0, 1});
    }

    // What is stored is verified as it is unpacked, before any program is brought back.
    Status run(const ResumeWishes& wishes) {
        ENTRACTE_TRY(checkSnapshot());
        ENTRACTE_ASSIGN(criu, m_context.criu());
        m_steps.did("check");
        const std::optional<ScreenSpec>& screen = wishes.screen;
        const NetworkKind networkBefore = m_remembered.spec.network.kind;
        m_remembered.spec.network = wishes.network.value_or(m_before.spec.network);
        m_newResolver = m_remembered.spec.network.kind != networkBefore;
        m_cabled = networkBefore != NetworkKind::None;
        if (screen)
            m_remembered.spec.screen = sizedLike(*screen, m_remembered.spec.screen);
        else
            m_remembered.spec.screen = m_before.spec.screen;
        auto& shownOn = m_remembered.spec.screen;
        if (m_context.display && shownOn.kind != ScreenKind::Headless && shownOn.display.empty())
            return fail(ErrorCode::ScreenUnavailable,
                        "It is not known where the session's windows shall appear.", {},
                        "Nothing was changed. Set DISPLAY, or ask for a headless screen.");
        shownOn.clipboard = m_before.spec.screen.clipboard;
        // Whoever resumes it named it, or an earlier one did; a snapshot never.
        if (!screen || shownOn.sessionBus.empty())
            shownOn.sessionBus = m_before.spec.screen.sessionBus;
        m_remembered.spec.isPrivate = m_before.spec.isPrivate;
        // Begins while the images are unpacked: both only wait, each for something else.
        std::future<Result<std::unique_ptr<ScreenProcess>>> starting;
        if (m_context.display)
            starting = std::async(std::launch::async, [this] {
                return startScreen(m_context, m_person, m_before.spec.name,
                                   m_remembered.spec.screen);
            });
        // Also for a session without a network now, which had one when it was saved; a machine that
        // can make none still brings back those that never had.
        if (m_cabled || m_remembered.spec.network.kind != NetworkKind::None)
            m_cable = std::async(std::launch::async, makeCable);
        if (m_arrival) // its images lie there already
            m_facts = std::async(std::launch::async, [images = m_arrival->staging.images()] {
                return inspectImages(images);
            });
        ENTRACTE_TRY(m_job.check());

        ScopeExit undo([this] { takeBack(); });
        // Written before anything can go wrong so badly that nobody is left to write it.
        ENTRACTE_TRY(m_context.registry.update(
            m_session, [](SessionRecord& record) { record.comeback = Return::Trying; }));
        ENTRACTE_TRY(makeFolders());
        auto unpacked = m_arrival ? unpackArrived() : unpackStored();
        m_steps.did("unpack");
        std::unique_ptr<ScreenProcess> shown;
        if (starting.valid()) { // said first: it is what most often is not there
            ENTRACTE_ASSIGN(started, starting.get());
            shown = std::move(started);
        }
        m_steps.did("screen");
        ENTRACTE_ASSIGN(staging, std::move(unpacked));
        ENTRACTE_TRY(restore(criu, staging));
        m_job.report("redrawing", 0.8);
        m_steps.did("take it up");
        ENTRACTE_TRY(show(std::move(shown)));
        ENTRACTE_TRY(settle());
        undo.dismiss();
        m_steps.did("windows");
        if (m_arrival) // whoever gave it waits for this word, and for nothing that follows
            m_job.report("storing", 0.82);
        linkToDesk(m_context, m_session, true);
        linkSound(m_context, m_session);
        watchPrograms(m_session, true);
        removeOldLayers(m_context, m_session.record());
        m_steps.did("tidy up");
        return m_arrival ? storeArrived(staging) : Status();
    }

private:
    Status choose() {
        if (!m_source.snapshot.empty())
            return {};
        m_source.snapshot = m_context.store->newest(m_source.session);
        if (m_source.snapshot.empty())
            return fail(ErrorCode::NotFound,
                        "The session has no snapshot that it could be resumed from.");
        return {};
    }

    Status checkSnapshot() {
        ENTRACTE_TRY(choose());
        m_job.report("verifying", 0);
        ENTRACTE_ASSIGN(record, m_arrival
                                    ? Result<SnapshotRecord>(m_arrival->record)
                                    : m_context.store->read(m_source.session, m_source.snapshot));
        m_info = record.info;
        ENTRACTE_ASSIGN(remembered, recall(record.restore));
        m_remembered = std::move(remembered);
        // Whose it is says the session, not the snapshot.
        if (m_remembered.owner != m_before.owner)
            return fail(ErrorCode::SnapshotDamaged, "The snapshot belongs to another user.");
        ENTRACTE_TRY(checkThisComputer());
        ENTRACTE_TRY(checkLowerFolders(m_person, m_remembered.needs));
        if (m_remembered.imported)
            ENTRACTE_TRY(checkDocuments(m_person, m_remembered.files, m_policy));
        return m_policy == FilesPolicy::Ask ? refuseChanged(changedDocuments(m_remembered.files))
                                            : Status();
    }

    // Everything that this computer lacks is told at once.
    Status checkThisComputer() {
        std::vector<Error> lacks;
        if (const auto host = checkHost(m_remembered.host, hostFacts()); !host)
            lacks.push_back(host.error());
        auto person = personOfUid(m_before.owner);
        if (person && person->name == m_remembered.ownerName)
            m_person = std::move(*person);
        else
            lacks.emplace_back(ErrorCode::HostMismatch,
                               "The snapshot belongs to the user " +
                                   printable(m_remembered.ownerName, 64) + " with the number " +
                                   std::to_string(m_before.owner) +
                                   ", whom this computer does not know.",
                               "", "Nothing was changed. Make that user account, then try again.");
        // What its own programs hold becomes free before a rollback needs it.
        if (!m_session.live && m_info.imageBytes > availableMemory())
            lacks.emplace_back(ErrorCode::NoSpace,
                               "There is not enough free memory for the session's programs.", "",
                               "Nothing was changed. Close other programs, then try again.");
        ENTRACTE_ASSIGN(disk, availableDisk(m_context.paths.state()));
        if (m_info.layerBytes + kDiskReserve > disk)
            lacks.emplace_back(ErrorCode::NoSpace,
                               "There is not enough free disk space for the session's files.", "",
                               "Nothing was changed. Free some space, then try again.");
        return lacks.empty() ? Status() : Status(fail(allTogether(lacks)));
    }

    Status makeFolders() const {
        for (const auto& path : {m_context.paths.layers(m_session.id()),
                                 m_context.paths.layer(m_session.id(), m_layer),
                                 m_context.paths.runtime(m_session.id())})
            ENTRACTE_TRY(openDirectory(path, true));
        return {};
    }

    Result<Staging> unpackStored() const {
        ENTRACTE_ASSIGN(staging, Staging::make(m_context.paths.staging(m_session.id()),
                                               m_context.paths.diskStaging(m_session.id()),
                                               m_info.imageBytes,
                                               m_info.encrypted ? Staging::Kind::MemoryOnly
                                                                : Staging::Kind::MemoryOrDisk));
        m_job.report("unpacking", 0.05);
        const auto& [session, snapshot] = m_source;
        ENTRACTE_TRY(m_context.store->extractImages(session, snapshot, staging.images(),
                                                    {m_job, "unpacking", 0.05, 0.4}));
        ENTRACTE_TRY(m_context.store->extractLayer(session, snapshot,
                                                   m_context.paths.layer(m_session.id(), m_layer),
                                                   {m_job, "unpacking", 0.4, 0.55}));
        return std::move(staging);
    }

    // The images lie there already.
    Result<Staging> unpackArrived() {
        m_job.report("unpacking", 0.05);
        ENTRACTE_TRY(keepAsTheyCame(m_arrival->staging));
        ENTRACTE_ASSIGN(layer,
                        openDirectory(m_context.paths.layer(m_session.id(), m_layer), false));
        const UniqueFd file(::open(m_arrival->layer().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file)
            return fail(diskError("The session's files could not be read"));
        FileSource source(file.get());
        ENTRACTE_TRY(
            extractTree(source, layer.get(), [this](std::uint64_t) { return m_job.check(); }));
        return std::move(m_arrival->staging);
    }

    Status restore(const Criu& criu, const Staging& staging) {
        ENTRACTE_ASSIGN(facts, m_facts.valid() ? m_facts.get() : inspectImages(staging.images()));
        ENTRACTE_TRY(m_job.check());
        m_job.report("restoring", 0.6);
        const ContainerSpec container =
            containerSpec(m_context, m_session.id(), m_remembered.spec, m_person, m_layer);
        if (m_newResolver)
            ENTRACTE_TRY(writeResolver(container));
        ENTRACTE_TRY(mountRoot(container));
        // The person's documents are changed for a session that is here only.
        if (std::ranges::any_of(m_remembered.files, &KeptFile::shared))
            ENTRACTE_TRY(awaitWord());
        ENTRACTE_ASSIGN(left,
                        placeHostFiles(container, m_remembered.files, staging.images(),
                                       {*m_context.store, m_source.session, m_source.snapshot},
                                       m_policy, {m_job, "restoring", 0.6, 0.65}));
        ENTRACTE_TRY(forgetFileSizes(staging.images(), left));
        m_steps.did("mount, host files");
        RestoreOptions options;
        options.images = staging.images();
        options.root = container.mountPoint;
        options.mounts = externalMounts(container);
        makeSocketFolders(container.mountPoint, options.mounts, m_person, facts.boundSocketPaths);
        ENTRACTE_TRY(checkFileAccess(container, m_remembered.needs));
        UniqueFd cable;
        if (m_cable.valid()) {
            ENTRACTE_ASSIGN(made, m_cable.get());
            cable = std::move(made);
        }
        if (m_remembered.bareNetwork)
            options.network = [&](pid_t init) { return makeNetwork(init, cable); };
        else
            options.outsideNetwork = cable.get();
        const GroupEntry groups(m_context.groups.of(m_session.id(), m_before.owner),
                                m_session.record().limits);
        options.groups = groups.doors();
        m_steps.did("cable, rights");
        ENTRACTE_TRY(awaitWord()); // from here on it may run
        for (const std::uint64_t inode : m_remembered.sockets) {
            ENTRACTE_ASSIGN(ended, endedConnection(m_remembered.input[inode]));
            options.sockets.push_back({inode, std::move(ended)});
        }
        const auto restored = criu.restore(std::move(options));
        if (!restored)
            return fail(groups.explain(restored.error(), m_info.imageBytes));
        const pid_t init = *restored;
        m_steps.did("criu restore");
        UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, init, 0)));
        if (!pidfd)
            return fail(ErrorCode::RestoreFailed,
                        "The session ended as soon as it was brought back.");
        m_session.live = makeLive(m_context, m_session, RunningContainer{init, std::move(pidfd)});
        ENTRACTE_ASSIGN(identity, identityOf(init));
        m_identity = identity;
        std::future<Result<ServedNetwork>> serving; // beside what waits for the disk
        if (const auto& network = m_remembered.spec.network; network.kind != NetworkKind::None)
            serving = std::async(std::launch::async, [&]() mutable {
                return connectNetwork(m_context, m_person, network, std::move(cable),
                                      m_session.live->container);
            });
        if (!m_move.empty()) // before anybody can find it running
            ENTRACTE_TRY(noteFate(m_context, m_before, m_move, MoveFate::Taken));
        m_steps.did("note that it is ours");
        if (serving.valid()) {
            ENTRACTE_ASSIGN(served, serving.get());
            m_session.live->network.emplace(std::move(served));
        }
        m_steps.did("network");
        // From here on a helper that starts anew finds it.
        return m_context.registry.update(m_session, [&](SessionRecord& record) {
            record.state = SessionState::Starting;
            record.init = m_identity;
            record.layer = m_layer;
            // After an unplanned end the old layer holds work that no snapshot has.
            record.previousLayer = m_before.state == SessionState::Suspended ? "" : m_before.layer;
            record.spec = m_remembered.spec;
            if (m_info.encrypted)
                record.spec.environment.clear();   // it lies in clear
            record.spec.name = m_before.spec.name; // it may have been renamed since
            settleArrival(record);
        });
    }

    // Of what is staged, once.
    Status awaitWord() {
        if (!m_word)
            return {};
        const auto end = std::chrono::steady_clock::now() + m_context.options.stagedLimit;
        std::string text;
        for (;;) {
            ENTRACTE_TRY(m_job.check());
            if (m_info.encrypted) // it may be locked meanwhile
                ENTRACTE_TRY(m_context.vaults.requireUnlocked(m_before.owner));
            if (std::chrono::steady_clock::now() > end)
                return fail(ErrorCode::TimedOut, "Nobody said that the session shall go on here.");
            pollfd poller{m_word.get(), POLLIN, 0};
            ::poll(&poller, 1,
                   kLookMs); // which says nothing of an end that came before we opened it
            char buffer[16384];
            const ssize_t got = ::read(m_word.get(), buffer, sizeof buffer);
            if (got < 0 && (errno == EINTR || errno == EAGAIN))
                continue;
            if (got <= 0 || text.size() > kMaxWord)
                break;
            text.append(buffer, static_cast<std::size_t>(got));
        }
        const auto typed = nlohmann::json::parse(text, nullptr, false);
        if (!typed.is_object()) // its end
            return fail(ErrorCode::Cancelled, "The session shall not go on here.");
        ENTRACTE_ASSIGN(input, inputFromJson({{"input", typed}}));
        m_remembered.input = std::move(input);
        m_word.reset();
        m_steps.did("wait for the word");
        return {};
    }

    // Before anything that is saved is brought back: connections need their addresses.
    Status makeNetwork(pid_t init, const UniqueFd& cable) const {
        ENTRACTE_TRY(raiseLoopback(init));
        if (!cable)
            return {};
        const NetworkSpec& network = m_remembered.spec.network;
        ENTRACTE_TRY(plugCable(cable, init, network.kind == NetworkKind::Nat));
        if (kernelHasIpv6()) // whatever this computer has: it may have been elsewhere before
            addIpv6(network, init);
        return {};
    }

    Status show(std::unique_ptr<ScreenProcess> screen) {
        LiveSession& live = *m_session.live;
        if (!live.display)
            return {};
        ENTRACTE_TRY(live.display->goOn());
        ENTRACTE_TRY(showOn(m_context, live, *screen));
        live.screen = std::move(screen);
        return {};
    }

    Status settle() {
        m_session.programs = countPrograms(m_session.live->container.init);
        m_session.windows = m_info.windows;
        if (m_session.live->display)
            if (const auto status = m_session.live->display->status())
                m_session.windows = status->windows;
        return m_context.registry.update(m_session, [&](SessionRecord& record) {
            record.state = SessionState::Running;
            record.shownOn = m_session.live->screen ? m_session.live->screen->shownOn() : ShownOn();
        });
    }

    // It runs, and is ours.
    Status storeArrived(const Staging& staging) {
        m_session.slot.openToBrief();
        auto stored = storeArrivedRound(m_context, m_session.record(), m_person, *m_arrival,
                                        staging, m_before.move.peer, m_remembered.input, m_job);
        m_session.slot.closeToBrief();
        m_steps.did("store what came");
        return stored;
    }

    void takeBack() {
        endLive(m_context, m_session);
        if (!m_move.empty())
            forgetFate(m_context, m_move);
        static_cast<void>(m_context.registry.update(m_session, [&](SessionRecord& record) {
            if (record.layer != m_before.layer)
                record = m_before;
            record.comeback = m_before.comeback;
        }));
        if (const auto layers = openDirectory(m_context.paths.layers(m_session.id()), false))
            if (const auto removed = removeTree(layers->get(), m_layer); !removed)
                spdlog::error("session {}: {}", m_session.id(), removed.error().forLog());
    }

    EngineContext& m_context;
    Session& m_session;
    SnapshotSource m_source;
    const FilesPolicy m_policy;
    const std::string m_move; // that is taken by this resume
    JobControl& m_job;
    const SessionRecord m_before;
    const std::string m_layer;
    Person m_person;
    std::optional<StagedArrival> m_arrival; // instead of a stored snapshot
    UniqueFd m_word;                        // then: what it is brought back by
    SnapshotInfo m_info;
    Remembered m_remembered;
    StepTimes m_steps;
    // What is made ready while files are unpacked.
    std::future<Result<UniqueFd>> m_cable;
    std::future<Result<ImageFacts>> m_facts;
    bool m_cabled = false;      // it had a network when it was saved
    bool m_newResolver = false; // the network is of another kind than it was
    InitIdentity m_identity;
};

} // namespace

Result<SessionInfo> resumeSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                  const SnapshotId& snapshot, const ResumeWishes& wishes,
                                  JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    return resumeFrom(context, *use, {session->id(), snapshot}, wishes, job);
}

Result<SessionInfo> resumeFrom(EngineContext& context, const JobUse& use,
                               const SnapshotSource& source, const ResumeWishes& wishes,
                               JobControl& job) {
    Session& session = use.session();
    if (session.live)
        return fail(ErrorCode::InvalidArgument, "The session runs already.", {},
                    "Suspend or stop it first; \"entracte attach\" shows it on another screen.");
    ENTRACTE_TRY(mayResume(session.record(), wishes.move));
    if (source.session != session.id()) {
        ENTRACTE_ASSIGN(original, context.registry.find(source.session));
        ENTRACTE_TRY(mayOpenBeside(original->record()));
    }
    ResumeJob resume(context, session, source, wishes.files, wishes.move, job);
    if (wishes.word) {
        ENTRACTE_TRY(requirePipe(wishes.word->get(), O_RDONLY));
        // The same pipe opened anew: one that does not block, whoever else reads it.
        UniqueFd word(::open(("/proc/self/fd/" + std::to_string(wishes.word->get())).c_str(),
                             O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (!word)
            return fail(Error::fromErrno("The pipe could not be opened"));
        auto arrival = context.staged.take(session.id(), wishes.move);
        if (!arrival)
            return fail(ErrorCode::NotFound, "What came last of the session is not there any more.",
                        {}, "Repeat the move.");
        resume.takeStaged(std::move(*arrival), std::move(word));
    }
    ENTRACTE_TRY(resume.run(wishes));
    job.report("redrawing", 1);
    return session.info();
}

Status checkResumable(EngineContext& context, Session& session, const SnapshotSource& source,
                      FilesPolicy files, JobControl& job) {
    return ResumeJob(context, session, source, files, {}, job).check();
}

} // namespace entracte
