#include "app/desktop/widgets/MainWindow.h"

#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/ExportDialog.h"
#include "app/desktop/widgets/FilesDialog.h"
#include "app/desktop/widgets/Icons.h"
#include "app/desktop/widgets/ImportDialog.h"
#include "app/desktop/widgets/NewSessionDialog.h"
#include "app/desktop/widgets/PreferencesDialog.h"
#include "app/desktop/widgets/RepositoryDialogs.h"
#include "app/desktop/widgets/VaultDialog.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QScreen>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

#include <unistd.h>

namespace entracte::desktop {

namespace {
constexpr int kPatienceMs = 400; // until it is said that the helper is being looked for
constexpr int kFrame = 16;       // pixels; about what a window manager adds at each side
} // namespace

MainWindow::MainWindow(Desk& desk)
    : m_desk(desk), m_actions(desk, this), m_sessions(desk.catalog.sessions, desk.deletions),
      m_snapshots(desk.catalog.snapshots, desk.deletions) {
    setWindowTitle(tr("Entracte"));
    // Nothing is shown until a session is chosen.
    m_snapshots.setSession("/");
    makeActions();
    buildUi();
    connectModels();
    const auto room = screen()->availableGeometry().size() - QSize(kFrame, 2 * kFrame);
    resize(QSize(1080, 700).boundedTo(room));
    restoreGeometry(desk.settings.bytes("window/geometry"));
    m_split->restoreState(desk.settings.bytes("window/split"));
    m_inner->restoreState(desk.settings.bytes("window/inner"));
    m_lastSession = desk.settings.bytes("window/session");
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &MainWindow::refreshPage);
    m_patience.start(kPatienceMs);
    refreshBanner();
    refreshPage();
}

void MainWindow::makeActions() {
    const auto make = [this](const QString& icon, const QString& text, const QKeySequence& keys,
                             auto run) {
        auto* const action = new QAction(actionIcon(icon), text, this);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, run);
        addAction(action);
        return action;
    };
    m_new = make("add", tr("&New session…"), QKeySequence("Ctrl+N"), [this] { newSession(); });
    m_find = make("search", tr("&Search"), QKeySequence("Ctrl+F"), [this] {
        m_search->setFocus(Qt::ShortcutFocusReason);
        m_search->selectAll();
    });
    m_import = make("import", tr("&Import…"), QKeySequence("Ctrl+O"), [this] { importSession(); });
    m_pull = make("pull", tr("&Fetch from a repository…"), QKeySequence("Ctrl+Shift+O"),
                  [this] { (new PullDialog(m_desk, this))->open(); });
    m_encryption =
        make("lock", tr("&Encryption…"), QKeySequence("Ctrl+K"), [this] { showEncryption(); });
    m_undo = make("undo", tr("&Undo deleting"), QKeySequence("Ctrl+Z"),
                  [this] { m_desk.deletions.undo(); });
    m_check = make("doctor", tr("&Check this computer"), QKeySequence("Ctrl+D"),
                   [this] { checkComputer(); });
    m_verify =
        make("check", tr("&Verify snapshots"), QKeySequence("Ctrl+Shift+V"), [this] { verify(); });
    m_preferences = make("settings", tr("&Preferences…"), QKeySequence("Ctrl+,"),
                         [this] { PreferencesDialog(m_desk, m_hasTray, this).exec(); });
    m_shortcuts = make("keyboard", tr("&Keyboard shortcuts"), QKeySequence("Ctrl+/"),
                       [this] { ShortcutsDialog(actions(), this).exec(); });
    m_about = make("info", tr("&About Entracte"), {}, [this] { about(); });
    m_close = make("close", tr("Close the &window"), QKeySequence("Ctrl+W"), [this] { close(); });
    m_quit = make("quit", tr("&Quit"), QKeySequence("Ctrl+Q"), [this] { emit quitAsked(); });
    auto* const next = new QShortcut(QKeySequence(Qt::Key_F6), this);
    connect(next, &QShortcut::activated, this, &MainWindow::nextPart);
}

void MainWindow::connectModels() {
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &MainWindow::chooseSession);
    connect(m_timeline->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &MainWindow::chooseSnapshot);
    for (auto* const filter : {&m_sessions, &m_snapshots}) {
        connect(filter, &QAbstractItemModel::rowsInserted, this, &MainWindow::refreshPage);
        connect(filter, &QAbstractItemModel::rowsRemoved, this, &MainWindow::refreshPage);
        connect(filter, &QAbstractItemModel::modelReset, this, &MainWindow::refreshPage);
    }
    // Each is about one moment: the newest one is what one wants to see.
    connect(&m_snapshots, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) {
                if (first == 0 && last == 0)
                    m_timeline->setCurrentIndex(m_snapshots.index(0, 0));
            });
    connect(&m_desk.catalog, &Catalog::loaded, this, [this] {
        m_loaded = true;
        refreshPage();
    });
    connect(&m_desk.link, &HelperLink::reachChanged, this, [this](HelperLink::Reach reach) {
        if (reach == HelperLink::Reach::Missing || reach == HelperLink::Reach::Refused)
            checkComputer();
        else if (reach == HelperLink::Reach::Here && m_checking && !m_loaded)
            m_checking = false;
        refreshBanner();
        refreshPage();
    });
    connect(&m_desk.catalog.jobs, &JobModel::activityChanged, m_list->viewport(),
            qOverload<>(&QWidget::update));
    connect(&m_desk.catalog.jobs, &JobModel::finished, this, [this](const JobState& job) {
        if (m_ownStarts.remove(job.path) && job.job.error.isEmpty())
            showSession(job.job.result);
        if (job.job.kind == "check" && std::exchange(m_verifying, false) &&
            job.job.error.isEmpty()) {
            auto* const told = new QMessageBox(QMessageBox::NoIcon, tr("Verify snapshots"),
                                               tr("Every snapshot is as it was written."),
                                               QMessageBox::Close, this);
            tellPlainly(*told, tr("All that they hold was read and compared."));
            told->setAttribute(Qt::WA_DeleteOnClose);
            told->open();
        }
    });
    connect(&m_desk.actions, &Actions::startBegun, this,
            [this](const QString& job) { m_ownStarts.insert(job); });
    connect(&m_desk.transfers, &Transfers::imported, this, &MainWindow::showSession);
    connect(&m_desk.vault, &Vault::changed, m_timeline->viewport(),
            qOverload<>(&QWidget::update)); // the locks on its cards
    connect(&m_desk.vault, &Vault::changed, this, &MainWindow::refreshBanner);
    connect(&m_actions, &SessionActions::updated, this, &MainWindow::refreshBanner);
    for (auto* const view : {m_list, m_timeline}) // programs' icons, and pictures
        connect(&m_desk.pictures, &Pictures::arrived, view->viewport(),
                qOverload<>(&QWidget::update));
    connect(&m_desk.deletions, &Deletions::changed, this,
            [this] { m_undo->setEnabled(!m_desk.deletions.waiting().isEmpty()); });
    m_undo->setEnabled(false);
}

void MainWindow::chooseSession() {
    const auto path = m_list->currentIndex().data(PathRole).toString();
    m_snapshots.setSession(path.isEmpty() ? QString("/") : path);
    m_header->show(path);
    m_timeline->setCurrentIndex(m_snapshots.index(0, 0));
    chooseSnapshot();
    refreshPage();
}

void MainWindow::chooseSnapshot() {
    const auto snapshot = m_timeline->currentIndex().data(PathRole).toString();
    m_actions.choose(m_list->currentIndex().data(PathRole).toString(), snapshot);
    m_panel->show(snapshot);
}

void MainWindow::showSession(const QString& path) {
    m_search->clear();
    const auto index = m_sessions.indexOf(path);
    if (index.isValid())
        m_list->setCurrentIndex(index);
}

void MainWindow::showSnapshot(const QString& session, const QString& snapshot) {
    showSession(session);
    const auto index = m_snapshots.indexOf(snapshot);
    if (index.isValid())
        m_timeline->setCurrentIndex(index);
}

void MainWindow::refreshPage() {
    if (m_sessions.rowCount() > 0 && !m_list->currentIndex().isValid()) {
        const auto last = m_sessions.indexOf(m_lastSession);
        m_list->setCurrentIndex(last.isValid() ? last : m_sessions.index(0, 0));
    }
    m_history->setCurrentIndex(m_snapshots.rowCount() > 0 ? 0 : m_snapshots.isSearching() ? 2 : 1);
    if (m_snapshots.rowCount() > 0 && !m_timeline->currentIndex().isValid())
        m_timeline->setCurrentIndex(m_snapshots.index(0, 0));
    const auto* const session =
        m_desk.catalog.sessions.find(m_list->currentIndex().data(PathRole).toString());
    if (session)
        m_noSnapshot->setText(
            tr("No snapshot yet"),
            isAlive(*session) ? tr("A snapshot keeps everything as it is at that moment: programs, "
                                   "windows, what is not saved yet. You can come back to it later, "
                                   "even after the computer was turned off.")
                              : stateExplained(*session, nullptr));
    // Who has closed the check's page is not told that anybody is still looking.
    const auto reach = m_desk.link.reach();
    const bool isMissing =
        reach == HelperLink::Reach::Missing || reach == HelperLink::Reach::Refused;
    m_waiting->setText(isMissing && !m_desk.link.why().isEmpty()
                           ? m_desk.link.why()
                           : tr("Looking for Entracte's helper…"),
                       {});
    QWidget* page = m_patience.isActive() ? m_blank : m_waiting;
    if (m_checking)
        page = m_checkPage;
    else if (session)
        page = m_header->parentWidget();
    else if (m_sessions.isSearching() && m_sessions.rowCount() == 0)
        page = m_noneFound;
    else if (m_loaded)
        page = m_noSession;
    m_pages->setCurrentWidget(page);
    m_list->setVisible(m_sessions.rowCount() > 0);
    const bool here = reach == HelperLink::Reach::Here;
    m_new->setEnabled(here);
    m_import->setEnabled(here);
    m_pull->setEnabled(here);
    m_encryption->setEnabled(here);
    m_verify->setEnabled(here && m_desk.catalog.snapshots.rowCount() > 0);
}

void MainWindow::refreshBanner() {
    const auto reach = m_desk.link.reach();
    if (reach == HelperLink::Reach::Gone) {
        m_bannerText->setText(tr("%1 Your sessions go on, and snapshots are safe. What you see is "
                                 "how it was.")
                                  .arg(m_desk.link.why()));
        m_bannerButton->setText(tr("Start it again"));
        m_bannerButton->show();
        m_banner->show();
    } else if (nothingIsSaved()) {
        m_bannerText->setText(
            tr("Locked: nothing is saved of what runs, not by itself and not when "
               "you ask, until you unlock your snapshots."));
        m_bannerButton->setText(tr("Unlock…"));
        m_bannerButton->show();
        m_banner->show();
    } else if (!m_hasTray && !m_desk.settings.flag("window/trayHintSeen")) {
        m_bannerText->setText(tr("This desktop shows no tray. Entracte works in this window alone; "
                                 "closing it ends the application, and sessions go on."));
        m_bannerButton->setText(tr("Understood"));
        m_bannerButton->show();
        m_banner->show();
    } else {
        m_banner->hide();
    }
}

bool MainWindow::nothingIsSaved() const {
    if (m_desk.vault.state() != Vault::State::Locked)
        return false;
    const auto& sessions = m_desk.catalog.sessions;
    for (int row = 0; row < sessions.rowCount(); ++row)
        if (sessions.at(row).owner == ::getuid() && isAlive(sessions.at(row)))
            return true;
    return false;
}

void MainWindow::setTray(bool there) {
    m_hasTray = there;
    refreshBanner();
}

void MainWindow::search(const QString& words) {
    // A session is found by its own words or by those of its snapshots.
    m_sessions.setSearch(words);
    if (!words.isEmpty() && m_sessions.rowCount() == 0) {
        m_sessions.setSearch({});
        m_snapshots.setSearch(words);
    } else {
        m_snapshots.setSearch({});
    }
    refreshPage();
}

void MainWindow::nextPart() {
    const QList<QWidget*> parts{m_search, m_list, m_timeline};
    const auto at = parts.indexOf(focusWidget());
    for (int step = 1; step <= parts.size(); ++step) {
        auto* const part = parts[(at + step) % parts.size()];
        if (part->isVisible())
            return part->setFocus(Qt::ShortcutFocusReason);
    }
}

void MainWindow::newSession() {
    if (m_desk.link.reach() != HelperLink::Reach::Here)
        return;
    NewSessionDialog dialog(m_desk, this);
    if (dialog.exec() == QDialog::Accepted)
        m_desk.actions.start(dialog.request());
}

void MainWindow::importSession(const QString& file) {
    const auto chosen = file.isEmpty() ? ImportDialog::chooseFile(this) : file;
    if (!chosen.isEmpty())
        (new ImportDialog(m_desk, chosen, this))->open();
}

void MainWindow::exportNewest(const QString& session) {
    showSession(session);
    const auto newest = m_desk.catalog.snapshots.newest(1, session);
    if (!newest.isEmpty())
        (new ExportDialog(m_desk, newest.first().path, this))->open();
}

void MainWindow::showEncryption() {
    (new VaultDialog(m_desk, this))->open();
}

void MainWindow::tellExported(const QString& session, const QString& file, quint64 bytes) {
    auto* const told = new QMessageBox(QMessageBox::NoIcon, tr("Export"),
                                       jobDone("export", m_desk.actions.nameOf(session)) + '.',
                                       QMessageBox::Close, this);
    tellPlainly(*told, tr("%1 (%2)", "a file, its size").arg(printable(file), sizeText(bytes)));
    auto* const folder = told->addButton(tr("&Show the folder"), QMessageBox::ActionRole);
    connect(folder, &QPushButton::clicked, this,
            [file] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(file).path())); });
    told->setAttribute(Qt::WA_DeleteOnClose);
    told->open();
}

void MainWindow::askWhichFiles(const Return& what) {
    m_desk.actions.changedFiles(what, this, [this, what](const EntracteChangedFiles& files) {
        (new FilesDialog(m_desk, what, files, this))->open();
    });
}

void MainWindow::verify() {
    m_verifying = true;
    m_desk.actions.verify();
}

void MainWindow::checkComputer() {
    m_checking = true;
    refreshPage();
    m_checkPage->setFocus();
    m_checkPage->check();
}

void MainWindow::about() {
    QMessageBox box(QMessageBox::NoIcon, tr("About Entracte"),
                    tr("Entracte %1").arg(QApplication::applicationVersion()), QMessageBox::Close,
                    this);
    box.setIconPixmap(applicationIcon().pixmap(QSize(64, 64), devicePixelRatioF()));
    box.setInformativeText(
        tr("Saves running desktop sessions and brings them back.\n\nFree software "
           "under the GNU General Public License, version 3 or later."));
    box.exec();
}

void MainWindow::raiseUp() {
    if (isMinimized())
        showNormal();
    show();
    raise();
    activateWindow();
}

bool MainWindow::event(QEvent* event) {
    if (event->type() == QEvent::Paint && !std::exchange(m_painted, true))
        QTimer::singleShot(0, this, [this] {
            setWindowIcon(applicationIcon());
            emit firstPainted();
        });
    return QMainWindow::event(event);
}

// In a line of text, Ctrl+E goes to its end; here it ends a session wherever the keyboard is.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_search && event->type() == QEvent::ShortcutOverride) {
        const auto keys = static_cast<QKeyEvent*>(event)->keyCombination();
        if (QKeySequence(keys) == m_actions.end->shortcut()) {
            event->ignore();
            return true;
        }
    }
    return QMainWindow::eventFilter(watched, event);
}

// Closed, or hidden because everything ends.
void MainWindow::hideEvent(QHideEvent* event) {
    QMainWindow::hideEvent(event);
    auto& settings = m_desk.settings;
    settings.setBytes("window/geometry", saveGeometry());
    settings.setBytes("window/split", m_split->saveState());
    settings.setBytes("window/inner", m_inner->saveState());
    settings.setBytes("window/session", m_list->currentIndex().data(PathRole).toByteArray());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_hasTray && m_desk.settings.staysInTray()) {
        hide();
        event->ignore();
        return;
    }
    event->accept();
    emit quitAsked();
}

} // namespace entracte::desktop
