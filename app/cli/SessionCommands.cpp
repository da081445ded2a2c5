#include "app/cli/SessionCommands.h"

#include "app/cli/CallerEnvironment.h"
#include "app/cli/Confirmation.h"
#include "app/cli/DesktopSessions.h"
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"
#include "app/cli/StartedProgram.h"

namespace entracte::cli {

std::string nameOf(const SessionView& session) {
    return "\"" + printable(session.name) + "\"";
}

QString keptRules(const std::string& typed) {
    return typed == "all" ? QString() : QString::fromStdString(typed);
}

bool runs(const SessionView& session) {
    return session.state == "running" || session.state == "detached";
}

Result<SessionView> SessionCommands::session() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    return findSession(overview, m_arguments.session);
}

Result<SessionView> SessionCommands::sessionAt(const QString& path) {
    ENTRACTE_ASSIGN(properties, m_client.properties(path, SessionProxy::staticInterfaceName()));
    return sessionView(path, properties);
}

Result<QString> SessionCommands::finish(QDBusPendingReply<QDBusObjectPath> reply) {
    ENTRACTE_ASSIGN(job, valueOf(reply));
    JobWatcher watcher(m_client, job.path(), !m_arguments.quiet);
    return watcher.wait();
}

Result<Json> SessionCommands::finishOn(const SessionView& session,
                                       QDBusPendingReply<QDBusObjectPath> reply,
                                       const std::string& sentence) {
    ENTRACTE_TRY(finish(std::move(reply)));
    ENTRACTE_ASSIGN(now, sessionAt(session.path));
    say(sentence);
    return Json{{"session", toJson(now)}};
}

Status SessionCommands::takeDesktop(QMap<QString, QString>& environment) {
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

Result<Json> SessionCommands::start() {
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
    if (!m_arguments.desktop.empty()) // logging out of it is its end
        options.insert("endsWithCommand", true);
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

Result<Json> SessionCommands::startFrom() {
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

Result<int> SessionCommands::execIn(const SessionView& session) {
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

Result<Json> SessionCommands::exec() {
    ENTRACTE_ASSIGN(found, session());
    ENTRACTE_ASSIGN(pid, execIn(found));
    return Json{{"session", found.id.toStdString()}, {"pid", pid}};
}

Result<Json> SessionCommands::list() {
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

Result<Json> SessionCommands::show() {
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

Result<Json> SessionCommands::rename() {
    ENTRACTE_ASSIGN(found, session());
    ENTRACTE_TRY(valueOf(proxyOf(found)->Rename(QString::fromStdString(m_arguments.name))));
    ENTRACTE_ASSIGN(now, sessionAt(found.path));
    say("Session " + nameOf(found) + " is called " + nameOf(now) + " now.");
    return Json{{"session", toJson(now)}};
}

Result<Json> SessionCommands::attach() {
    ENTRACTE_ASSIGN(found, session());
    return finishOn(found, proxyOf(found)->Attach(screenOptions(m_arguments)),
                    "Session " + nameOf(found) + " has a screen.");
}

Result<Json> SessionCommands::detach() {
    ENTRACTE_ASSIGN(found, session());
    return finishOn(found, proxyOf(found)->Detach(),
                    "Session " + nameOf(found) + " goes on without a screen.");
}

Result<Json> SessionCommands::stop() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    if (runs(found))
        ENTRACTE_TRY(confirm(m_arguments, questionOfStop(found, overview.snapshotsOf(found))));
    return finishOn(found, proxyOf(found)->Stop(), "Session " + nameOf(found) + " has ended.");
}

Result<Json> SessionCommands::remove() {
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

} // namespace entracte::cli
