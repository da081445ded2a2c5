#include "dbus/service/SessionObject.h"

#include "dbus/service/Jobs.h"
#include "dbus/service/Validation.h"

namespace entracte::service {

namespace {

// The path of what a verb of the engine gave: the new snapshot, the session, or nothing.
Result<std::string> pathOf(const Result<SnapshotInfo>& snapshot) {
    if (!snapshot)
        return fail(snapshot.error());
    return snapshotPath(snapshot->session, snapshot->id);
}
Result<std::string> pathOf(const Result<SessionInfo>& session) {
    if (!session)
        return fail(session.error());
    return sessionPath(session->id);
}
Result<std::string> pathOf(const Status& status) {
    if (!status)
        return fail(status.error());
    return std::string("/");
}

} // namespace

SessionObject::SessionObject(Context& context, SessionInfo info)
    : AdaptorInterfaces(context.loop.connection(), Path(sessionPath(info.id))), m_context(context),
      m_path(sessionPath(info.id)), m_info(std::move(info)) {
    registerAdaptor();
}

SessionObject::~SessionObject() {
    unregisterAdaptor();
}

PropertyMap SessionObject::properties() {
    return {{"Id", Id()},
            {"Name", Name()},
            {"Owner", Owner()},
            {"State", State()},
            {"Screen", Screen()},
            {"Display", Display()},
            {"Command", Command()},
            {"CreatedUnixMs", CreatedUnixMs()},
            {"Programs", Programs()},
            {"Windows", Windows()}};
}

void SessionObject::update(const SessionInfo& info) {
    const auto before = properties();
    m_info = info;
    m_context.tree.changed(m_path, before);
}

template <typename Verb>
void SessionObject::job(sdbus::Result<Path>&& result, const std::string& kind, Verb verb) {
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, kind, id = m_info.id, owner = m_info.owner,
                 verb = std::move(verb)](const Pending<Path>& pending) {
                    const auto work = [engine = context.engine, id, verb](JobControl& control) {
                        return pathOf(verb(*engine, id, control));
                    };
                    answer(pending, context.jobs.start(kind, id, owner, work));
                });
}

void SessionObject::Exec(sdbus::Result<std::int32_t>&& result, std::vector<std::string> command,
                         std::map<std::string, std::string> environment,
                         std::string workingDirectory) {
    auto checked = checkCommand(command, true);
    if (checked)
        checked = checkEnvironment(environment);
    if (checked && !workingDirectory.empty())
        checked = checkPath(workingDirectory, "The working directory");
    if (!checked)
        return result.returnError(toBus(checked.error()));
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id, command = std::move(command),
                 environment = std::move(environment),
                 workingDirectory](const Pending<std::int32_t>& pending) {
                    context.workers.run<std::int32_t>(
                        [engine = context.engine, id, command, environment, workingDirectory] {
                            return engine->exec(id, command, environment, workingDirectory);
                        },
                        [pending](Result<std::int32_t> pid) { answer(pending, pid); });
                });
}

void SessionObject::Snapshot(sdbus::Result<Path>&& result, std::string comment) {
    if (const auto checked = checkComment(comment); !checked)
        return result.returnError(toBus(checked.error()));
    job(std::move(result), "snapshot",
        [comment](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.snapshot(id, comment, control);
        });
}

void SessionObject::Suspend(sdbus::Result<Path>&& result, std::string comment) {
    if (const auto checked = checkComment(comment); !checked)
        return result.returnError(toBus(checked.error()));
    job(std::move(result), "suspend",
        [comment](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.suspend(id, comment, control);
        });
}

void SessionObject::Resume(sdbus::Result<Path>&& result, Path snapshot, Options options) {
    SnapshotId chosen;
    if (snapshot != "/") {
        const auto id = snapshotOfPath(m_info.id, snapshot);
        if (!id)
            return result.returnError(
                toBus({ErrorCode::NotFound, "This is not a snapshot of the session."}));
        chosen = *id;
    }
    const auto screen = screenSpec(options);
    if (!screen)
        return result.returnError(toBus(screen.error()));
    job(std::move(result), "resume",
        [chosen, screen = *screen](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.resume(id, chosen, screen, control);
        });
}

void SessionObject::Attach(sdbus::Result<Path>&& result, Options options) {
    const auto screen = screenSpec(options);
    if (!screen)
        return result.returnError(toBus(screen.error()));
    if (!*screen)
        return result.returnError(toBus({ErrorCode::InvalidArgument,
                                         "No screen was named.",
                                         {},
                                         "Set DISPLAY, or ask for a headless screen."}));
    job(std::move(result), "attach",
        [screen = **screen](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.attach(id, screen, control);
        });
}

void SessionObject::Detach(sdbus::Result<Path>&& result) {
    job(std::move(result), "detach", [](Engine& engine, const SessionId& id, JobControl& control) {
        return engine.detach(id, control);
    });
}

void SessionObject::Stop(sdbus::Result<Path>&& result) {
    job(std::move(result), "stop", [](Engine& engine, const SessionId& id, JobControl& control) {
        return engine.stop(id, control);
    });
}

void SessionObject::Delete(sdbus::Result<>&& result) {
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id](const Pending<>& pending) {
                    if (const auto idle = context.jobs.checkIdle(id); !idle)
                        return answer(pending, idle);
                    context.workers.run<void>(
                        [engine = context.engine, id] { return engine->remove(id); },
                        [pending](const Status& status) { answer(pending, status); });
                });
}

void SessionObject::Preflight(sdbus::Result<Findings>&& result) {
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id](const Pending<Findings>& pending) {
                    context.workers.run<Findings>(
                        [engine = context.engine, id]() -> Result<Findings> {
                            ENTRACTE_ASSIGN(found, engine->preflight(id));
                            Findings findings;
                            for (const auto& one : found)
                                findings.emplace_back(one.blocks, one.program,
                                                      static_cast<std::uint32_t>(one.pid),
                                                      one.reason, one.remedy);
                            return findings;
                        },
                        [pending](const Result<Findings>& findings) { answer(pending, findings); });
                });
}

} // namespace entracte::service
