#pragma once

// The icon in the tray and its menu: everything that is wanted without a window. A desktop's tray
// may come and go; isThere() follows.

#include "app/desktop/Desk.h"
#include "app/desktop/widgets/Icons.h"

#include <QMenu>
#include <QSystemTrayIcon>
#include <QTimer>

namespace entracte::desktop {

class Tray : public QObject {
    Q_OBJECT
public:
    explicit Tray(Desk& desk, QObject* parent = nullptr);

    bool isThere() const { return QSystemTrayIcon::isSystemTrayAvailable(); }
    QMenu& menu() { return m_menu; }

signals:
    void openAsked();
    void newSessionAsked();
    void quitAsked();
    void importAsked();
    void exportAsked(const QString& session);
    void sessionAsked(const QString& path);
    void snapshotAsked(const QString& session, const QString& snapshot);

private:
    void refreshIcon();
    void fillMenu();
    void addSessions();
    QList<int> rowsOfSessions() const; // as the menu shows them
    void addSnapshots();
    void addPause();

    Desk& m_desk;
    QSystemTrayIcon m_icon;
    QMenu m_menu;
    QTimer m_soon; // one drawing for many signals
    Activity m_shown = Activity::Idle;
    int m_shownStep = -1;
};

} // namespace entracte::desktop
