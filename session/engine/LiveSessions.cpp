#include "session/engine/LiveSessions.h"

#include "session/criu/Preflight.h"
#include "session/engine/DeskLink.h"
#include "session/engine/Processes.h"
#include "session/engine/SessionNetwork.h"
#include "session/engine/SoundLink.h"
#include "session/engine/Staging.h"
#include "session/store/Directories.h"
#include "session/store/RemoveTree.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

namespace entracte {

namespace {

// The watch's handlers: each is a brief operation, and gives way to a job.
bool buryEnded(EngineContext& context, Session& session) {
    const auto use = BriefUse::begin(session.slot);
    if (!use)
        return false;
    if (session.live) {
        spdlog::warn("session {} ended without being asked", session.id());
        endLive(context, session);
        const auto state = restingState(context, session.id(), SessionState::Interrupted);
        static_cast<void>(context.registry.update(session, [&](SessionRecord& record) {
            record.comeback = afterUnaskedEnd(record.comeback);
            record.state = state;
            record.shownOn = {};
            record.init = {};
        }));
    }
    return true;
}

bool dropScreen(EngineContext& context, Session& session) {
    const auto use = BriefUse::begin(session.slot);
    if (!use)
        return false;
    if (!session.live || !session.live->screen)
        return true;
    if (!session.live->screen->ended())
        return false;
    session.live->screen.reset();
    static_cast<void>(context.registry.update(session, [](SessionRecord& record) {
        record.state = SessionState::Detached;
        record.shownOn = {};
    }));
    return true;
}

constexpr unsigned kTicksToLook = 4; // of SessionWatch
constexpr std::chrono::milliseconds kLossSeen{10};
constexpr std::chrono::milliseconds kQuietTime{3000}; // between two sentences

// One that has run for a while since it was brought back may be brought back again.
void trustReturned(EngineContext& context, Session& session) {
    if (session.record().comeback == Return::Trying &&
        std::chrono::steady_clock::now() - session.liveSince >= context.options.returnSettle)
        static_cast<void>(context.registry.update(
            session, [](SessionRecord& record) { record.comeback = Return::None; }));
}

// A session that cannot say it (its display is of an older Entracte, or there is none) is not
// waited for.
void lookForQuiet(Session& session) {
    if (session.quiet != Quiet::Asked)
        return;
    const auto since = session.live->display ? session.live->display->sinceInput()
                                             : Result<std::chrono::milliseconds>(kQuietTime);
    auto asked = Quiet::Asked; // unless it was taken back meanwhile
    if (!since || *since >= kQuietTime)
        session.quiet.compare_exchange_strong(asked, Quiet::Here);
}

// One that fails as it starts leaves the session: what it wrote is there.
void noteCommandEnd(const EngineContext& context, Session& session, const ProgramExit& exit) {
    const SessionSpec spec = session.record().spec;
    if (!spec.endsWithCommand || exit.pid != spec.commandPid)
        return;
    if (exit.waitStatus == 0 ||
        std::chrono::steady_clock::now() - session.liveSince >= context.options.returnSettle)
        session.commandEnded = true;
}

void refresh(EngineContext& context, Session& session) {
    const auto use = BriefUse::begin(session.slot);
    if (!use || !session.live)
        return;
    keepNetwork(context, session);
    tellDesk(session);
    hearDesk(context, session);
    keepDesk(context, session);
    keepSound(context, session);
    trustReturned(context, session);
    const std::uint32_t programs = countPrograms(session.live->container.init);
    std::uint32_t windows = session.windows;
    if (session.live->display)
        if (const auto status = session.live->display->status())
            windows = status->windows;
    lookForQuiet(session);
    if (programs > session.programs)
        context.hostFiles.look(session.id());
    if (programs != session.programs || windows != session.windows) {
        session.programs = programs;
        session.windows = windows;
        context.registry.tell(session);
    }
    if (session.commandEnded && context.observer)
        context.observer->commandEnded(session.info());
    // A look at every process takes some milliseconds: not each time.
    if (session.looks++ % kTicksToLook == 0) {
        const pid_t init = session.live->container.init;
        if (const auto findings = preflight(init, ownSockets(init)))
            noteBlockers(context, session, *findings);
    }
}

} // namespace

Result<JobUse> JobUse::begin(EngineContext& context, std::shared_ptr<Session> session) {
    ENTRACTE_TRY(session->slot.beginJob());
    session->watch.stop();
    return JobUse(context, std::move(session));
}

JobUse::~JobUse() {
    if (!m_session)
        return;
    if (m_session->live)
        startWatch(*m_context, *m_session);
    m_session->slot.endJob();
}

ContainerSpec containerSpec(const EngineContext& context, const SessionId& id,
                            const SessionSpec& spec, const Person& person,
                            const std::string& layer) {
    ContainerSpec container;
    container.id = id;
    container.person = person;
    container.layer = context.paths.layer(id, layer);
    container.mountPoint = context.paths.mountPoint(id);
    container.sharedFolders = spec.sharedFolders;
    container.environment = spec.environment;
    container.network = spec.network.kind;
    container.display = context.options.proxyInSessions;
    return container;
}

std::unique_ptr<LiveSession> makeLive(EngineContext& context, Session& session,
                                      RunningContainer container) {
    auto live = std::make_unique<LiveSession>();
    if (context.display)
        live->display = context.display(container.init);
    live->programs =
        std::make_unique<ProgramWatch>([&context, &session](const ProgramExit& exit, bool past) {
            noteCommandEnd(context, session, exit);
            if (context.observer && !past)
                context.observer->programExited(session.id(), exit.pid, exit.waitStatus);
        });
    // A session without a control group is one all the same.
    const SessionRecord record = session.record();
    const SessionCgroup group = context.groups.of(session.id(), record.owner);
    Status entered = group.available() ? group.enter(container.init) : Status();
    if (entered && group.available())
        entered = group.limit(record.limits);
    if (!entered)
        spdlog::warn("session {}: {}", session.id(), entered.error().forLog());
    live->container = std::move(container);
    session.liveSince = std::chrono::steady_clock::now();
    return live;
}

void watchPrograms(Session& session, bool skipPast) {
    if (const auto started = session.live->programs->start(session.live->container.init, skipPast);
        !started)
        spdlog::warn("session {}: the end of programs is not heard: {}", session.id(),
                     started.error().forLog());
}

void noteBlockers(EngineContext& context, Session& session, const std::vector<Finding>& findings) {
    const auto blockers =
        static_cast<std::uint32_t>(std::ranges::count(findings, true, &Finding::blocks));
    if (session.blockers.exchange(blockers) != blockers)
        context.registry.tell(session);
}

void startWatch(EngineContext& context, Session& session) {
    session.watch.start(session.live->container.initPidfd.get(),
                        session.live->screen ? session.live->screen->socket() : -1,
                        {[&context, &session] { return buryEnded(context, session); },
                         [&context, &session] { return dropScreen(context, session); },
                         [&context, &session] { refresh(context, session); },
                         [&session] { return deskWish(session); }});
}

Result<std::unique_ptr<ScreenProcess>> startScreen(const EngineContext& context,
                                                   const Person& person, const std::string& session,
                                                   const ScreenSpec& spec) {
    ENTRACTE_ASSIGN(place, ScreenPlace::make(context.paths, person));
    auto screen = ScreenProcess::start(person, session, spec, context.options.screenProgram, place);
    if (!screen)
        place.remove();
    return screen;
}

Status reopenChannel(LiveSession& live, ScreenProcess& screen) {
    ENTRACTE_ASSIGN(channel, live.display->openChannel());
    return screen.serve(channel.get());
}

Status showOn(EngineContext& context, LiveSession& live, ScreenProcess& screen) {
    ENTRACTE_TRY(reopenChannel(live, screen));
    return live.display->waitAttached(context.options.attachLimit);
}

Status showAgain(EngineContext& context, LiveSession& live, ScreenProcess& screen) {
    const auto deadline = std::chrono::steady_clock::now() + context.options.prepareLimit;
    for (;;) {
        ENTRACTE_ASSIGN(status, live.display->status());
        if (!status.attached)
            return showOn(context, live, screen);
        if (std::chrono::steady_clock::now() > deadline)
            return fail(ErrorCode::TimedOut, "The windows were not back in time.", {},
                        "The session goes on; attach it to another screen.");
        std::this_thread::sleep_for(kLossSeen);
    }
}

Status requireLive(const Session& session) {
    if (session.live)
        return {};
    return fail(ErrorCode::SessionEnded, "The session does not run.", {},
                "\"entracte resume\" brings it back from a snapshot.");
}

void endLive(EngineContext& context, Session& session) {
    if (session.live) {
        session.live->programs->stop();
        if (const auto killed = killContainer(session.live->container); !killed)
            spdlog::error("session {}: {}", session.id(), killed.error().forLog());
        endDesk(*session.live);
        session.live.reset();
    }
    session.commandEnded = false;
    session.programs = 0;
    session.windows = 0;
    session.blockers = 0;
    clearRuntime(context, session);
}

SessionState restingState(const EngineContext& context, const SessionId& id,
                          SessionState withSnapshots) {
    if (!context.store->list(id).empty())
        return withSnapshots;
    const auto all = context.store->knowsAllOf(id);
    return all && *all ? SessionState::Ended : withSnapshots;
}

void clearRuntime(const EngineContext& context, const Session& session) {
    const SessionId& id = session.id();
    if (const auto unmounted = unmountRoot(context.paths.mountPoint(id)); !unmounted)
        spdlog::error("session {}: {}", id, unmounted.error().forLog());
    Staging::clear(context.paths.staging(id), context.paths.diskStaging(id));
    context.groups.of(id, session.record().owner).remove();
    if (const auto folder = openDirectory(context.paths.runtimeSessions(), false))
        if (const auto removed = removeTree(folder->get(), id); !removed)
            spdlog::warn("session {}: {}", id, removed.error().forLog());
}

void removeOldLayers(const EngineContext& context, const SessionRecord& record) {
    const auto folder = openDirectory(context.paths.layers(record.id), false);
    const auto names = folder ? namesIn(folder->get()) : Result<std::vector<std::string>>();
    for (const std::string& name : names ? *names : std::vector<std::string>())
        if (name != record.layer && name != record.previousLayer)
            if (const auto removed = removeTree(folder->get(), name); !removed)
                spdlog::warn("session {}: {}", record.id, removed.error().forLog());
}

Error goesOn(Error error) {
    std::string sentence = error.sentence();
    if (sentence.find("goes on") == std::string::npos && error.code() != ErrorCode::SessionEnded)
        sentence += " The session goes on.";
    const Error cause = error;
    return Error(error.code(), std::move(sentence), error.detail(), error.hint());
}

} // namespace entracte
