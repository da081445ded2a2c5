#pragma once

// The window: sessions at one side, the timeline of the chosen one and its snapshots at the other,
// work and troubles at the foot. Thin: what it shows stands in the models, what it does in actions.

#include "app/desktop/model/Filters.h"
#include "app/desktop/widgets/CheckPage.h"
#include "app/desktop/widgets/JobsPanel.h"
#include "app/desktop/widgets/SessionHeader.h"
#include "app/desktop/widgets/SnapshotPanel.h"

#include <QMainWindow>
#include <QTimer>

class QLineEdit;
class QListView;
class QSplitter;
class QStackedWidget;

namespace entracte::desktop {

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Desk& desk);

    void setTray(bool there);
    bool hasTray() const { return m_hasTray; }
    void showSession(const QString& path);
    void showSnapshot(const QString& session, const QString& snapshot);
    void newSession();
    // Documents were changed outside: the person decides which count.
    void askWhichFiles(const Return& what);
    void verify();
    void checkComputer();
    // Shows what is in an exported session, and offers to import it; asks which when none is named.
    void importSession(const QString& file = {});
    void exportNewest(const QString& session);
    // The vault: makes, opens, locks it.
    void showEncryption();
    void tellExported(const QString& session, const QString& file, quint64 bytes);
    // Brings it before all others.
    void raiseUp();

signals:
    void quitAsked();
    // What the person need not wait for can be done now.
    void firstPainted();

protected:
    bool event(QEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* sidebar();
    QWidget* content();
    QWidget* sessionPage();
    void makeActions();
    void buildUi();
    void connectModels();
    void chooseSession();
    void chooseSnapshot();
    void refreshPage();
    void refreshBanner();
    bool nothingIsSaved() const; // of what runs: it is locked
    void search(const QString& words);
    void nextPart();
    void about();

    Desk& m_desk;
    SessionActions m_actions;
    Filter m_sessions;
    Filter m_snapshots;
    bool m_hasTray = true;
    bool m_loaded = false;
    bool m_checking = false;
    bool m_painted = false;
    bool m_verifying = false;
    QString m_lastSession;     // chosen when the window was last seen; an object path
    QSet<QString> m_ownStarts; // jobs whose session is shown when it is there

    QAction* m_new = nullptr;
    QAction* m_find = nullptr;
    QAction* m_import = nullptr;
    QAction* m_pull = nullptr;
    QAction* m_encryption = nullptr;
    QAction* m_check = nullptr;
    QAction* m_verify = nullptr;
    QAction* m_preferences = nullptr;
    QAction* m_shortcuts = nullptr;
    QAction* m_about = nullptr;
    QAction* m_undo = nullptr;
    QAction* m_close = nullptr;
    QAction* m_quit = nullptr;

    QSplitter* m_split = nullptr;
    QSplitter* m_inner = nullptr;
    QLineEdit* m_search = nullptr;
    QListView* m_list = nullptr;
    QListView* m_timeline = nullptr;
    QStackedWidget* m_pages = nullptr;
    QStackedWidget* m_history = nullptr;
    SessionHeader* m_header = nullptr;
    SnapshotPanel* m_panel = nullptr;
    CheckPage* m_checkPage = nullptr;
    EmptyState* m_noSession = nullptr;
    EmptyState* m_noSnapshot = nullptr;
    EmptyState* m_waiting = nullptr;
    QWidget* m_blank = nullptr; // before it: most helpers answer at once
    QTimer m_patience;
    EmptyState* m_noneFound = nullptr;
    Card* m_banner = nullptr;
    QLabel* m_bannerText = nullptr;
    QPushButton* m_bannerButton = nullptr;
};

} // namespace entracte::desktop
