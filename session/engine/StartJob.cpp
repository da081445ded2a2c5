#include "session/engine/StartJob.h"

#include "session/base/ScopeExit.h"
#include "session/base/WallClock.h"
#include "session/engine/DeskLink.h"
#include "session/engine/Processes.h"
#include "session/engine/SessionNetwork.h"
#include "session/engine/SoundLink.h"
#include "session/store/Directories.h"

#include <spdlog/spdlog.h>

namespace entracte {

namespace {

Status makeFolders(const EngineContext& context, const SessionRecord& record) {
    ENTRACTE_ASSIGN(layers, openDirectory(context.paths.layers(record.id), true));
    layers.reset();
    ENTRACTE_ASSIGN(layer, openDirectory(context.paths.layer(record.id, record.layer), true));
    layer.reset();
    ENTRACTE_ASSIGN(runtime, openDirectory(context.paths.runtime(record.id), true));
    runtime.reset();
    return {};
}

// A machine that cannot make the network that nobody asked for by name gives a session without one.
Status joinNetwork(EngineContext& context, Session& session, const NetworkSpec& network,
                   const Person& person) {
    if (network.kind == NetworkKind::None)
        return {};
    const auto joined = [&]() -> Status {
        ENTRACTE_ASSIGN(outside, makeCable());
        ENTRACTE_ASSIGN(served, connectNetwork(context, person, network, std::move(outside),
                                               session.live->container));
        session.live->network.emplace(std::move(served));
        return {};
    }();
    if (joined || network.required)
        return joined;
    spdlog::warn("session {} has no network: {}", session.id(), joined.error().forLog());
    return context.registry.update(
        session, [](SessionRecord& record) { record.spec.network.kind = NetworkKind::None; });
}

Status bringUp(EngineContext& context, Session& session, const SessionSpec& spec,
               const Person& person, JobControl& job) {
    const SessionRecord record = session.record();
    const ContainerSpec container =
        containerSpec(context, session.id(), spec, person, record.layer);
    job.report("preparing", 0.05);
    ENTRACTE_TRY(makeFolders(context, record));
    std::unique_ptr<ScreenProcess> screen;
    if (context.display) { // first, because it is what most often is not there
        ENTRACTE_ASSIGN(started,
                        startScreen(context, person, record.spec.name, record.spec.screen));
        screen = std::move(started);
    }
    ENTRACTE_TRY(job.check());
    job.report("starting", 0.2);
    ENTRACTE_TRY(prepareLayer(container, context.paths.state()));
    ENTRACTE_TRY(mountRoot(container));
    ENTRACTE_ASSIGN(running, launch(container));
    ENTRACTE_ASSIGN(identity, identityOf(running.init));
    session.live = makeLive(context, session, std::move(running));
    ENTRACTE_TRY(
        context.registry.update(session, [&](SessionRecord& changed) { changed.init = identity; }));
    ENTRACTE_TRY(joinNetwork(context, session, spec.network, person));
    linkToDesk(context, session);
    linkSound(context, session);
    ENTRACTE_TRY(job.check());
    if (screen) {
        job.report("redrawing", 0.5);
        ENTRACTE_TRY(showOn(context, *session.live, *screen));
        session.live->screen = std::move(screen);
    }
    if (!record.spec.command.empty()) {
        job.report("starting", 0.9);
        ENTRACTE_ASSIGN(init, InitClient::connect(session.live->container.init));
        ENTRACTE_ASSIGN(pid, init.spawn(record.spec.command, {},
                                        record.spec.workingDirectory.empty()
                                            ? person.home
                                            : record.spec.workingDirectory));
        ENTRACTE_TRY(context.registry.update(
            session, [pid = pid](SessionRecord& changed) { changed.spec.commandPid = pid; }));
    }
    watchPrograms(session, false); // which tells of one that has ended already, too
    return context.registry.update(session, [&](SessionRecord& changed) {
        changed.state = SessionState::Running;
        changed.shownOn = session.live->screen ? session.live->screen->shownOn() : ShownOn();
    });
}

} // namespace

Result<SessionInfo> startSession(EngineContext& context, const Person& person,
                                 const SessionSpec& spec, JobControl& job) {
    ENTRACTE_TRY(checkSpec(spec));
    ENTRACTE_TRY(job.check());
    SessionRecord record;
    record.id = newId();
    record.owner = person.uid;
    record.ownerName = person.name;
    record.spec = spec;
    ENTRACTE_ASSIGN(sealed, context.vaults.has(person.uid));
    if (sealed)
        record.spec.environment.clear(); // it may hold secrets, and the record lies in clear
    record.createdUnixMs = nowUnixMs();
    record.layer = newId();
    ENTRACTE_ASSIGN(session, context.registry.add(std::move(record)));
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    if (auto up = bringUp(context, *session, spec, person, job); !up) {
        endLive(context, *session);
        if (const auto removed = context.registry.remove(session->id()); !removed)
            spdlog::error("session {}: {}", session->id(), removed.error().forLog());
        return fail(std::move(up).error());
    }
    job.report("starting", 1);
    return session->info();
}

} // namespace entracte
