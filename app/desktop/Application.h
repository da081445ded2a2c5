#pragma once

// The application as a whole: owns the model, the window, the tray and the notifications, and ties
// them together.

#include "app/desktop/AtLogin.h"
#include "app/desktop/Desk.h"
#include "app/desktop/Hotkey.h"
#include "app/desktop/Notifier.h"
#include "app/desktop/Tray.h"
#include "app/desktop/TrayWatch.h"
#include "app/desktop/widgets/Appearance.h"
#include "app/desktop/widgets/MainWindow.h"

#include <QDBusConnection>

#include <memory>

namespace entracte::desktop {

class Application : public QObject {
    Q_OBJECT
public:
    explicit Application(QDBusConnection helperBus);
    ~Application() override;

    // `background`: the window stays away, if there is a tray to open it from.
    void begin(bool background);
    // What another start, a desktop file's action or a notification wants.
    void perform(const QString& action);
    // Exported sessions: shows what is in them, and offers to import.
    void openFiles(const QStringList& files);

    MainWindow& window() { return *m_window; }
    Desk& desk() { return m_desk; }

private:
    void connectParts();
    void connectTransfers();
    // Once; as soon as there is a tray, or never. Somebody who would have no other way to the
    // window sees it after a while.
    void awaitTray();
    void makeTray();
    void openWindow();
    void quit();
    void followHotkey();

    Settings m_settings;
    InstalledPrograms m_programs;
    HelperLink m_link;
    Catalog m_catalog;
    Actions m_actions;
    Deletions m_deletions;
    Troubles m_troubles;
    Pictures m_pictures;
    Transfers m_transfers;
    Vault m_vault;
    VaultKeyring m_keyring;
    Errands m_errands;
    Desk m_desk;
    Appearance m_appearance;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<TrayWatch> m_trayWatch; // from when the window was painted, or stays away
    std::unique_ptr<Tray> m_tray;
    Notifier m_notifier;
    AtLogin m_atLogin;
    Hotkey m_hotkey;
    bool m_background = false;
    QString m_hotkeyShown; // what it was set to last
};

} // namespace entracte::desktop
