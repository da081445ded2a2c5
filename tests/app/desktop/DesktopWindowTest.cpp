// The real window on a real bus, with the fake helper (tests/dbus/FakeEngine.h): what is clicked
// reaches it, what happens there is shown, also when it fails or vanishes.

#include "app/desktop/Application.h"
#include "app/desktop/widgets/NewSessionDialog.h"
#include "app/desktop/widgets/PreferencesDialog.h"
#include "app/desktop/widgets/SessionSettingsDialog.h"

#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QDBusConnectionInterface>
#include <QDBusReply>
#include <QLineEdit>
#include <QListView>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace entracte;
using namespace entracte::desktop;

namespace {

template <typename Widget>
Widget* named(QWidget& window, const QString& name) {
    for (auto* const widget : window.findChildren<Widget*>()) {
        auto* const face = QAccessible::queryAccessibleInterface(widget);
        if (face && face->text(QAccessible::Name).remove('&') == name && widget->isVisible())
            return widget;
    }
    return nullptr;
}

bool says(QWidget& window, const QString& words) {
    for (auto* const label : window.findChildren<QLabel*>())
        if (label->isVisible() && label->text().contains(words))
            return true;
    return false;
}

void click(QAbstractButton* button) {
    QVERIFY(button);
    QTRY_VERIFY(button->isEnabled());
    QTest::mouseClick(button, Qt::LeftButton);
}

} // namespace

class DesktopWindowTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<Application> m_application;

    MainWindow& window() { return m_application->window(); }
    QListView* sessions() { return named<QListView>(window(), "Sessions"); }
    QListView* timeline() { return named<QListView>(window(), "Timeline"); }
    int snapshots() { return timeline() ? timeline()->model()->rowCount() : 0; }

    void takeSnapshot() {
        const int before = snapshots();
        click(named<QPushButton>(window(), "Snapshot now"));
        QTRY_COMPARE(snapshots(), before + 1);
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now")->isEnabled());
    }

private slots:
    void initTestCase() {
        qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
        qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
        qputenv("DISPLAY", ":77");
    }
    void init() {
        m_application = std::make_unique<Application>(QDBusConnection::systemBus());
        m_application->begin(false);
        QTRY_VERIFY(sessions() && sessions()->model()->rowCount() >= 2);
    }
    void cleanup() { m_application.reset(); }

    void snapshotNowShowsItself() {
        takeSnapshot();
        QVERIFY(timeline()->currentIndex().row() == 0);
    }

    void everythingReachedByKeyboardHasAName() {
        const auto check = [](QWidget& window) {
            for (auto* const widget : window.findChildren<QWidget*>()) {
                if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                    widget->objectName().startsWith("qt_") || widget->inherits("QScrollArea"))
                    continue;
                auto* const face = QAccessible::queryAccessibleInterface(widget);
                const auto name = face ? face->text(QAccessible::Name) : QString();
                QVERIFY2(!name.isEmpty(),
                         qPrintable(QString("%1 in %2")
                                        .arg(widget->metaObject()->className(),
                                             widget->parentWidget()->metaObject()->className())));
            }
        };
        check(window());
        for (auto* const action : window().actions())
            QVERIFY(!action->text().isEmpty());
    }

    void suspendAndResume() {
        click(named<QPushButton>(window(), "Suspend"));
        QTRY_VERIFY(named<QPushButton>(window(), "Resume"));
        click(named<QPushButton>(window(), "Resume"));
        QTRY_VERIFY(named<QPushButton>(window(), "Suspend"));
    }

    void deletingCanBeUndone() {
        takeSnapshot();
        const int before = snapshots();
        const auto remove = [this] {
            for (auto* const action : window().actions())
                if (action->shortcut() == QKeySequence("Ctrl+Del"))
                    return action;
            return static_cast<QAction*>(nullptr);
        }();
        QTRY_VERIFY(remove->isEnabled());
        remove->trigger();
        QCOMPARE(snapshots(), before - 1);
        click(named<QPushButton>(window(), "Undo"));
        QCOMPARE(snapshots(), before);
        QTRY_VERIFY(remove->isEnabled());
        remove->trigger();
        click(named<QToolButton>(window(), "Delete now"));
        QTRY_COMPARE(m_application->desk().catalog.snapshots.rowCount(), before - 1);
        QCOMPARE(snapshots(), before - 1);
    }

    void aCommentIsEditedInPlace() {
        takeSnapshot();
        auto* const comment = named<QLineEdit>(window(), "Comment");
        QVERIFY(comment);
        QTRY_VERIFY(comment->text().isEmpty());
        comment->setFocus();
        QTest::keyClicks(comment, "lunch");
        QTest::keyClick(comment, Qt::Key_Return);
        QTRY_COMPARE(timeline()->currentIndex().data().toString(), "lunch");
    }

    void aFailureTellsWhatIsSafeAndCopiesDetails() {
        // The fake fails as its comment tells it; the window asks without one.
        auto& mine = window();
        const auto path = sessions()->currentIndex().data(PathRole).toString();
        auto call = QDBusMessage::createMethodCall(Client::kService, path,
                                                   "org.entracte.Entracte1.Session", "Snapshot");
        call << "fail:NoSpace";
        QDBusConnection::systemBus().call(call);
        QTRY_VERIFY(says(mine, "could not be saved"));
        QVERIFY(says(mine, "There is not enough room"));
        QVERIFY(says(mine, "The session goes on"));
        click(named<QPushButton>(mine, "Copy details"));
        QVERIFY(QGuiApplication::clipboard()->text().contains("[NoSpace]"));
        auto* const dismiss = [&] {
            for (auto* const button : mine.findChildren<QToolButton*>())
                if (button->isVisible() && button->accessibleName().startsWith("Dismiss"))
                    return button;
            return static_cast<QToolButton*>(nullptr);
        }();
        click(dismiss);
        QVERIFY(!says(mine, "could not be saved"));
    }

    void slowWorkShowsItselfAndIsCancelled() {
        auto call = QDBusMessage::createMethodCall(
            Client::kService, sessions()->currentIndex().data(PathRole).toString(),
            "org.entracte.Entracte1.Session", "Snapshot");
        call << "slow";
        QDBusConnection::systemBus().call(call);
        QTRY_VERIFY(says(window(), "Taking a snapshot"));
        QVERIFY(!named<QPushButton>(window(), "Snapshot now")->isEnabled());
        auto* const cancel = [&] {
            for (auto* const button : window().findChildren<QToolButton*>())
                if (button->isVisible() && button->accessibleName().startsWith("Cancel"))
                    return button;
            return static_cast<QToolButton*>(nullptr);
        }();
        click(cancel);
        QTRY_VERIFY(!says(window(), "Taking a snapshot"));
        QVERIFY(!says(window(), "could not be saved"));
    }

    void searchWithoutAResultSaysSo() {
        auto* const search = named<QLineEdit>(window(), "Search sessions and snapshots");
        QVERIFY(search);
        search->setText("other");
        QCOMPARE(sessions()->model()->rowCount(), 1);
        search->setText("no such words at all");
        QTRY_VERIFY(says(window(), "Nothing found"));
        search->clear();
        QVERIFY(sessions()->model()->rowCount() >= 2);
    }

    void theDialogAsksForWhatItSays() {
        Settings settings;
        NewSessionDialog dialog(m_application->desk(), &window());
        auto* const tabs = dialog.findChild<QTabWidget*>();
        tabs->setCurrentIndex(1);
        dialog.show();
        auto* const command = named<QLineEdit>(dialog, "Command");
        QVERIFY(command);
        command->setText("xterm -T 'a b'");
        auto request = dialog.request();
        QCOMPARE(request.command, QStringList({"xterm", "-T", "a b"}));
        QCOMPARE(request.name, "xterm");
        QCOMPARE(request.screen, "host");
        command->setText("broken 'quote");
        bool startable = true;
        for (auto* const button : dialog.findChildren<QPushButton*>())
            if (button->text() == "&Start")
                startable = button->isEnabled();
        QVERIFY(!startable);
    }

    void startAtLoginIsAFile() {
        Settings settings;
        QVERIFY(!settings.startsAtLogin());
        QCOMPARE(settings.setStartsAtLogin(true), QString());
        QVERIFY(QFile::exists(m_home.filePath("autostart/org.entracte.Desktop.desktop")));
        QVERIFY(settings.startsAtLogin());
        settings.setStartsAtLogin(false);
        QVERIFY(!settings.startsAtLogin());
    }

    // The last one: it takes the helper away.
    void theHelperMayVanishAndComeBack() {
        auto bus = QDBusConnection::systemBus();
        const QDBusReply<uint> pid = bus.interface()->servicePid(Client::kService);
        QVERIFY(pid.isValid());
        auto call = QDBusMessage::createMethodCall(
            Client::kService, sessions()->currentIndex().data(PathRole).toString(),
            "org.entracte.Entracte1.Session", "Snapshot");
        call << "slow";
        bus.call(call);
        QTRY_VERIFY(says(window(), "Taking a snapshot"));
        ::kill(static_cast<pid_t>(pid.value()), SIGKILL);
        QTRY_VERIFY(says(window(), "Your sessions go on"));
        QTRY_VERIFY(says(window(), "could not be saved"));
        QVERIFY(!named<QPushButton>(window(), "Snapshot now")->isEnabled());
        QVERIFY(sessions()->model()->rowCount() >= 2); // as it was

        QProcess again;
        again.start(qEnvironmentVariable("ENTRACTE_FAKE"), {"0:reborn"});
        QTRY_COMPARE(sessions()->model()->rowCount(), 1);
        QTRY_VERIFY(!says(window(), "Your sessions go on"));
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now")->isEnabled());
        again.terminate();
        QVERIFY(again.waitForFinished());
    }
};

QTEST_MAIN(DesktopWindowTest)
#include "DesktopWindowTest.moc"
