#include "app/desktop/Tray.h"

#include "app/desktop/widgets/Appearance.h"

#include <QApplication>
#include <QDateTime>

#include <algorithm>

namespace entracte::desktop {

namespace {
constexpr int kNewest = 5;
constexpr int kMostSessions = 15; // a menu is no list of hundreds
constexpr int kLongest = 40;      // characters of a name or a comment
constexpr int kSteps = 24;        // pictures of a whole piece of work

// As it stands in a menu: printable, and no wider than menus are; "&" would underline a letter.
QString inMenu(const QString& name) {
    auto text = printable(name);
    if (text.size() > kLongest) {
        const bool halved = text[kLongest - 2].isHighSurrogate();
        text = text.left(kLongest - (halved ? 2 : 1)).trimmed() + QChar(0x2026);
    }
    return text.replace('&', "&&");
}
} // namespace

Tray::Tray(Desk& desk, QObject* parent) : QObject(parent), m_desk(desk) {
    m_icon.setContextMenu(&m_menu);
    connect(&m_icon, &QSystemTrayIcon::activated, this,
            [this](QSystemTrayIcon::ActivationReason reason) {
                if (reason == QSystemTrayIcon::MiddleClick)
                    m_desk.actions.snapshotAll();
                else if (reason == QSystemTrayIcon::Trigger ||
                         reason == QSystemTrayIcon::DoubleClick)
                    emit openAsked();
            });
    connect(&m_menu, &QMenu::aboutToShow, this, &Tray::fillMenu);
    m_soon.setSingleShot(true);
    m_soon.setInterval(50);
    const auto soon = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    connect(&m_soon, &QTimer::timeout, this, [this] {
        refreshIcon();
        // A menu that goes over the bus is asked for before it is shown: it must be there.
        if (!m_menu.isVisible())
            fillMenu();
    });
    connect(&desk.catalog.jobs, &JobModel::activityChanged, this, soon);
    connect(&desk.troubles, &Troubles::changed, this, soon);
    connect(&desk.link, &HelperLink::reachChanged, this, soon);
    connect(&desk.deletions, &Deletions::changed, this, soon);
    for (QAbstractItemModel* model : std::initializer_list<QAbstractItemModel*>{
             &desk.catalog.sessions, &desk.catalog.snapshots}) {
        connect(model, &QAbstractItemModel::dataChanged, this, soon);
        connect(model, &QAbstractItemModel::rowsInserted, this, soon);
        connect(model, &QAbstractItemModel::rowsRemoved, this, soon);
        connect(model, &QAbstractItemModel::modelReset, this, soon);
    }
    refreshIcon();
    fillMenu();
    m_icon.show();
}

void Tray::refreshIcon() {
    const auto& sessions = m_desk.catalog.sessions;
    QStringList interrupted;
    int alive = 0;
    for (int row = 0; row < sessions.rowCount(); ++row) {
        if (sessions.at(row).state == "interrupted")
            interrupted.append(printable(sessions.at(row).name));
        alive += isAlive(sessions.at(row)) ? 1 : 0;
    }
    const int running = m_desk.catalog.jobs.running();
    auto activity = Activity::Idle;
    QString tip = alive > 0 ? tr("%n session(s) running", nullptr, alive) : tr("No session runs");
    if (running > 0) {
        activity = Activity::Working;
        const auto& job = m_desk.catalog.jobs.at(0);
        tip = jobSentence(job.job.kind, m_desk.actions.nameOf(job.job.session));
    } else if (!m_desk.troubles.all().isEmpty()) {
        activity = Activity::Attention;
        tip = m_desk.troubles.all().last().trouble.title;
    } else if (!interrupted.isEmpty()) {
        activity = Activity::Attention;
        tip = tr("Interrupted: %1").arg(interrupted.join(", "));
    } else if (m_desk.link.reach() == HelperLink::Reach::Gone ||
               m_desk.link.reach() == HelperLink::Reach::Missing) {
        activity = Activity::Attention;
        tip = m_desk.link.why();
    }
    const int step =
        activity == Activity::Working ? qRound(m_desk.catalog.jobs.fraction() * kSteps) : 0;
    if (activity != m_shown || step != m_shownStep)
        m_icon.setIcon(trayIcon(activity, double(step) / kSteps));
    m_shown = activity;
    m_shownStep = step;
    m_icon.setToolTip(tr("Entracte: %1").arg(tip));
}

void Tray::fillMenu() {
    const bool here = m_desk.link.reach() == HelperLink::Reach::Here;
    const auto& sessions = m_desk.catalog.sessions;
    bool any = false;
    for (int row = 0; row < sessions.rowCount(); ++row)
        any = any || canSnapshot(sessions.at(row));
    m_menu.clear();
    auto* const save = m_menu.addAction(actionIcon("snapshot"), tr("&Snapshot now"), this,
                                        [this] { m_desk.actions.snapshotAll(); });
    save->setToolTip(tr("Save every running session"));
    save->setEnabled(here && any);
    addSessions();
    addSnapshots();
    m_menu.addSeparator();
    addPause();
    auto* const fresh =
        m_menu.addAction(actionIcon("add"), tr("&New session…"), this, &Tray::newSessionAsked);
    fresh->setEnabled(here);
    m_menu.addAction(actionIcon("import"), tr("&Import…"), this, &Tray::importAsked)
        ->setEnabled(here);
    m_menu.addAction(actionIcon("window"), tr("&Open Entracte"), this, &Tray::openAsked);
    m_menu.addSeparator();
    m_menu.addAction(actionIcon("quit"), tr("&Quit"), this, &Tray::quitAsked);
}

// Those that are alive count more than those that are not, and new ones more than old ones.
QList<int> Tray::rowsOfSessions() const {
    const auto& sessions = m_desk.catalog.sessions;
    QList<int> rows;
    for (int row = sessions.rowCount() - 1; row >= 0; --row)
        if (!m_desk.deletions.isHidden(sessions.at(row).path))
            rows.append(row);
    std::stable_partition(rows.begin(), rows.end(),
                          [&](int row) { return isAlive(sessions.at(row)); });
    return rows;
}

void Tray::addSessions() {
    const auto& sessions = m_desk.catalog.sessions;
    const auto rows = rowsOfSessions();
    if (!rows.isEmpty())
        m_menu.addSection(tr("Sessions"));
    for (const int row : rows.first(std::min<qsizetype>(rows.size(), kMostSessions))) {
        const auto& session = sessions.at(row);
        auto* const one = m_menu.addMenu(
            programIcon(m_desk.programs, session.command),
            tr("%1 — %2", "a session, its state")
                .arg(inMenu(session.name),
                     stateText(session, m_desk.catalog.snapshots.newestOf(session.path))));
        const auto* const job = m_desk.catalog.jobs.runningFor(session.path);
        const bool idle = !job && m_desk.link.reach() == HelperLink::Reach::Here;
        const auto add = [&](const QString& icon, const QString& text, bool enabled, auto run) {
            one->addAction(actionIcon(icon), text, this, run)->setEnabled(idle && enabled);
        };
        const auto path = session.path;
        auto& actions = m_desk.actions;
        if (isAlive(session)) {
            add("snapshot", tr("Snapshot now"), canSnapshot(session),
                [&actions, path] { actions.snapshot(path); });
            add("suspend", tr("Suspend"), canSnapshot(session),
                [&actions, path] { actions.suspend(path); });
            if (session.state == "detached")
                add("screen", tr("Show here"), true, [&actions, path] { actions.attach(path); });
        } else {
            add("resume", tr("Resume"), canResume(session),
                [&actions, path] { actions.resume(path); });
        }
        one->addSeparator();
        add("export", tr("Export…"), !m_desk.catalog.snapshots.newest(1, path).isEmpty(),
            [this, path] { emit exportAsked(path); });
        one->addAction(actionIcon("window"), tr("Open"), this,
                       [this, path] { emit sessionAsked(path); });
    }
    if (const auto more = static_cast<int>(rows.size()) - kMostSessions; more > 0)
        m_menu.addAction(actionIcon("window"), tr("%n more session(s)…", nullptr, more), this,
                         &Tray::openAsked);
}

// Only where something is planned.
void Tray::addPause() {
    const auto& sessions = m_desk.catalog.sessions;
    const auto now = QDateTime::currentDateTime();
    bool planned = false;
    bool paused = false;
    for (int row = 0; row < sessions.rowCount(); ++row) {
        planned = planned || sessions.at(row).scheduleSeconds > 0;
        paused = paused || sessions.at(row).pausedUntilUnixMs > now.toMSecsSinceEpoch();
    }
    if (!planned)
        return;
    auto* const pause = m_menu.addMenu(actionIcon("clock"), tr("&Pause automatic snapshots"));
    const auto add = [&](const QString& text, auto until) {
        pause->addAction(text, this, [this, until] {
            m_desk.actions.pauseSchedules(until(QDateTime::currentDateTime()).toMSecsSinceEpoch());
        });
    };
    add(tr("For 30 minutes"), [](const QDateTime& from) { return from.addSecs(30 * 60); });
    add(tr("For 3 hours"), [](const QDateTime& from) { return from.addSecs(3 * 3600); });
    add(tr("Until tomorrow"),
        [](const QDateTime& from) { return from.date().addDays(1).startOfDay(); });
    if (paused) {
        pause->addSeparator();
        pause->addAction(tr("Go on now"), this, [this] { m_desk.actions.pauseSchedules(0); });
    }
}

void Tray::addSnapshots() {
    bool first = true;
    for (const auto& snapshot : m_desk.catalog.snapshots.newest(kNewest)) {
        const auto* const session = m_desk.catalog.sessions.find(snapshot.session);
        if (!session || m_desk.deletions.isHidden(snapshot.path))
            continue;
        if (std::exchange(first, false))
            m_menu.addSection(tr("Newest snapshots"));
        auto* const resume = m_menu.addAction(
            actionIcon("resume"),
            tr("%1: %2, %3", "a session, a snapshot of it, a time")
                .arg(inMenu(session->name), inMenu(snapshotTitle(snapshot)),
                     timeText(snapshot.takenUnixMs)),
            this, [this, snapshot] {
                const auto* const now = m_desk.catalog.sessions.find(snapshot.session);
                if (!now || !isAlive(*now))
                    return m_desk.actions.resume(snapshot.session, snapshot.path);
                emit snapshotAsked(snapshot.session, snapshot.path); // going back is asked about
            });
        resume->setEnabled(m_desk.link.reach() == HelperLink::Reach::Here);
        if (isAlive(*session))
            resume->setIcon(actionIcon("rollback"));
    }
}

} // namespace entracte::desktop
