// What one snapshot is asked, or told.

#include "app/cli/SessionCommands.h"

#include "app/cli/Lookup.h"

#include <QFile>

#include <unistd.h>

namespace entracte::cli {

Result<SnapshotView> SessionCommands::snapshotOf(const Overview& overview,
                                                 const SessionView& session) {
    return findSnapshot(overview, session,
                        m_arguments.snapshot.empty() ? "newest" : m_arguments.snapshot);
}

template <typename Change>
Result<Json> SessionCommands::edit(Change change, const std::string& sentence) {
    ENTRACTE_ASSIGN(overview, m_client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, m_arguments.session));
    ENTRACTE_ASSIGN(snapshot, snapshotOf(overview, found));
    ENTRACTE_TRY(valueOf(change(*m_client.proxy<SnapshotProxy>(snapshot.path))));
    ENTRACTE_ASSIGN(properties,
                    m_client.properties(snapshot.path, SnapshotProxy::staticInterfaceName()));
    say("Snapshot " + snapshot.id.toStdString() + " of " + nameOf(found) + " " + sentence);
    return Json{{"snapshot", toJson(snapshotView(snapshot.path, properties))}};
}

Result<Json> SessionCommands::comment() {
    return edit(
        [this](SnapshotProxy& snapshot) {
            return snapshot.SetComment(QString::fromStdString(m_arguments.comment));
        },
        "has a new comment.");
}

Result<Json> SessionCommands::pin(bool pinned) {
    return edit([pinned](SnapshotProxy& snapshot) { return snapshot.SetPinned(pinned); },
                pinned ? "is kept." : "is kept as long as the rules say.");
}

Result<Json> SessionCommands::windows() {
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

Result<Json> SessionCommands::picture() {
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

} // namespace entracte::cli
