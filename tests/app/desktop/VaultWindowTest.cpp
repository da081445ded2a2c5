// Encryption in the window, on a real bus with the fake helper: a vault is made, locked, opened
// with its passphrase only, and what fails while it is locked leads there.

#include "app/desktop/Application.h"
#include "app/desktop/widgets/VaultDialog.h"
#include "tests/app/desktop/OrdinaryUser.h"
#include "tests/app/desktop/WidgetEyes.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace entracte;
using namespace entracte::desktop;
using namespace entracte::desktop::test;

class VaultWindowTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<Application> m_application;

    MainWindow& window() { return m_application->window(); }
    Vault::State state() { return m_application->desk().vault.state(); }
    void type(VaultDialog& dialog, const QString& name, const QString& text) {
        QLineEdit* line = nullptr;
        QTRY_VERIFY((line = named<QLineEdit>(dialog, name)));
        line->setText(text);
    }

private slots:
    void initTestCase() {
        for (const auto* const variable : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"})
            qputenv(variable, m_home.path().toUtf8());
        // A desktop without a keyring; and not the one of whoever runs the tests.
        qputenv("DBUS_SESSION_BUS_ADDRESS", qgetenv("DBUS_SYSTEM_BUS_ADDRESS"));
        m_application = std::make_unique<Application>(QDBusConnection::systemBus());
        m_application->begin(false);
        QTRY_VERIFY(named<QListView>(window(), "Sessions"));
    }
    void cleanupTestCase() { m_application.reset(); }

    void aVaultIsMadeLockedAndOpened() {
        QCOMPARE(state(), Vault::State::None);
        for (auto* const action : window().actions())
            if (action->shortcut() == QKeySequence("Ctrl+K"))
                action->trigger();
        auto* const dialog = window().findChild<VaultDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(says(*dialog, "not encrypted"));
        type(*dialog, "Passphrase", "first");
        QVERIFY(!named<QPushButton>(*dialog, "Encrypt from now on")->isEnabled());
        type(*dialog, "The passphrase once more", "first");
        click(named<QPushButton>(*dialog, "Encrypt from now on"));
        QTRY_COMPARE(state(), Vault::State::Open);
        QVERIFY(says(*dialog, "Snapshots are encrypted"));

        click(named<QPushButton>(*dialog, "Change the passphrase…"));
        type(*dialog, "The present passphrase", "wrong");
        type(*dialog, "Passphrase", "second");
        type(*dialog, "The passphrase once more", "second");
        click(named<QPushButton>(*dialog, "Change it"));
        QTRY_VERIFY(says(*dialog, "not the passphrase"));
        type(*dialog, "The present passphrase", "first");
        click(named<QPushButton>(*dialog, "Change it"));
        QTRY_VERIFY(named<QPushButton>(*dialog, "Lock now"));

        click(named<QPushButton>(*dialog, "Lock now"));
        QTRY_COMPARE(state(), Vault::State::Locked);
        type(*dialog, "Passphrase", "first");
        click(named<QPushButton>(*dialog, "Unlock"));
        QTRY_VERIFY(says(*dialog, "not the passphrase"));
        QCOMPARE(state(), Vault::State::Locked);
        dialog->reject();
        QTRY_VERIFY(!window().findChild<VaultDialog*>());
    }

    void whatFailsWhileItIsLockedLeadsToIt() {
        click(named<QPushButton>(window(), "Snapshot now"));
        QTRY_VERIFY(says(window(), "encrypted and locked"));
        click(named<QPushButton>(window(), "Unlock…"));
        auto* const dialog = window().findChild<VaultDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        type(*dialog, "Passphrase", "second");
        named<QCheckBox>(*dialog, "Remember it in the keyring of my desktop")->setChecked(true);
        click(named<QPushButton>(*dialog, "Unlock"));
        QTRY_COMPARE(state(), Vault::State::Open);
        // That it could not be kept is said, and asked for again next time.
        QTRY_VERIFY(says(window(), "The keyring did not take the passphrase"));
        QVERIFY(says(*dialog, "keyring"));
        QVERIFY(!m_application->desk().keyring.isUsed());
        // What it holds is not known while it is locked, and comes back with the key.
        auto& vault = m_application->desk().vault;
        m_application->desk().actions.snapshotAll();
        QTRY_COMPARE(m_application->desk().catalog.snapshots.rowCount(), 1);
        QVERIFY(!says(window(), "nothing is saved of what runs"));
        QTRY_VERIFY(says(window(), "of memory and"));
        const auto path = m_application->desk().catalog.snapshots.at(0).path;
        auto& pictures = m_application->desk().pictures;
        QTRY_VERIFY(pictures.of(path).told);
        vault.lock(this, [](const auto&) {});
        QTRY_COMPARE(state(), Vault::State::Locked);
        QTRY_VERIFY(says(window(), "nothing is saved of what runs"));
        QTRY_VERIFY(m_application->desk().catalog.snapshots.find(path)->locked);
        QTRY_VERIFY(!says(window(), "of memory and"));
        QVERIFY(says(window(), "locked"));
        const auto text = m_application->desk().catalog.snapshots.index(0, 0);
        QVERIFY(text.data(Qt::AccessibleTextRole).toString().startsWith("Locked snapshot"));
        QSignalSpy forgotten(&pictures, &Pictures::forgotten);
        vault.unlock("second", this, [](const auto&) {});
        QTRY_COMPARE(state(), Vault::State::Open);
        QCOMPARE(forgotten.count(), 1);
        QTRY_VERIFY(says(window(), "of memory and"));
        QTRY_VERIFY(!says(window(), "nothing is saved of what runs"));
        m_application->desk().actions.remove(path, false);
        QTRY_COMPARE(m_application->desk().catalog.snapshots.rowCount(), 0);
        // What is stored in it is marked.
        auto& snapshots = m_application->desk().catalog.snapshots;
        m_application->desk().actions.snapshotAll();
        QTRY_COMPARE(snapshots.rowCount(), 1);
        QVERIFY(
            snapshots.index(0, 0).data(Qt::AccessibleTextRole).toString().endsWith("encrypted"));
        m_application->desk().actions.remove(snapshots.at(0).path, false);
        QTRY_COMPARE(snapshots.rowCount(), 0);
        click(named<QPushButton>(*dialog, "Stop encrypting"));
        QTRY_COMPARE(state(), Vault::State::None);
        QVERIFY(says(*dialog, "not encrypted"));
    }
};

int main(int argc, char** argv) {
    return runAsOrdinaryUser<VaultWindowTest>(argc, argv);
}

#include "VaultWindowTest.moc"
