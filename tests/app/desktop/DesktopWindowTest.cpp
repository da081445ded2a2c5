// The real window on a real bus, with the fake helper (tests/dbus/FakeEngine.h): what is clicked
// reaches it, what happens there is shown, also when it fails or vanishes.

#include "app/desktop/Application.h"
#include "app/desktop/model/Repairs.h"
#include "app/desktop/widgets/CompareDialog.h"
#include "app/desktop/widgets/FilesDialog.h"
#include "app/desktop/widgets/KeepRules.h"
#include "app/desktop/widgets/NewSessionDialog.h"
#include "app/desktop/widgets/PreferencesDialog.h"
#include "app/desktop/widgets/SessionSettingsDialog.h"
#include "tests/app/desktop/WidgetEyes.h"

#include <QAccessible>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDBusConnectionInterface>
#include <QDBusReply>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <csignal>

using namespace entracte;
using namespace entracte::desktop;
using namespace entracte::desktop::test;

class DesktopWindowTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<Application> m_application;

    MainWindow& window() { return m_application->window(); }
    QListView* sessions() { return named<QListView>(window(), "Sessions"); }
    QListView* timeline() { return named<QListView>(window(), "Timeline"); }
    int snapshots() { return timeline() ? timeline()->model()->rowCount() : 0; }

    QAction* action(const QString& keys) {
        for (auto* const action : window().actions())
            if (action->shortcut() == QKeySequence(keys))
                return action;
        return nullptr;
    }
    // Also what the header has no room for, and a screen reader says.
    bool tells(const QString& words) {
        for (auto* const label : window().findChildren<QLabel*>())
            if (label->isVisible() && label->accessibleName().contains(words))
                return true;
        return false;
    }
    void comment(const QString& words) {
        auto* const line = named<QLineEdit>(window(), "Comment");
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, words);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(timeline()->currentIndex().data().toString(), words);
    }

    void takeSnapshot() {
        const int before = snapshots();
        click(named<QPushButton>(window(), "Snapshot now"));
        QTRY_COMPARE(snapshots(), before + 1);
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now")->isEnabled());
    }

    void startLimited(const StartRequest& request, int busyMs = 0) {
        const int before = sessions()->model()->rowCount();
        m_application->desk().actions.start(request);
        if (busyMs > 0)
            QTest::qSleep(busyMs);
        QTRY_COMPARE(sessions()->model()->rowCount(), before + 1);
        const auto limited = [this, &request] {
            const auto& all = m_application->desk().catalog.sessions;
            for (int row = 0; row < all.rowCount(); ++row)
                if (all.at(row).memoryLimit == request.memoryBytes &&
                    all.at(row).cpuLimitPercent == request.cpuPercent)
                    return true;
            return false;
        };
        QTRY_VERIFY(limited());
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

    void whatEndedWithoutBeingSavedIsNotCalledSuspended() {
        takeSnapshot();
        m_application->desk().actions.stop(sessions()->currentIndex().data(PathRole).toString());
        QTRY_VERIFY(tells("Resume goes back to it"));
        QVERIFY(!tells("go on where you were"));
        const auto name = sessions()->currentIndex().data(Qt::AccessibleTextRole).toString();
        QVERIFY2(name.contains("ended; its newest snapshot is of"), qPrintable(name));
        click(named<QPushButton>(window(), "Resume"));
        QTRY_VERIFY(named<QPushButton>(window(), "Suspend"));
        click(named<QPushButton>(window(), "Suspend"));
        QTRY_VERIFY(tells("go on where you were"));
        click(named<QPushButton>(window(), "Resume"));
        QTRY_VERIFY(named<QPushButton>(window(), "Suspend"));
    }

    void aNameIsNoMarkupAndWhatIsLostIsSaid() {
        takeSnapshot();
        const auto session = sessions()->currentIndex().data(PathRole).toString();
        const auto before = m_application->desk().actions.nameOf(session);
        m_application->desk().actions.rename(session, "x <b>fett</b>");
        QTRY_COMPARE(m_application->desk().actions.nameOf(session), "x <b>fett</b>");
        for (const auto* const keys : {"Ctrl+E", "Ctrl+Return"}) {
            QTRY_VERIFY(action(keys)->isEnabled());
            QStringList wrong{"no dialog"};
            QTimer::singleShot(0, this, [&wrong] {
                auto* const box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
                if (!box)
                    return;
                wrong.clear();
                for (const auto* const label : box->findChildren<QLabel*>())
                    if (!label->text().isEmpty() && label->textFormat() != Qt::PlainText)
                        wrong.append(label->text());
                if (!box->text().contains("x <b>fett</b>"))
                    wrong.append(box->text());
                if (!box->informativeText().contains("exist in the session only"))
                    wrong.append(box->informativeText());
                box->reject();
            });
            action(keys)->trigger();
            QCOMPARE(wrong, QStringList());
        }
        m_application->desk().actions.stop(session);
        QTRY_VERIFY(action("Ctrl+Shift+Del")->isEnabled());
        action("Ctrl+Shift+Del")->trigger();
        QVERIFY(says(window(), "they are deleted with it"));
        click(named<QPushButton>(window(), "Undo"));
        m_application->window().showSession(session);
        m_application->desk().actions.rename(session, before);
        QTRY_VERIFY(action("Ctrl+R")->isEnabled());
        action("Ctrl+R")->trigger();
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
        QCOMPARE(window().focusWidget(), timeline());
        // Thought better of.
        comment->setFocus();
        QTest::keyClicks(comment, " break");
        QTest::keyClick(comment, Qt::Key_Escape);
        QCOMPARE(window().focusWidget(), timeline());
        QCOMPARE(comment->text(), "lunch");
    }

    void theCheckPageGivesWay() {
        const auto shown = [this] { return named<QPushButton>(window(), "Check again"); };
        action("Ctrl+D")->trigger();
        QTRY_VERIFY(shown());
        QTest::keyClick(window().focusWidget(), Qt::Key_Escape);
        QVERIFY(!shown());
        QCOMPARE(window().focusWidget(), sessions());
        action("Ctrl+D")->trigger();
        QTRY_VERIFY(shown());
        const auto place = sessions()->visualRect(sessions()->model()->index(0, 0)).center();
        QTest::mouseClick(sessions()->viewport(), Qt::LeftButton, {}, place);
        QVERIFY(!shown());
    }

    void changedDocumentsAreAskedAbout() {
        takeSnapshot();
        comment("changed");
        click(named<QPushButton>(window(), "Suspend"));
        QTRY_VERIFY(named<QPushButton>(window(), "Resume"));
        // The suspension is a snapshot, too, and the newest: go back to the other one.
        timeline()->setCurrentIndex(timeline()->model()->index(1, 0));
        QTRY_VERIFY(action("Ctrl+Return")->isEnabled());
        action("Ctrl+Return")->trigger();
        FilesDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = window().findChild<FilesDialog*>()));
        QTRY_VERIFY(dialog->isVisible());
        QVERIFY(!says(window(), "could not be resumed"));
        const auto* const files = dialog->findChild<QListWidget*>();
        QCOMPARE(files->count(), 2);
        QVERIFY(files->item(1)->text().contains("gone.txt (removed)"));
        named<QRadioButton>(*dialog, "What is there now")->click();
        click(named<QPushButton>(*dialog, "Go on"));
        QTRY_VERIFY(named<QPushButton>(window(), "Suspend"));
    }

    void twoSnapshotsAreCompared() {
        takeSnapshot();
        comment("one");
        takeSnapshot();
        comment("other");
        QTRY_VERIFY(action("Ctrl+M")->isEnabled());
        action("Ctrl+M")->trigger();
        auto* const dialog = window().findChild<CompareDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        auto* const first = box(*dialog, "The first snapshot");
        auto* const second = box(*dialog, "The second snapshot");
        QVERIFY(first->currentText().endsWith("one"));
        QVERIFY(second->currentText().endsWith("other"));
        QTRY_VERIFY(says(*dialog, "From"));
        first->setCurrentIndex(second->currentIndex());
        QVERIFY(says(*dialog, "the same snapshot"));
        dialog->reject();
    }

    void whatRulesWouldDeleteIsShown() {
        takeSnapshot();
        takeSnapshot();
        SessionSettingsDialog dialog(
            m_application->desk(), sessions()->currentIndex().data(PathRole).toString(), &window());
        dialog.show();
        auto* const list = dialog.findChild<QListWidget*>();
        QCOMPARE(list->count(), snapshots());
        const auto struckOut = [list] {
            int count = 0;
            for (int row = 0; row < list->count(); ++row)
                count += list->item(row)->font().strikeOut() ? 1 : 0;
            return count;
        };
        QCOMPARE(struckOut(), 0);
        named<QCheckBox>(dialog, "Delete older snapshots by these rules")->click();
        QTRY_COMPARE(struckOut(), snapshots() - 1); // as the fake's rules are
        QVERIFY(says(dialog, "would be deleted"));
    }

    void rulesThatWereNotTouchedStayAsTheyAre() {
        const auto path = sessions()->currentIndex().data(PathRole).toString();
        auto& desk = m_application->desk();
        const auto now = [&] { return desk.catalog.sessions.find(path); };
        const QString rules("hourly=24 last=5"); // in another order than the dialog has them
        desk.actions.setRetention(path, rules);
        QTRY_COMPARE(now()->retention, rules);
        const bool comesBack = now()->resumeAutomatically;
        SessionSettingsDialog dialog(desk, path, &window());
        dialog.show();
        named<QCheckBox>(dialog, "Resume it by itself when it was interrupted")->click();
        dialog.accept();
        QTRY_COMPARE(now()->resumeAutomatically, !comesBack); // which is told last
        QCOMPARE(now()->retention, rules);
        desk.actions.setResumeAutomatically(path, comesBack);
        desk.actions.setRetention(path, {});
        QTRY_COMPARE(now()->retention, QString());
    }

    void rulesAreToldInWords() {
        const auto words = [this](const QString& rules) {
            KeepRules box(m_application->desk(), rules, nullptr);
            box.show();
            QString found;
            for (const auto* const label : box.findChildren<QLabel*>())
                if (label->text().contains("kept") && !label->text().startsWith("Pinned"))
                    found += label->text().replace(QChar::Nbsp, ' ');
            return found;
        };
        QCOMPARE(words(""), QString("All snapshots are kept."));
        QCOMPARE(words("last=1 hourly=2"),
                 QString("At most 3 snapshot(s) are kept, and the pinned ones."));
        QCOMPARE(words("bytes=20000000000"),
                 QString("As many snapshots are kept as 20.0 GB hold, and the pinned ones."));
        QCOMPARE(
            words("last=3 bytes=20000000000"),
            QString("At most 3 snapshot(s) are kept, in at most 20.0 GB, and the pinned ones."));
    }

    void whatCannotBeSavedIsSaid() {
        // As the fake finds it.
        QToolButton* badge = nullptr;
        QTRY_VERIFY(badge = named<QToolButton>(window(), "1 program(s) may lose something"));
        QString told;
        QTimer::singleShot(0, this, [&told] {
            auto* const box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            QVERIFY(box);
            told = box->informativeText();
            box->reject();
        });
        badge->click();
        QCOMPARE(told, QString("some-program: It uses UDP. Close it."));
    }

    void everySnapshotIsVerified() {
        takeSnapshot();
        QTRY_VERIFY(action("Ctrl+Shift+V")->isEnabled());
        action("Ctrl+Shift+V")->trigger();
        // The fake finds a fault for root and none for others; either is said.
        QTRY_VERIFY(says(window(), "not as it was written") ||
                    says(window(), "A part of this snapshot is missing") ||
                    window().findChild<QMessageBox*>());
    }

    void oneSnapshotIsVerified() {
        takeSnapshot();
        auto* const verify = action("Ctrl+Alt+V");
        verify->trigger();
        QVERIFY(!verify->isEnabled()); // under way
        QTRY_VERIFY(window().findChild<QMessageBox*>());
        QVERIFY(window().findChild<QMessageBox*>()->text().contains("as it was written"));
        window().findChild<QMessageBox*>()->close();
        comment("damaged"); // the fake's word for it
        verify->trigger();
        QTRY_VERIFY(says(window(), "“damaged, "));
        QVERIFY(says(window(), "is damaged"));
        QVERIFY(says(window(), "Nothing was changed"));
        QVERIFY(says(window(), "delete this one"));
        QTRY_VERIFY(verify->isEnabled());
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

    void aTemplateAndLimitsAreAskedFor() {
        takeSnapshot();
        NewSessionDialog dialog(m_application->desk(), &window());
        dialog.findChild<QTabWidget*>()->setCurrentIndex(2);
        dialog.show();
        auto* const templates = named<QListWidget>(dialog, "Sessions with snapshots");
        QVERIFY(templates && templates->count() >= 1);
        box(dialog, "Memory at most")->setCurrentIndex(1);
        box(dialog, "Processors at most")->setCurrentIndex(1);
        const auto request = dialog.request();
        QCOMPARE(request.from, templates->item(0)->data(PathRole).toString());
        QVERIFY(request.name.endsWith(", a copy"));
        QCOMPARE(request.memoryBytes, quint64(1) << 30);
        QCOMPARE(request.cpuPercent, 50U);
        startLimited(request);
    }

    void aCopyIsSavedByItselfOnlyWhenOneSaysSo() {
        takeSnapshot();
        auto& desk = m_application->desk();
        const auto& all = desk.catalog.sessions;
        const auto model = sessions()->currentIndex().data(PathRole).toString();
        const int before = snapshots();
        desk.actions.setSchedule(model, 900); // which the fake finds due at once
        QTRY_COMPARE(snapshots(), before + 1);
        desk.actions.setRetention(model, "last=7");
        QTRY_COMPARE(all.find(model)->retention, QString("last=7"));
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now")->isEnabled());
        NewSessionDialog dialog(desk, &window());
        dialog.findChild<QTabWidget*>()->setCurrentIndex(2);
        dialog.show();
        auto request = dialog.request();
        QCOMPARE(request.everySeconds, 0U);
        request.from = model;
        request.name = "never by itself";
        desk.actions.start(request);
        const auto copy = [&]() -> const SessionView* {
            for (int row = 0; row < all.rowCount(); ++row)
                if (all.at(row).name == request.name)
                    return &all.at(row);
            return nullptr;
        };
        QTRY_VERIFY(copy());
        QTRY_COMPARE(copy()->scheduleSeconds, 0U);
        QTRY_COMPARE(copy()->retention, QString());
        desk.actions.setSchedule(model, 0);
        desk.actions.setRetention(model, {});
        QTRY_COMPARE(all.find(model)->retention, QString());
    }

    void limitsAreSetThoughTheApplicationWasBusy() {
        takeSnapshot();
        StartRequest request;
        request.from = m_application->desk().catalog.snapshots.at(0).session;
        request.name = "busy";
        request.memoryBytes = quint64(3) << 30;
        request.cpuPercent = 150;
        // Answer, job and its end wait together for the application's attention.
        startLimited(request, 500);
    }

    void whereSnapshotsLieIsTold() {
        PreferencesDialog dialog(m_application->desk(), true, &window());
        dialog.findChild<QTabWidget*>()->setCurrentIndex(2);
        dialog.show();
        QTRY_VERIFY(says(dialog, "They lie in /srv/snapshots and take 3.0 MB; 50.0 GB are free"));
        auto* const most = named<QDoubleSpinBox>(dialog, "Snapshots may take");
        QCOMPARE(most->value(), 20.0);
        auto* const change = named<QPushButton>(dialog, "Change limits…");
        QVERIFY(!change->isEnabled()); // nothing was changed
        most->setValue(0.02);          // little, and not none
        QCOMPARE(most->text(), QString("0.02 GB"));
        most->setValue(0);
        QCOMPARE(most->text(), QString("All there is"));
        QCOMPARE(change->isEnabled(), Repairs::canAsk("entracte-limits"));
    }

    void whatIsPreferredBeginsEveryNewSession() {
        takeSnapshot();
        takeSnapshot();
        {
            PreferencesDialog dialog(m_application->desk(), true, &window());
            dialog.findChild<QTabWidget*>()->setCurrentIndex(1);
            dialog.show();
            for (auto* const choices : dialog.findChildren<QComboBox*>())
                if (const int at = choices->findText("Every 15 minute(s)"); at >= 0)
                    choices->setCurrentIndex(at);
            named<QCheckBox>(dialog, "Delete older snapshots by these rules")->click();
            QTRY_VERIFY(says(dialog, "would be deleted"));
        }
        NewSessionDialog dialog(m_application->desk(), &window());
        const auto request = dialog.request();
        QCOMPARE(request.everySeconds, 900U);
        QCOMPARE(request.keep, QString("last=5 hourly=24 daily=7 weekly=4 monthly=6"));
        // The person may want another one to be different.
        Settings& settings = m_application->desk().settings;
        settings.setNewSessionSeconds(0);
        settings.setNewSessionKeep({});
        QCOMPARE(NewSessionDialog(m_application->desk(), &window()).request().everySeconds, 0U);
    }

    void whatASessionMayUseIsToldAndChanged() {
        const auto path = sessions()->currentIndex().data(PathRole).toString();
        const auto now = [&] { return m_application->desk().catalog.sessions.find(path); };
        for (const auto bytes : {quint64(2) << 30, quint64(0)}) {
            SessionSettingsDialog dialog(m_application->desk(), path, &window());
            dialog.findChild<QTabWidget*>()->setCurrentIndex(1);
            dialog.show();
            QVERIFY(says(dialog, "None: what its programs save stays inside it."));
            auto* const memory = box(dialog, "Memory at most");
            QCOMPARE(memory->currentData().toULongLong(), now()->memoryLimit);
            memory->setCurrentIndex(memory->findData(bytes));
            dialog.accept();
            QTRY_COMPARE(now()->memoryLimit, bytes);
        }
    }

    void theWindowComesBackAsItWasLeft() {
        window().resize(700, 500);
        sessions()->setCurrentIndex(sessions()->model()->index(1, 0));
        const auto chosen = sessions()->currentIndex().data(PathRole).toString();
        window().hide(); // as when one quits from the tray
        m_application.reset();
        init();
        QCOMPARE(window().size(), QSize(700, 500));
        QTRY_COMPARE(sessions()->currentIndex().data(PathRole).toString(), chosen);
        sessions()->setCurrentIndex(sessions()->model()->index(0, 0));
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
        // Started anew while there is none: nobody who closes the check is told of a search.
        m_application.reset();
        m_application = std::make_unique<Application>(QDBusConnection::systemBus());
        m_application->begin(false);
        QTRY_VERIFY(named<QPushButton>(window(), "Check again"));
        QTest::keyClick(window().focusWidget(), Qt::Key_Escape);
        QTRY_VERIFY(says(window(), "helper"));
        QVERIFY(!says(window(), "Looking for"));
    }
};

QTEST_MAIN(DesktopWindowTest)
#include "DesktopWindowTest.moc"
