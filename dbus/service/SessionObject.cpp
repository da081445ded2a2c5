#include "dbus/service/SessionObject.h"

#include "dbus/service/Jobs.h"
#include "dbus/service/SnapshotObject.h"
#include "dbus/service/Validation.h"

#include <algorithm>

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

constexpr std::ptrdiff_t kMaxSessionsForOne = 64;

} // namespace

Status checkRoomForSession(const ObjectTree& tree, uid_t owner) {
    const auto count = std::ranges::count_if(tree.all(), [owner](const auto& item) {
        return item.second->owner() == owner && dynamic_cast<SessionObject*>(item.second.get());
    });
    if (count >= kMaxSessionsForOne)
        return fail(ErrorCode::Busy, "You have 64 sessions already.", {},
                    "Delete those that you no longer need.");
    return {};
}

Status checkRoomForSnapshot(const ObjectTree& tree, uid_t owner) {
    const auto count = std::ranges::count_if(tree.all(), [owner](const auto& item) {
        return item.second->owner() == owner && dynamic_cast<SnapshotObject*>(item.second.get());
    });
    if (count >= kMaxSnapshotsForOne)
        return fail(ErrorCode::NoSpace, "You have 10,000 snapshots already.", {},
                    "Nothing was changed. Delete some, or say which are to be kept "
                    "(\"entracte schedule --keep\").");
    return {};
}

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
            {"Xauthority", Xauthority()},
            {"Command", Command()},
            {"Network", Network()},
            {"Share", Share()},
            {"ShareReadOnly", ShareReadOnly()},
            {"Clipboard", Clipboard()},
            {"IsPrivate", IsPrivate()},
            {"CreatedUnixMs", CreatedUnixMs()},
            {"Programs", Programs()},
            {"Blockers", Blockers()},
            {"Windows", Windows()},
            {"ScheduleSeconds", ScheduleSeconds()},
            {"PausedUntilUnixMs", PausedUntilUnixMs()},
            {"NextSnapshotUnixMs", NextSnapshotUnixMs()},
            {"Retention", Retention()},
            {"MemoryLimit", MemoryLimit()},
            {"CpuLimitPercent", CpuLimitPercent()},
            {"ProcessLimit", ProcessLimit()},
            {"ResumeAutomatically", ResumeAutomatically()},
            {"ReturnDue", ReturnDue()},
            {"Move", Move()},
            {"MoveId", MoveId()},
            {"MovePeer", MovePeer()},
            {"Lineage", Lineage()}};
}

std::vector<std::string> SessionObject::shared(bool readOnly) const {
    std::vector<std::string> paths;
    for (const auto& folder : m_info.sharedFolders)
        if (folder.readOnly == readOnly)
            paths.push_back(folder.path);
    return paths;
}

void SessionObject::update(const SessionInfo& info) {
    const auto before = properties();
    m_info = info;
    m_context.tree.changed(m_path, before);
}

entracte::Result<SnapshotId> SessionObject::chosen(const Path& snapshot) const {
    if (snapshot == "/")
        return SnapshotId();
    const auto id = snapshotOfPath(m_info.id, snapshot);
    if (!id)
        return fail(ErrorCode::NotFound, "This is not a snapshot of the session.");
    return *id;
}

template <typename Verb>
void SessionObject::settle(sdbus::Result<>&& result, Verb verb) {
    whenAllowed(
        m_context, m_info.owner, std::move(result),
        [&context = m_context, id = m_info.id, verb = std::move(verb)](const Pending<>& pending) {
            context.workers.run<void>(
                [engine = context.engine, id, verb] { return verb(*engine, id); },
                [pending](const Status& status) { answer(pending, status); });
        });
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

void SessionObject::takeBusOfOwner(std::optional<ScreenSpec>& screen) const {
    if (screen && m_context.gate.current().uid != m_info.owner)
        screen->sessionBus.clear();
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

template <typename Verb>
void SessionObject::copyJob(sdbus::Result<Path>&& result, sdbus::UnixFd file, Verb verb) {
    // Shared, since a job's function is copied; closed as soon as it has been run.
    const auto shared = std::make_shared<sdbus::UnixFd>(std::move(file));
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id, owner = m_info.owner, shared,
                 verb](const Pending<Path>& pending) {
                    const auto work = [engine = context.engine, id, shared,
                                       verb](JobControl& control) -> Result<std::string> {
                        const sdbus::UnixFd data(std::move(*shared));
                        return pathOf(verb(*engine, id, data.get(), control));
                    };
                    answer(pending, context.jobs.start("copy", "", owner, work));
                });
}

void SessionObject::CopyOut(sdbus::Result<Path>&& result, std::string path, sdbus::UnixFd file) {
    copyJob(std::move(result), std::move(file),
            [path](Engine& engine, const SessionId& id, int data, JobControl& control) {
                return engine.copyOut(id, path, data, control);
            });
}

void SessionObject::CopyIn(sdbus::Result<Path>&& result, sdbus::UnixFd file, std::string path,
                           std::string name, std::uint32_t mode) {
    copyJob(std::move(result), std::move(file),
            [place = CopyPlace{path, name, mode}](Engine& engine, const SessionId& id, int data,
                                                  JobControl& control) {
                return engine.copyIn(id, place, data, control);
            });
}

void SessionObject::Snapshot(sdbus::Result<Path>&& result, std::string comment) {
    if (const auto checked = checkComment(comment); !checked)
        return result.returnError(toBus(checked.error()));
    if (const auto room = checkRoomForSnapshot(m_context.tree, m_info.owner); !room)
        return result.returnError(toBus(room.error()));
    job(std::move(result), "snapshot",
        [comment](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.snapshot(id, comment, SnapshotOrigin::Asked, control);
        });
}

void SessionObject::Suspend(sdbus::Result<Path>&& result, std::string comment) {
    if (const auto checked = checkComment(comment); !checked)
        return result.returnError(toBus(checked.error()));
    if (const auto room = checkRoomForSnapshot(m_context.tree, m_info.owner); !room)
        return result.returnError(toBus(room.error()));
    job(std::move(result), "suspend",
        [comment](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.suspend(id, comment, SnapshotOrigin::Asked, control);
        });
}

void SessionObject::Depart(sdbus::Result<Path>&& result, sdbus::UnixFd file, sdbus::UnixFd talk,
                           Options options) {
    const auto wishes = departWishes(options);
    if (!wishes)
        return result.returnError(toBus(wishes.error()));
    if (const auto room = checkRoomForSnapshot(m_context.tree, m_info.owner); !room)
        return result.returnError(toBus(room.error()));
    // Shared, since a job's function is copied; the job closes them.
    const auto out = std::make_shared<UniqueFd>(file.release());
    const auto word = std::make_shared<UniqueFd>(talk.release());
    // Not "suspend": what a shutdown lets go on to its end must not wait for another machine.
    job(std::move(result), "depart",
        [out, word, wishes = *wishes](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.depart(id, std::move(*out), std::move(*word), wishes, control);
        });
}

void SessionObject::Resume(sdbus::Result<Path>&& result, Path snapshot, Options options) {
    const auto from = chosen(snapshot);
    if (!from)
        return result.returnError(toBus(from.error()));
    auto wishes = resumeWishes(options);
    if (!wishes)
        return result.returnError(toBus(wishes.error()));
    takeBusOfOwner(wishes->screen);
    job(std::move(result), "resume",
        [from = *from, wishes = *wishes](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.resume(id, from, wishes, control);
        });
}

void SessionObject::Rollback(sdbus::Result<Path>&& result, Path snapshot, Options options) {
    const auto to = chosen(snapshot);
    if (!to)
        return result.returnError(toBus(to.error()));
    if (to->empty())
        return result.returnError(
            toBus({ErrorCode::InvalidArgument,
                   "It is not said to which snapshot the session shall go."}));
    auto wishes = resumeWishes(options);
    if (!wishes)
        return result.returnError(toBus(wishes.error()));
    takeBusOfOwner(wishes->screen);
    job(std::move(result), "rollback",
        [to = *to, wishes = *wishes](Engine& engine, const SessionId& id, JobControl& control) {
            return engine.rollback(id, to, wishes, control);
        });
}

void SessionObject::Clone(sdbus::Result<Path>&& result, Path snapshot, std::string name,
                          Options options) {
    const auto from = chosen(snapshot);
    if (!from)
        return result.returnError(toBus(from.error()));
    if (const auto checked = checkName(name); !checked)
        return result.returnError(toBus(checked.error()));
    auto wishes = resumeWishes(options);
    if (!wishes)
        return result.returnError(toBus(wishes.error()));
    takeBusOfOwner(wishes->screen);
    if (const auto room = checkRoomForSession(m_context.tree, m_info.owner); !room)
        return result.returnError(toBus(room.error()));
    job(std::move(result), "clone",
        [from = *from, name, wishes = *wishes](Engine& engine, const SessionId& id,
                                               JobControl& control) {
            return engine.clone(id, from, name, wishes, control);
        });
}

void SessionObject::MoveStep(sdbus::Result<>&& result, std::string step, std::string move,
                             std::string peer) {
    const auto checked = moveStep(step, move, peer);
    if (!checked)
        return result.returnError(toBus(checked.error()));
    settle(std::move(result),
           [checked = *checked, move, peer](Engine& engine, const SessionId& id) {
               return engine.moveStep(id, checked, move, peer);
           });
}

void SessionObject::ChangedFiles(sdbus::Result<Changed>&& result, Path snapshot) {
    const auto of = chosen(snapshot);
    if (!of)
        return result.returnError(toBus(of.error()));
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id, of = *of](const Pending<Changed>& pending) {
                    context.workers.run<Changed>(
                        [engine = context.engine, id, of]() -> Result<Changed> {
                            ENTRACTE_ASSIGN(found, engine->changedFiles(id, of));
                            Changed files;
                            for (const auto& one : found)
                                files.emplace_back(one.path, one.removed);
                            return files;
                        },
                        [pending](const Result<Changed>& files) { answer(pending, files); });
                });
}

void SessionObject::Rename(sdbus::Result<>&& result, std::string name) {
    if (const auto checked = checkName(name); !checked)
        return result.returnError(toBus(checked.error()));
    settle(std::move(result),
           [name](Engine& engine, const SessionId& id) { return engine.rename(id, name); });
}

void SessionObject::SetSchedule(sdbus::Result<>&& result, std::uint32_t everySeconds) {
    if (const auto checked = checkScheduleSeconds(everySeconds); !checked)
        return result.returnError(toBus(checked.error()));
    settle(std::move(result), [everySeconds](Engine& engine, const SessionId& id) -> Status {
        ENTRACTE_ASSIGN(now, engine.session(id));
        now.schedule.everySeconds = everySeconds;
        return engine.setSchedule(id, now.schedule);
    });
}

void SessionObject::PauseSchedule(sdbus::Result<>&& result, std::int64_t untilUnixMs) {
    if (untilUnixMs < 0)
        return result.returnError(toBus({ErrorCode::InvalidArgument, "This is not a time."}));
    settle(std::move(result), [untilUnixMs](Engine& engine, const SessionId& id) -> Status {
        ENTRACTE_ASSIGN(now, engine.session(id));
        now.schedule.pausedUntilUnixMs = untilUnixMs;
        return engine.setSchedule(id, now.schedule);
    });
}

void SessionObject::Prune(sdbus::Result<std::vector<std::string>, std::uint64_t>&& result,
                          std::string keep, bool dryRun) {
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id, keep,
                 dryRun](const Pending<std::vector<std::string>, std::uint64_t>& pending) {
                    if (const auto idle = context.jobs.checkIdle(id); !idle)
                        return pending->returnError(toBus(idle.error()));
                    context.workers.run<PruneReport>(
                        [engine = context.engine, id, keep, dryRun] {
                            return engine->prune(id, keep, dryRun);
                        },
                        [pending](const Result<PruneReport>& report) {
                            if (!report)
                                return pending->returnError(toBus(report.error()));
                            std::vector<std::string> removed;
                            for (const SnapshotInfo& snapshot : report->removed)
                                removed.push_back(snapshot.id);
                            pending->returnResults(removed, report->freedBytes);
                        });
                });
}

void SessionObject::SetClipboard(sdbus::Result<>&& result, bool shared) {
    settle(std::move(result), [shared](Engine& engine, const SessionId& id) {
        return engine.setClipboard(id, shared);
    });
}

void SessionObject::SetRetention(sdbus::Result<>&& result, std::string keep) {
    settle(std::move(result),
           [keep](Engine& engine, const SessionId& id) { return engine.setRetention(id, keep); });
}

void SessionObject::SetLimits(sdbus::Result<>&& result, Options limits) {
    const auto checked = sessionLimits(limits);
    if (!checked)
        return result.returnError(toBus(checked.error()));
    settle(std::move(result), [checked = *checked](Engine& engine, const SessionId& id) {
        return engine.setLimits(id, checked);
    });
}

void SessionObject::Usage(sdbus::Result<std::uint64_t, std::uint64_t, std::uint32_t>&& result) {
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id](
                    const Pending<std::uint64_t, std::uint64_t, std::uint32_t>& pending) {
                    context.workers.run<SessionUsage>(
                        [engine = context.engine, id] { return engine->usage(id); },
                        [pending](const entracte::Result<SessionUsage>& usage) {
                            if (usage)
                                pending->returnResults(usage->memoryBytes, usage->cpuMicros,
                                                       usage->processes);
                            else
                                pending->returnError(toBus(usage.error()));
                        });
                });
}

void SessionObject::SetResumeAutomatically(sdbus::Result<>&& result, bool automatic) {
    settle(std::move(result), [automatic](Engine& engine, const SessionId& id) {
        return engine.setResumeAutomatically(id, automatic);
    });
}

void SessionObject::Attach(sdbus::Result<Path>&& result, Options options) {
    auto screen = screenSpec(options);
    if (!screen)
        return result.returnError(toBus(screen.error()));
    takeBusOfOwner(*screen);
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

void SessionObject::ListWindows(sdbus::Result<entracte::service::Windows>&& result) {
    using List = entracte::service::Windows;
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, id = m_info.id](const Pending<List>& pending) {
                    context.workers.run<List>(
                        [engine = context.engine, id] { return windowsOf(engine->survey(id)); },
                        [pending](const Result<List>& windows) { answer(pending, windows); });
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
