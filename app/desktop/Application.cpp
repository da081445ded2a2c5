#include "app/desktop/Application.h"

#include <QApplication>
#include <QTimer>

namespace entracte::desktop {

namespace {
constexpr int kLongestWithoutTrayMs = 10'000; // until somebody who sees nothing of us does
constexpr int kLatestRestMs = 2000;           // until there is a tray, whatever the window does
constexpr int kLongestGoodbyeMs = 5000;       // for answers, when everything ends
} // namespace

Application::Application(QDBusConnection helperBus)
    : m_programs(InstalledPrograms::ofPerson()), m_link(std::move(helperBus)),
      m_actions(m_link, m_catalog), m_pictures(m_link), m_transfers(m_link, m_catalog),
      m_vault(m_link), m_keyring(m_vault), m_desk{m_link,      m_catalog,  m_actions,  m_deletions,
                                                  m_troubles,  m_settings, m_programs, m_pictures,
                                                  m_transfers, m_vault,    m_keyring,  m_errands},
      m_appearance(m_settings), m_window(std::make_unique<MainWindow>(m_desk)), m_notifier(m_desk),
      m_atLogin(m_desk) {
    m_catalog.follow(m_link);
    connectParts();
}

Application::~Application() = default;

void Application::connectParts() {
    connect(&m_hotkey, &Hotkey::pressed, &m_actions, &Actions::snapshotAll);
    connect(&m_settings, &Settings::changed, this, &Application::followHotkey);
    connect(&m_catalog.jobs, &JobModel::finished, this, [this](const JobState& state) {
        if (m_transfers.ended(state))
            return;
        if (const auto what = m_actions.returnOf(state.job)) {
            openWindow();
            return m_window->askWhichFiles(*what);
        }
        if (state.job.error.isEmpty() || state.job.error == "Cancelled")
            return;
        auto trouble = troubleOf(state.job.kind, m_actions.subjectOf(state.job), state.job.error,
                                 state.job.message);
        if (m_catalog.sessions.find(state.job.session) && state.job.kind != "start")
            trouble.session = state.job.session;
        m_troubles.add(trouble);
    });
    connect(&m_catalog.sessions, &QAbstractItemModel::rowsRemoved, this, [this] {
        m_troubles.forget(
            [this](const QString& session) { return m_catalog.sessions.find(session) == nullptr; });
    });
    connect(&m_vault, &Vault::changed, &m_pictures, &Pictures::forget);
    connect(&m_actions, &Actions::failed, &m_troubles, &Troubles::add);
    connect(&m_keyring, &VaultKeyring::failed, &m_troubles, &Troubles::add);
    connect(&m_actions, &Actions::notRemoved, &m_deletions, &Deletions::refused);
    connect(&m_deletions, &Deletions::due, this,
            [this](const Deletions::Item& item) { m_actions.remove(item.path, item.isSession); });

    connect(&m_notifier, &Notifier::sessionAsked, this, [this](const QString& path) {
        openWindow();
        m_window->showSession(path);
    });
    connect(&m_notifier, &Notifier::snapshotAsked, this,
            [this](const QString& session, const QString& snapshot) {
                openWindow();
                m_window->showSnapshot(session, snapshot);
            });
    connect(&m_notifier, &Notifier::whyAsked, this, &Application::openWindow);
    connectTransfers();
    m_notifier.setQuietWhile([this] { return m_window->isActiveWindow(); });
    connect(m_window.get(), &MainWindow::quitAsked, this, &Application::quit);
}

void Application::awaitTray() {
    if (m_trayWatch)
        return;
    m_trayWatch = std::make_unique<TrayWatch>();
    // Not while an event is looked at.
    connect(m_trayWatch.get(), &TrayWatch::found, this, &Application::makeTray,
            Qt::QueuedConnection);
    connect(m_trayWatch.get(), &TrayWatch::notYet, this, [this] {
        if (!m_tray)
            m_window->setTray(false);
    });
    m_trayWatch->begin();
    if (m_background)
        QTimer::singleShot(kLongestWithoutTrayMs, this, [this] {
            if (!(m_tray && m_tray->isThere()) && !m_window->isVisible())
                openWindow();
        });
}

void Application::makeTray() {
    if (m_tray) // it comes and goes by itself
        return m_window->setTray(m_tray->isThere());
    m_tray = std::make_unique<Tray>(m_desk);
    connect(m_tray.get(), &Tray::openAsked, this, &Application::openWindow);
    connect(m_tray.get(), &Tray::newSessionAsked, this, [this] { perform("new-session"); });
    connect(m_tray.get(), &Tray::quitAsked, this, &Application::quit);
    connect(m_tray.get(), &Tray::sessionAsked, this, [this](const QString& path) {
        openWindow();
        m_window->showSession(path);
    });
    connect(m_tray.get(), &Tray::snapshotAsked, this,
            [this](const QString& session, const QString& snapshot) {
                openWindow();
                m_window->showSnapshot(session, snapshot);
            });
    connect(m_tray.get(), &Tray::exportAsked, this, [this](const QString& session) {
        openWindow();
        m_window->exportNewest(session);
    });
    connect(m_tray.get(), &Tray::importAsked, this, [this] { perform("import"); });
    m_window->setTray(m_tray->isThere());
}

void Application::connectTransfers() {
    connect(&m_transfers, &Transfers::failed, this,
            [this](const Trouble& trouble, const QString& session) {
                m_troubles.add(trouble);
                m_notifier.tellFailed(trouble, session);
            });
    connect(&m_errands, &Errands::failed, this,
            [this](const Trouble& trouble, const QString& session) {
                m_troubles.add(trouble);
                m_notifier.tellFailed(trouble, session);
            });
    connect(&m_errands, &Errands::done, &m_notifier, &Notifier::tellErrandDone);
    connect(&m_transfers, &Transfers::exported, this,
            [this](const QString& session, const QString& file, quint64 bytes) {
                if (QApplication::activeWindow())
                    m_window->tellExported(session, file, bytes);
                else
                    m_notifier.tellExported(session, file, bytes);
            });
}

void Application::openFiles(const QStringList& files) {
    openWindow();
    for (const auto& file : files)
        m_window->importSession(file);
}

void Application::followHotkey() {
    if (std::exchange(m_hotkeyShown, m_settings.hotkey()) == m_settings.hotkey())
        return;
    const auto problem =
        m_hotkey.setKeys(QKeySequence(m_settings.hotkey(), QKeySequence::PortableText));
    m_settings.setHotkeyProblem(problem);
}

void Application::begin(bool background) {
    QApplication::setQuitOnLastWindowClosed(false);
    if (background) // else the window shows them
        connect(&m_atLogin, &AtLogin::waiting, &m_notifier, &Notifier::tellWaiting);
    m_link.look();
    const auto makeTheRest = [this] {
        awaitTray();
        followHotkey();
    };
    m_background = background;
    if (background)
        return makeTheRest();
    // Neither is waited for by who wants to see the window; one that starts minimised has no first
    // picture.
    connect(m_window.get(), &MainWindow::firstPainted, this, makeTheRest);
    QTimer::singleShot(kLatestRestMs, this, makeTheRest);
    openWindow();
}

void Application::perform(const QString& action) {
    if (action == "quit")
        return quit();
    if (action == "snapshot-now") {
        m_actions.snapshotAll();
        return;
    }
    openWindow();
    if (action == "new-session")
        m_window->newSession();
    else if (action == "check")
        m_window->checkComputer();
    else if (action == "import")
        m_window->importSession();
}

void Application::openWindow() {
    if (m_tray) // one may have come
        m_window->setTray(m_tray->isThere());
    m_window->raiseUp();
}

void Application::quit() {
    // What the person deleted is deleted. Whether they may is asked of polkit while they are on the
    // bus: the answer is waited for, though not by them.
    m_deletions.deleteNow();
    m_window->hide();
    if (!m_actions.isRemoving())
        return QApplication::quit();
    connect(&m_actions, &Actions::allRemoved, qApp, [] { QApplication::quit(); });
    QTimer::singleShot(kLongestGoodbyeMs, qApp, [] { QApplication::quit(); });
}

} // namespace entracte::desktop
