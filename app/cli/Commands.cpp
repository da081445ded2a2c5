#include "app/cli/Commands.h"

#include "EntracteProxies.h" // generated
#include "app/cli/CallerEnvironment.h"
#include "app/cli/Confirmation.h"
#include "app/cli/CopyCommand.h"
#include "app/cli/DesktopSessions.h"
#include "app/cli/DoctorCommand.h"
#include "app/cli/DryRunCommand.h"
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"
#include "app/cli/Output.h"
#include "app/cli/RemoteCommands.h"
#include "app/cli/StartedProgram.h"
#include "app/cli/StoreCommands.h"
#include "app/cli/TransferCommands.h"
#include "app/cli/VaultCommands.h"
#include "app/cli/VncCommand.h"
#include "app/cli/move/HostsCommand.h"
#include "app/cli/move/MoveCommand.h"
#include "app/cli/move/MoveReceive.h"
#include "app/common/InsideSession.h"

#include <QDateTime>
#include <QDir>
#include <QFile>

#include <iostream>
#include <unistd.h>

namespace entracte::cli {

namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;

// One invocation: the helper's client and what was asked.
class Commands {
public:
    Commands(const Client& client, const Arguments& arguments)
        : m_client(client), m_arguments(arguments) {}

    Result<Json> start();
    Result<Json> exec();
    Result<Json> list();
    Result<Json> show();
    Result<Json> save(bool suspend);
    Result<Json> resume();
    Result<Json> rollback();
    Result<Json> clone();
    Result<Json> rename();
    Result<Json> comment();
    Result<Json> pin(bool pinned);
    Result<Json> schedule();
    Result<Json> limits();
    Result<Json> clipboard();
    Result<Json> windows();
    Result<Json> picture();
    Result<Json> attach();
    Result<Json> detach();
    Result<Json> stop();
    Result<Json> remove();

private:
    // The session that was named.
    Result<SessionView> session();
    std::unique_ptr<SessionProxy> proxyOf(const SessionView& session) {
        return m_client.proxy<SessionProxy>(session.path);
    }
    // The snapshot that was named, the newest when none was.
    Result<SnapshotView> snapshotOf(const Overview& overview, const SessionView& session);
    // The screen of `session`, here where one sits now.
    QVariantMap screenHere(const SessionView& session);
    // Names the documents when they are what `outcome` failed at.
    template <typename T>
    Result<T> tellingChanges(const SessionView& session, const QDBusObjectPath& snapshot,
                             Result<T> outcome);
    // start --from: warm, from a snapshot of another session.
    Result<Json> startFrom();
    Result<int> execIn(const SessionView& session);
    // A second session from a snapshot of the first.
    Result<SessionView> cloneOf(const std::string& first, const std::string& name);
    // Calls `change` of the snapshot that was named, then says `sentence` and gives it as it is
    // now.
    template <typename Change>
    Result<Json> edit(Change change, const std::string& sentence);
    // Which of the snapshots that are there the session's rules remove at the next one.
    void tellWhatGoes(const SessionView& session);
    // Waits for the job that a call started; the path of its result.
    Result<QString> finish(QDBusPendingReply<QDBusObjectPath> reply);
    // The same for a job on `session`, then says `sentence` and gives the session as it is now.
    Result<Json> finishOn(const SessionView& session, QDBusPendingReply<QDBusObjectPath> reply,
                          const std::string& sentence);
    Result<SessionView> sessionAt(const QString& path);
    // The command, screen and name of the desktop that was asked for; its variables on top.
    Status takeDesktop(QMap<QString, QString>& environment);
    void say(const std::string& sentence) {
        if (!m_arguments.json)
            std::cout << sentence << '\n';
    }

    const Client& m_client;
    Arguments m_arguments;
};

std::string nameOf(const SessionView& session) {
    return "\"" + printable(session.name) + "\"";
}

// As the helper takes them.
QString keptRules(const std::string& typed) {
    return typed == "all" ? QString() : QString::fromStdString(typed);
}

bool runs(const SessionView& session) {
    return session.state == "running" || session.state == "detached";
}

bool isWholeId(const std::string& text) {
    return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<SessionView> Commands::session() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    return findSession(overview, m_arguments.session);
}

Result<SessionView> Commands::sessionAt(const QString& path) {
    ENTRACTE_ASSIGN(properties, m_client.properties(path, SessionProxy::staticInterfaceName()));
    return sessionView(path, properties);
}

Result<QString> Commands::finish(QDBusPendingReply<QDBusObjectPath> reply) {
    ENTRACTE_ASSIGN(job, valueOf(reply));
    JobWatcher watcher(m_client, job.path(), !m_arguments.quiet);
    return watcher.wait();
}

Result<Json> Commands::finishOn(const SessionView& session,
                                QDBusPendingReply<QDBusObjectPath> reply,
                                const std::string& sentence) {
    ENTRACTE_TRY(finish(std::move(reply)));
    ENTRACTE_ASSIGN(now, sessionAt(session.path));
    say(sentence);
    return Json{{"session", toJson(now)}};
}

Status Commands::takeDesktop(QMap<QString, QString>& environment) {
    ENTRACTE_ASSIGN(desktop,
                    findDesktopSession(m_arguments.desktop,
                                       xsessionFolders(qgetenv("XDG_DATA_DIRS").toStdString())));
    m_arguments.command = desktop.command;
    for (const auto& [name, value] : desktop.environment)
        environment.insert(QString::fromStdString(name), QString::fromStdString(value));
    if (m_arguments.screen.empty())
        m_arguments.screen = "window";
    if (m_arguments.name.empty())
        m_arguments.name = m_arguments.desktop;
    return {};
}

Result<Json> Commands::start() {
    if (!m_arguments.from.empty())
        return startFrom();
    ENTRACTE_ASSIGN(environment, passedEnvironment(environ, m_arguments.environment));
    if (!m_arguments.desktop.empty())
        ENTRACTE_TRY(takeDesktop(environment));
    QStringList command;
    for (const auto& argument : m_arguments.command)
        command.append(QString::fromStdString(argument));
    auto options = screenOptions(m_arguments);
    if (!m_arguments.name.empty())
        options.insert("name", QString::fromStdString(m_arguments.name));
    options.insert("environment", QVariant::fromValue(environment));
    if (!m_arguments.network.empty())
        options.insert("network", QString::fromStdString(m_arguments.network));
    if (m_arguments.clipboard)
        options.insert("clipboard", true);
    if (m_arguments.isPrivate)
        options.insert("private", true);
    if (m_arguments.everySeconds)
        options.insert("everySeconds", *m_arguments.everySeconds);
    if (m_arguments.keep)
        options.insert("keep", keptRules(*m_arguments.keep));
    const auto addFolders = [&options](const char* name, const std::vector<std::string>& typed) {
        QStringList folders;
        for (const auto& folder : typed)
            folders.append(absolutePath(folder));
        if (!folders.isEmpty())
            options.insert(name, folders);
    };
    addFolders("share", m_arguments.share);
    addFolders("shareReadOnly", m_arguments.shareReadOnly);

    const auto manager = m_client.proxy<ManagerProxy>(Client::kRoot);
    StartedProgram program(m_client, m_arguments);
    ENTRACTE_ASSIGN(path, inThisFolder([&](const QString& folder) {
                        options.insert("workingDirectory", folder);
                        return finish(manager->StartSession(command, options));
                    }));
    ENTRACTE_ASSIGN(session, sessionAt(path));
    say("Session " + nameOf(session) + " (" + session.id.toStdString() + ") runs.");
    if (!command.isEmpty())
        program.tellItsEnd(path);
    return Json{{"session", toJson(session)}};
}

Result<Json> Commands::startFrom() {
    const std::string name = m_arguments.name.empty() ? m_arguments.from : m_arguments.name;
    ENTRACTE_ASSIGN(session, cloneOf(m_arguments.from, name));
    const auto proxy = proxyOf(session);
    if (m_arguments.everySeconds)
        ENTRACTE_TRY(valueOf(proxy->SetSchedule(*m_arguments.everySeconds)));
    if (m_arguments.keep)
        ENTRACTE_TRY(valueOf(proxy->SetRetention(keptRules(*m_arguments.keep))));
    if (!m_arguments.command.empty())
        ENTRACTE_TRY(execIn(session));
    ENTRACTE_ASSIGN(now, sessionAt(session.path));
    say("Session " + nameOf(now) + " (" + now.id.toStdString() + ") runs.");
    return Json{{"session", toJson(now)}};
}

Result<int> Commands::execIn(const SessionView& session) {
    QStringList command;
    for (const auto& argument : m_arguments.command)
        command.append(QString::fromStdString(argument));
    // The session has an environment; only what was asked for comes on top.
    ENTRACTE_ASSIGN(environment, passedEnvironment(nullptr, m_arguments.environment));
    StartedProgram program(m_client, m_arguments);
    const auto proxy = proxyOf(session);
    ENTRACTE_ASSIGN(pid, inThisFolder([&](const QString& folder) {
                        return valueOf(proxy->Exec(command, environment, folder));
                    }));
    say("Started as process " + std::to_string(pid) + " of session " + nameOf(session) + ".");
    program.tellItsEnd(session.path, pid);
    return pid;
}

Result<Json> Commands::exec() {
    ENTRACTE_ASSIGN(found, session());
    ENTRACTE_ASSIGN(pid, execIn(found));
    return Json{{"session", found.id.toStdString()}, {"pid", pid}};
}

Result<Json> Commands::list() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    Json sessions = Json::array();
    for (const auto& session : overview.sessions) {
        auto entry = toJson(session);
        const auto snapshots = overview.snapshotsOf(session);
        entry["snapshots"] = snapshots.size();
        if (!snapshots.isEmpty())
            entry["newest_snapshot"] = toJson(snapshots.last());
        sessions.push_back(std::move(entry));
    }
    if (!m_arguments.json)
        printSessions(overview);
    return Json{{"sessions", std::move(sessions)}};
}

Result<Json> Commands::show() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    const auto snapshots = overview.snapshotsOf(found);
    EntracteFindings findings;
    if (runs(found)) {
        auto told = valueOf(proxyOf(found)->Preflight());
        if (told)
            findings = std::move(*told);
        else if (told.error().code() != ErrorCode::Busy) // it is being saved at this moment
            return fail(std::move(told).error());
    }
    if (!m_arguments.json)
        printSession(found, snapshots, findings);
    auto json = toJson(found);
    json["snapshots"] = Json::array();
    for (const auto& snapshot : snapshots)
        json["snapshots"].push_back(toJson(snapshot));
    json["findings"] = toJson(findings);
    return Json{{"session", std::move(json)}};
}

Result<Json> Commands::save(bool suspend) {
    ENTRACTE_ASSIGN(found, session());
    const auto comment = QString::fromStdString(m_arguments.comment);
    const auto proxy = proxyOf(found);
    ENTRACTE_ASSIGN(path, finish(suspend ? proxy->Suspend(comment) : proxy->Snapshot(comment)));
    ENTRACTE_ASSIGN(properties, m_client.properties(path, SnapshotProxy::staticInterfaceName()));
    const auto snapshot = snapshotView(path, properties);
    say((suspend ? "Suspended " : "Saved ") + nameOf(found) + " as snapshot " +
        snapshot.id.toStdString() + ": " + bytesText(snapshot.storedBytes) +
        " stored, frozen for " + durationText(snapshot.frozenMicros) + ".");
    return Json{{"snapshot", toJson(snapshot)}};
}

Result<SnapshotView> Commands::snapshotOf(const Overview& overview, const SessionView& session) {
    return findSnapshot(overview, session,
                        m_arguments.snapshot.empty() ? "newest" : m_arguments.snapshot);
}

QVariantMap Commands::screenHere(const SessionView& session) {
    // The kind of screen that it had; without a display here, as at its start.
    auto wanted = m_arguments;
    if (wanted.screen.empty())
        wanted.screen = session.screen.toStdString();
    auto options = screenOptions(wanted);
    if (m_arguments.screen.empty() && wanted.screen != "headless" && !options.contains("display"))
        options.clear();
    if (!m_arguments.files.empty())
        options.insert("files", QString::fromStdString(m_arguments.files));
    if (!m_arguments.network.empty())
        options.insert("network", QString::fromStdString(m_arguments.network));
    return options;
}

template <typename T>
Result<T> Commands::tellingChanges(const SessionView& session, const QDBusObjectPath& snapshot,
                                   Result<T> outcome) {
    if (outcome || outcome.error().code() != ErrorCode::FilesChanged)
        return outcome;
    if (const auto changed = valueOf(proxyOf(session)->ChangedFiles(snapshot)))
        for (const EntracteChangedFile& file : *changed)
            std::cerr << (file.removed ? "  removed  " : "  changed  ") << printable(file.path)
                      << '\n';
    return outcome;
}

Result<Json> Commands::resume() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    QDBusObjectPath snapshot("/");
    if (!m_arguments.snapshot.empty()) {
        const auto chosen = findSnapshot(overview, found, m_arguments.snapshot);
        if (chosen)
            snapshot = QDBusObjectPath(chosen->path);
        // A damaged one is not listed; the helper knows what became of it.
        else if (isWholeId(m_arguments.snapshot))
            snapshot = QDBusObjectPath(found.path + "/snapshot/" +
                                       QString::fromStdString(m_arguments.snapshot));
        else
            return fail(chosen.error());
    }
    return tellingChanges(found, snapshot,
                          finishOn(found, proxyOf(found)->Resume(snapshot, screenHere(found)),
                                   "Session " + nameOf(found) + " is back."));
}

Result<Json> Commands::rollback() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    ENTRACTE_ASSIGN(snapshot, findSnapshot(overview, found, m_arguments.snapshot));
    const QDBusObjectPath earlier(snapshot.path);
    return tellingChanges(found, earlier,
                          finishOn(found, proxyOf(found)->Rollback(earlier, screenHere(found)),
                                   "Session " + nameOf(found) + " is as it was at " +
                                       timeText(snapshot.takenUnixMs) + "."));
}

Result<SessionView> Commands::cloneOf(const std::string& first, const std::string& name) {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, first));
    ENTRACTE_ASSIGN(snapshot, snapshotOf(overview, found));
    const QDBusObjectPath from(snapshot.path);
    ENTRACTE_ASSIGN(path,
                    tellingChanges(found, from,
                                   finish(proxyOf(found)->Clone(from, QString::fromStdString(name),
                                                                screenHere(found)))));
    return sessionAt(path);
}

Result<Json> Commands::clone() {
    ENTRACTE_ASSIGN(session, cloneOf(m_arguments.session, m_arguments.name));
    say("Session " + nameOf(session) + " (" + session.id.toStdString() + ") runs beside it.");
    return Json{{"session", toJson(session)}};
}

Result<Json> Commands::rename() {
    ENTRACTE_ASSIGN(found, session());
    ENTRACTE_TRY(valueOf(proxyOf(found)->Rename(QString::fromStdString(m_arguments.name))));
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    say("Session " + nameOf(found) + " is called " + nameOf(now) + " now.");
    return Json{{"session", toJson(now)}};
}

template <typename Change>
Result<Json> Commands::edit(Change change, const std::string& sentence) {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    ENTRACTE_ASSIGN(snapshot, snapshotOf(overview, found));
    ENTRACTE_TRY(valueOf(change(*m_client.proxy<SnapshotProxy>(snapshot.path))));
    ENTRACTE_ASSIGN(properties,
                    m_client.properties(snapshot.path, SnapshotProxy::staticInterfaceName()));
    say("Snapshot " + snapshot.id.toStdString() + " of " + nameOf(found) + " " + sentence);
    return Json{{"snapshot", toJson(snapshotView(snapshot.path, properties))}};
}

Result<Json> Commands::comment() {
    return edit(
        [this](SnapshotProxy& snapshot) {
            return snapshot.SetComment(QString::fromStdString(m_arguments.comment));
        },
        "has a new comment.");
}

Result<Json> Commands::pin(bool pinned) {
    return edit([pinned](SnapshotProxy& snapshot) { return snapshot.SetPinned(pinned); },
                pinned ? "is kept." : "is kept as long as the rules say.");
}

Result<Json> Commands::schedule() {
    ENTRACTE_ASSIGN(found, session());
    const auto proxy = proxyOf(found);
    if (m_arguments.everySeconds)
        ENTRACTE_TRY(valueOf(proxy->SetSchedule(*m_arguments.everySeconds)));
    if (m_arguments.pauseSeconds)
        ENTRACTE_TRY(valueOf(proxy->PauseSchedule(
            *m_arguments.pauseSeconds == 0
                ? 0
                : QDateTime::currentMSecsSinceEpoch() + *m_arguments.pauseSeconds * qint64{1000})));
    if (m_arguments.keep)
        ENTRACTE_TRY(valueOf(proxy->SetRetention(keptRules(*m_arguments.keep))));
    if (m_arguments.resumeAutomatically)
        ENTRACTE_TRY(valueOf(proxy->SetResumeAutomatically(*m_arguments.resumeAutomatically)));
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    say("Session " + nameOf(now) + ": " + scheduleText(now) + ".");
    if (m_arguments.keep && !now.retention.isEmpty())
        tellWhatGoes(now);
    return Json{{"session", toJson(now)}};
}

void Commands::tellWhatGoes(const SessionView& session) {
    auto reply = proxyOf(session)->Prune({}, true);
    reply.waitForFinished();
    if (reply.isError()) // the rules are set; a session that is busy cannot tell now
        return;
    const auto count = QStringList(reply.argumentAt<0>()).size();
    if (count > 0)
        say("At its next snapshot " + std::to_string(count) +
            (count == 1 ? " of those that are there goes" : " of those that are there go") +
            "; \"entracte prune " + session.id.toStdString() + " --dry-run\" lists " +
            (count == 1 ? "it." : "them."));
}

Result<Json> Commands::clipboard() {
    ENTRACTE_ASSIGN(found, session());
    const bool shared = m_arguments.clipboardShared == "on";
    ENTRACTE_TRY(valueOf(proxyOf(found)->SetClipboard(shared)));
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    say("Session " + nameOf(now) +
        (shared ? " shares its clipboard with the desktop that its window is on."
                : " keeps its clipboard to itself."));
    return Json{{"session", toJson(now)}};
}

Result<Json> Commands::limits() {
    ENTRACTE_ASSIGN(found, session());
    const auto proxy = proxyOf(found);
    if (m_arguments.memoryLimit || m_arguments.cpuLimit || m_arguments.processLimit)
        ENTRACTE_TRY(valueOf(proxy->SetLimits(
            {{"memoryBytes",
              static_cast<qulonglong>(m_arguments.memoryLimit.value_or(found.memoryLimit))},
             {"cpuPercent", m_arguments.cpuLimit.value_or(found.cpuLimitPercent)},
             {"processes", m_arguments.processLimit.value_or(found.processLimit)}})));
    auto reply = proxy->Usage();
    reply.waitForFinished();
    if (reply.isError())
        return fail(errorOf(reply.error()));
    const quint64 memory = reply.argumentAt<0>();
    const quint64 cpu = reply.argumentAt<1>();
    const uint processes = reply.argumentAt<2>();
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    const auto most = [](quint64 limit, const std::string& text) {
        return limit == 0 ? std::string("no limit") : "at most " + text;
    };
    say("memory     " + bytesText(memory) + ", " +
        most(now.memoryLimit, bytesText(now.memoryLimit)));
    say("processor  " + durationText(cpu) + ", " +
        most(now.cpuLimitPercent, std::to_string(now.cpuLimitPercent) + " %"));
    say("processes  " + std::to_string(processes) + ", " +
        most(now.processLimit, std::to_string(now.processLimit)));
    return Json{{"usage", {{"memory_bytes", memory}, {"cpu_us", cpu}, {"processes", processes}}},
                {"session", toJson(now)}};
}

Result<Json> Commands::windows() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    EntracteWindows windows;
    if (m_arguments.snapshot.empty()) {
        ENTRACTE_ASSIGN(now, valueOf(proxyOf(found)->ListWindows()));
        windows = now;
    } else {
        ENTRACTE_ASSIGN(snapshot, snapshotOf(overview, found));
        ENTRACTE_ASSIGN(then, valueOf(m_client.proxy<SnapshotProxy>(snapshot.path)->ListWindows()));
        windows = then;
    }
    Json list = Json::array();
    for (const EntracteWindow& window : windows) {
        say(printable(window.className) + "  " + printable(window.title));
        list.push_back({{"title", window.title.toStdString()},
                        {"class", window.className.toStdString()},
                        {"x", window.x},
                        {"y", window.y},
                        {"width", window.width},
                        {"height", window.height}});
    }
    return Json{{"windows", std::move(list)}};
}

Result<Json> Commands::picture() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    ENTRACTE_ASSIGN(snapshot, snapshotOf(overview, found));
    ENTRACTE_ASSIGN(png, valueOf(m_client.proxy<SnapshotProxy>(snapshot.path)->Thumbnail()));
    QFile from;
    QFile to(QString::fromStdString(m_arguments.output));
    const bool toOutput = m_arguments.output == "-";
    if (!from.open(png.fileDescriptor(), QIODevice::ReadOnly) ||
        !(toOutput ? to.open(STDOUT_FILENO, QIODevice::WriteOnly)
                   : to.open(QIODevice::WriteOnly | QIODevice::Truncate)))
        return fail(ErrorCode::System, "The picture could not be written.",
                    to.errorString().toStdString());
    const QByteArray content = from.readAll();
    if (to.write(content) != content.size() || !to.flush())
        return fail(ErrorCode::NoSpace, "The picture could not be written.",
                    to.errorString().toStdString());
    if (!toOutput)
        say("Wrote the picture of snapshot " + snapshot.id.toStdString() + ".");
    return Json{{"snapshot", snapshot.id.toStdString()}, {"bytes", content.size()}};
}

Result<Json> Commands::attach() {
    ENTRACTE_ASSIGN(found, session());
    return finishOn(found, proxyOf(found)->Attach(screenOptions(m_arguments)),
                    "Session " + nameOf(found) + " has a screen.");
}

Result<Json> Commands::detach() {
    ENTRACTE_ASSIGN(found, session());
    return finishOn(found, proxyOf(found)->Detach(),
                    "Session " + nameOf(found) + " goes on without a screen.");
}

Result<Json> Commands::stop() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    if (runs(found))
        ENTRACTE_TRY(confirm(m_arguments, questionOfStop(found, overview.snapshotsOf(found))));
    return finishOn(found, proxyOf(found)->Stop(), "Session " + nameOf(found) + " has ended.");
}

Result<Json> Commands::remove() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    Json deleted{{"session", found.id.toStdString()}};
    const auto all = overview.snapshotsOf(found);
    if (m_arguments.snapshot.empty()) {
        if (!runs(found)) // or else it is refused
            ENTRACTE_TRY(confirm(m_arguments, questionOfDelete(found, all)));
        ENTRACTE_TRY(valueOf(proxyOf(found)->Delete()));
        say("Deleted session " + nameOf(found) + ".");
    } else {
        ENTRACTE_ASSIGN(snapshot, findSnapshot(overview, found, m_arguments.snapshot));
        ENTRACTE_TRY(confirm(m_arguments, questionOfDelete(found, all, snapshot)));
        ENTRACTE_TRY(valueOf(m_client.proxy<SnapshotProxy>(snapshot.path)->Delete()));
        deleted["snapshot"] = snapshot.id.toStdString();
        say("Deleted snapshot " + snapshot.id.toStdString() + " of " + nameOf(found) + ".");
    }
    return Json{{"deleted", std::move(deleted)}};
}

Result<Json> dispatch(Commands& commands, const Client& client, const Arguments& arguments) {
    switch (arguments.verb) {
    case Verb::Start:
        return commands.start();
    case Verb::Exec:
        return commands.exec();
    case Verb::List:
        return commands.list();
    case Verb::Show:
        return commands.show();
    case Verb::Snapshot:
        return commands.save(false);
    case Verb::Suspend:
        return commands.save(true);
    case Verb::Resume:
        return commands.resume();
    case Verb::Rollback:
        return commands.rollback();
    case Verb::Clone:
        return commands.clone();
    case Verb::Rename:
        return commands.rename();
    case Verb::Comment:
        return commands.comment();
    case Verb::Pin:
        return commands.pin(true);
    case Verb::Unpin:
        return commands.pin(false);
    case Verb::Schedule:
        return commands.schedule();
    case Verb::Limits:
        return commands.limits();
    case Verb::Clipboard:
        return commands.clipboard();
    case Verb::Windows:
        return commands.windows();
    case Verb::Picture:
        return commands.picture();
    case Verb::Attach:
        return commands.attach();
    case Verb::Detach:
        return commands.detach();
    case Verb::Stop:
        return commands.stop();
    case Verb::Delete:
        return commands.remove();
    case Verb::Check:
        return checkStore(client, arguments);
    case Verb::Gc:
        return collectGarbage(client, arguments);
    case Verb::Prune:
        return pruneSession(client, arguments);
    default: // those that are not asked here
        break;
    }
    return fail(ErrorCode::Internal, "There is no such command.");
}

Error askedInside() {
    return {
        ErrorCode::System,
        "This terminal is in a session, and Entracte is outside of it.",
        {},
        "\"entracte-save\" saves this session when it is not private; everything else is asked for "
        "outside."};
}

} // namespace

int run(const Arguments& arguments) {
    registerEntracteTypes();
    const Client client(arguments.sessionBus ? QDBusConnection::sessionBus()
                                             : QDBusConnection::systemBus());
    if (arguments.verb == Verb::Doctor)
        return doctor(client, arguments.json);
    if (isOfRemotes(arguments.verb))
        return remoteCommand(arguments);
    if (arguments.verb == Verb::MoveReceive)
        return moveReceive(client, arguments);
    if (arguments.verb == Verb::Hosts)
        return listHosts(arguments);
    if (const auto reachable = client.reachable(); !reachable)
        return report(insideSession() ? askedInside() : reachable.error(), arguments.json,
                      Client::kHelperUnreachableStatus);
    if (arguments.verb == Verb::Push)
        return push(client, arguments);
    if (arguments.verb == Verb::Pull)
        return pull(client, arguments);
    if (arguments.verb == Verb::Resume)
        if (const auto ours = takeBeforeResume(client, arguments); !ours)
            return report(ours.error(), arguments.json);
    if (arguments.dryRun && (arguments.verb == Verb::Snapshot || arguments.verb == Verb::Suspend))
        return dryRun(client, arguments);
    if (arguments.verb == Verb::Copy)
        return copyFile(client, arguments);
    if (arguments.verb == Verb::Export || arguments.verb == Verb::Import)
        return transfer(client, arguments);
    if (arguments.verb >= Verb::VaultCreate && arguments.verb <= Verb::VaultDelete)
        return vault(client, arguments);
    if (arguments.verb == Verb::Vnc)
        return vnc(client, arguments);
    if (arguments.verb == Verb::Move)
        return arguments.automatic ? moveAnywhere(client, arguments)
                                   : moveSession(client, arguments);
    if (arguments.verb == Verb::Evacuate)
        return evacuate(client, arguments);
    Commands commands(client, arguments);
    auto result = dispatch(commands, client, arguments);
    if (!result && result.error().code() == ErrorCode::VaultLocked && canAsk(arguments)) {
        if (const auto unlocked = unlockAsking(client); !unlocked)
            return report(unlocked.error(), arguments.json);
        result = dispatch(commands, client, arguments);
    }
    return conclude(result, arguments.json);
}

} // namespace entracte::cli
