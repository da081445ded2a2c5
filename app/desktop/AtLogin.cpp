#include "app/desktop/AtLogin.h"

#include <unistd.h>

namespace entracte::desktop {

namespace {

// Its windows went with the desktop that the person left.
bool lostItsScreen(const SessionView& session) {
    return session.state == "detached" && session.screen == "host";
}

bool endedWithTheComputer(const SessionView& session, const SnapshotModel& snapshots) {
    if (snapshots.newest(1, session.path).isEmpty())
        return false;
    return session.state == "interrupted" || (session.state == "suspended" && session.returnDue);
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
            (!lostItsScreen(session) && !endedWithTheComputer(session, m_desk.catalog.snapshots)))
            continue;
        if (session.resumeAutomatically && lostItsScreen(session))
            m_desk.actions.attach(session.path);
        else if (session.resumeAutomatically && session.returnDue)
            m_desk.actions.resume(session.path);
        else
            waiting.append(session);
    }
    if (!waiting.isEmpty())
        emit this->waiting(waiting);
}

} // namespace entracte::desktop
