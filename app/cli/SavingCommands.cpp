// What saves a session and brings it back.

#include "app/cli/SessionCommands.h"

#include "app/cli/CallerEnvironment.h"
#include "app/cli/Lookup.h"

#include <iostream>

namespace entracte::cli {

namespace {

bool isWholeId(const std::string& text) {
    return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace

Result<Json> SessionCommands::save(bool suspend) {
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

QVariantMap SessionCommands::screenHere(const SessionView& session) {
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
Result<T> SessionCommands::tellingChanges(const SessionView& session,
                                          const QDBusObjectPath& snapshot, Result<T> outcome) {
    if (outcome || outcome.error().code() != ErrorCode::FilesChanged)
        return outcome;
    if (const auto changed = valueOf(proxyOf(session)->ChangedFiles(snapshot)))
        for (const EntracteChangedFile& file : *changed)
            std::cerr << (file.removed ? "  removed  " : "  changed  ") << printable(file.path)
                      << '\n';
    return outcome;
}

Result<Json> SessionCommands::resume() {
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

Result<Json> SessionCommands::rollback() {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    ENTRACTE_ASSIGN(snapshot, findSnapshot(overview, found, m_arguments.snapshot));
    const QDBusObjectPath earlier(snapshot.path);
    return tellingChanges(found, earlier,
                          finishOn(found, proxyOf(found)->Rollback(earlier, screenHere(found)),
                                   "Session " + nameOf(found) + " is as it was at " +
                                       timeText(snapshot.takenUnixMs) + "."));
}

Result<SessionView> SessionCommands::cloneOf(const std::string& first, const std::string& name) {
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

Result<Json> SessionCommands::clone() {
    ENTRACTE_ASSIGN(session, cloneOf(m_arguments.session, m_arguments.name));
    say("Session " + nameOf(session) + " (" + session.id.toStdString() + ") runs beside it.");
    return Json{{"session", toJson(session)}};
}

} // namespace entracte::cli
