#include "app/desktop/AtLogin.h"

#include <unistd.h>

namespace entracte::desktop {

namespace {

bool endedWithTheComputer(const SessionView& session, const SnapshotModel& snapshots) {
    const auto newest = snapshots.newest(1, session.path);
    if (newest.isEmpty())
        return false;
    return session.state == "interrupted" ||
           (session.state == "suspended" && newest.first().origin == "shutdown");
}

} // namespace

AtLogin::AtLogin(Desk& desk, QObject* parent) : QObject(parent), m_desk(desk) {
    connect(&desk.catalog, &Catalog::loaded, this, &AtLogin::look, Qt::SingleShotConnection);
}

void AtLogin::look() {
    QList<SessionView> waiting;
    const auto& sessions = m_desk.catalog.sessions;
    for (int row = 0; row < sessions.rowCount(); ++row) {
        const auto& session = sessions.at(row);
        if (session.owner != ::getuid() || m_desk.catalog.jobs.runningFor(session.path) ||
            !endedWithTheComputer(session, m_desk.catalog.snapshots))
            continue;
        if (session.resumeAutomatically)
            m_desk.actions.resume(session.path);
        else
            waiting.append(session);
    }
    if (!waiting.isEmpty())
        emit this->waiting(waiting);
}

} // namespace entracte::desktop
