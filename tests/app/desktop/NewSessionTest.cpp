// The dialog for a new session, on a real bus with the fake helper: what network and clipboard are
// asked for, and that the session has them.

#include "app/desktop/Application.h"
#include "app/desktop/Tray.h"
#include "app/desktop/widgets/CompareDialog.h"
#include "app/desktop/widgets/ExportDialog.h"
#include "app/desktop/widgets/MoveDialog.h"
#include "app/desktop/widgets/NewSessionDialog.h"
#include "app/desktop/widgets/PreferencesDialog.h"
#include "app/desktop/widgets/ProfileDialog.h"
#include "app/desktop/widgets/SessionSettingsDialog.h"
#include "app/desktop/widgets/VaultDialog.h"
#include "tests/app/desktop/OrdinaryUser.h"
#include "tests/app/desktop/WidgetEyes.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QScreen>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QToolButton>
#include <QTranslator>

#include <functional>

using namespace entracte;
using namespace entracte::desktop;
using namespace entracte::desktop::test;

namespace {
constexpr int kTitleBar = 30; // pixels
}

class NewSessionTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<Application> m_application;

    MainWindow& window() { return m_application->window(); }

    // Now, or as soon as something else is chosen or done: it may be hidden, but not on another
    // page.
    static bool mayShow(const QWidget* widget, const QTabWidget* tabs) {
        for (int page = 0; tabs && page < tabs->count(); ++page)
            if (page != tabs->currentIndex() && tabs->widget(page)->isAncestorOf(widget))
                return false;
        return true;
    }

    // "&First / &Fourth", for each letter that more than one of what may show has.
    static QStringList lettersOfTwo(const QDialog& dialog, const QTabWidget* tabs) {
        QStringList texts;
        for (const auto* const button : dialog.findChildren<QAbstractButton*>())
            if (mayShow(button, tabs))
                texts.append(button->text());
        for (const auto* const label : dialog.findChildren<QLabel*>())
            if (label->buddy() && mayShow(label, tabs))
                texts.append(label->text());
        for (int page = 0; tabs && page < tabs->count(); ++page)
            if (tabs->isTabVisible(page))
                texts.append(tabs->tabText(page));
        QHash<QChar, QStringList> having;
        for (const auto& text : texts)
            for (qsizetype at = text.indexOf('&'); at >= 0 && at + 1 < text.size();
                 at = text.indexOf('&', at + 2))
                if (text[at + 1] != '&')
                    having[text[at + 1].toLower()].append(text);
        QStringList found;
        for (const auto& ones : having)
            if (ones.size() > 1)
                found.append(ones.join(" / "));
        return found;
    }

private slots:
    void initTestCase() {
        for (const auto* const variable : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"})
            qputenv(variable, m_home.path().toUtf8());
        qputenv("DISPLAY", ":77");
        qputenv("XDG_DATA_DIRS", m_home.path().toUtf8());
        QDir(m_home.path()).mkpath("applications");
        for (const QString name : {"UXTerm", "XTerm", "XTerm Two"}) {
            QFile file(m_home.filePath("applications/" + name + ".desktop"));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("[Desktop Entry]\nType=Application\nExec=/bin/true\nName=" + name.toUtf8());
        }
        m_application = std::make_unique<Application>(QDBusConnection::systemBus());
        m_application->begin(false);
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now"));
    }
    void cleanupTestCase() { m_application.reset(); }

    void aCopyKeepsItsNetworkUnlessOneSaysOtherwise() {
        click(named<QPushButton>(window(), "Snapshot now"));
        QTRY_COMPARE(m_application->desk().catalog.snapshots.rowCount(), 1);
        NewSessionDialog dialog(m_application->desk(), &window());
        dialog.findChild<QTabWidget*>()->setCurrentIndex(2);
        dialog.show();
        auto* const kinds = box(dialog, "Network");
        QCOMPARE(kinds->currentText(), "As that session has it");
        QCOMPARE(dialog.request().network, QString());
        kinds->setCurrentIndex(kinds->findData("nat"));
        QCOMPARE(dialog.request().network, "nat");
        dialog.findChild<QTabWidget*>()->setCurrentIndex(1);
        QCOMPARE(dialog.request().network, QString());
    }

    void whatFitsBestIsFoundFirst() {
        NewSessionDialog dialog(m_application->desk(), &window());
        dialog.show();
        auto* const search = named<QLineEdit>(dialog, "Search applications");
        auto* const list = named<QListView>(dialog, "Applications");
        QCOMPARE(list->model()->rowCount(), 3);
        search->setText("xterm");
        QCOMPARE(list->currentIndex().data().toString(), "XTerm");
        QCOMPARE(list->model()->index(1, 0).data().toString(), "XTerm Two");
        QCOMPARE(list->model()->index(2, 0).data().toString(), "UXTerm");
    }

    void everythingFitsOnASmallScreen() {
        const auto screen = window().screen()->availableGeometry();
        QCOMPARE(screen.size(), QSize(1024, 600)); // as main() has it
        QVERIFY(window().width() <= screen.width() && window().height() <= screen.height());
        auto& desk = m_application->desk();
        const auto session = desk.catalog.sessions.at(0).path;
        const auto snapshot = desk.catalog.snapshots.at(0).path;
        NewSessionDialog fresh(desk, &window());
        fresh.show();
        click(named<QToolButton>(fresh, "More options"));
        for (const auto* const label : fresh.findChildren<QLabel*>())
            if (label->text().contains("stays inside the session"))
                QVERIFY(label->parentWidget() == &fresh); // nothing that scrolls holds it
        NewSessionDialog launcher(desk, &window(), session);
        SessionSettingsDialog settings(desk, session, &window());
        PreferencesDialog preferences(desk, true, &window());
        preferences.findChild<QTabWidget*>()->setCurrentIndex(2);
        VaultDialog vault(desk, &window());
        CompareDialog compare(desk, snapshot, &window());
        ExportDialog write(desk, snapshot, &window());
        MoveDialog move(desk, session, &window());
        for (auto* const dialog : std::initializer_list<QDialog*>{
                 &fresh, &launcher, &settings, &preferences, &vault, &compare, &write, &move}) {
            dialog->show();
            QCoreApplication::processEvents();
            if (dialog == &preferences) { // higher than the screen, and so as high as it allows
                QTRY_VERIFY(says(*dialog, "are free there"));
                QVERIFY2(dialog->height() > 500, qPrintable(QString::number(dialog->height())));
            }
            const auto about = dialog->windowTitle() + ' ' + QString::number(dialog->height());
            QVERIFY2(dialog->height() <= screen.height() - kTitleBar, qPrintable(about));
            for (const auto* const button : dialog->findChildren<QPushButton*>())
                if (button->isVisible() && qobject_cast<QDialogButtonBox*>(button->parentWidget()))
                    QVERIFY2(dialog->rect().contains(
                                 QRect(button->mapTo(dialog, QPoint()), button->size())),
                             qPrintable(about));
            dialog->hide();
        }
    }

    // In both languages, on every page: a key that two things have does neither at once.
    void underlinedLettersLeadToOneThing() {
        auto& desk = m_application->desk();
        const auto session = desk.catalog.sessions.at(0).path;
        const auto snapshot = desk.catalog.snapshots.at(0).path;
        using Maker = std::function<QDialog*()>;
        const std::initializer_list<Maker> makers{
            [&] { return new NewSessionDialog(desk, &window()); },
            [&] { return new NewSessionDialog(desk, &window(), session); },
            [&] { return new SessionSettingsDialog(desk, session, &window()); },
            [&] { return new PreferencesDialog(desk, true, &window()); },
            [&] { return new VaultDialog(desk, &window()); },
            [&] { return new CompareDialog(desk, snapshot, &window()); },
            [&] { return new ExportDialog(desk, snapshot, &window()); },
            [&] { return new MoveDialog(desk, session, &window()); },
            [&] { return new ProfileDialog({}, &window()); }};
        QStringList twice;
        for (const QString language : {"en", "de"}) {
            QTranslator words;
            QVERIFY(words.load(":/i18n/entracte_" + language + ".qm"));
            QCoreApplication::installTranslator(&words);
            for (const auto& make : makers) {
                const std::unique_ptr<QDialog> dialog(make());
                dialog->show();
                if (auto* const more = dialog->findChild<QToolButton*>("more"))
                    more->click();
                auto* const tabs = dialog->findChild<QTabWidget*>();
                for (int page = 0; page < (tabs ? tabs->count() : 1); ++page) {
                    if (tabs)
                        tabs->setCurrentIndex(page);
                    for (const auto& pair : lettersOfTwo(*dialog, tabs))
                        twice.append(language + ' ' + dialog->windowTitle() + ": " + pair);
                }
            }
            QCoreApplication::removeTranslator(&words);
        }
        twice.removeDuplicates();
        QVERIFY2(twice.isEmpty(), qPrintable('\n' + twice.join('\n')));
    }

    void aProgramIsStartedInASessionThatRuns() {
        const auto& all = m_application->desk().catalog.sessions;
        const auto session = all.at(0).path;
        const auto before = all.at(0).programs;
        NewSessionDialog dialog(m_application->desk(), &window(), session);
        dialog.show();
        QVERIFY(!box(dialog, "Network")->isVisible());
        QCOMPARE(dialog.findChild<QTabWidget*>()->count(), 2);
        dialog.findChild<QTabWidget*>()->setCurrentIndex(1);
        auto* const start = named<QPushButton>(dialog, "Start");
        QVERIFY(!start->isEnabled());
        named<QLineEdit>(dialog, "Command")->setText("xclock -d");
        QVERIFY(start->isEnabled());
        m_application->desk().actions.exec(session, dialog.request().command);
        QTRY_COMPARE(all.find(session)->programs, before + 1);
        m_application->desk().actions.exec(session, {"/missing"});
        QTRY_VERIFY(says(window(), "The program could not be started in"));
        QVERIFY(says(window(), "There is no program /missing."));
        const auto cards = [this] { return m_application->desk().troubles.all().size(); };
        QCOMPARE(cards(), 1);
        // Again: told once.
        m_application->desk().actions.exec(session, {"/missing"});
        const auto first = m_application->desk().troubles.all().first().id;
        QTRY_VERIFY(m_application->desk().troubles.all().first().id != first);
        QCOMPARE(cards(), 1);
        m_application->desk().troubles.forget([&](const QString& path) { return path == session; });
        QCOMPARE(cards(), 0);
    }

    void networkAndClipboardAreAskedFor() {
        NewSessionDialog dialog(m_application->desk(), &window());
        auto* const tabs = dialog.findChild<QTabWidget*>();
        tabs->setCurrentIndex(1);
        dialog.show();
        named<QLineEdit>(dialog, "Command")->setText("xterm");
        QCOMPARE(dialog.request().network, QString()); // the helper's default
        QVERIFY(!box(dialog, "Network")->isVisible());
        QVERIFY(says(dialog, "What they save, in Documents, too, stays inside the session"));
        click(named<QToolButton>(dialog, "More options"));
        auto* const kinds = box(dialog, "Network");
        kinds->setCurrentIndex(kinds->findData("none"));
        QCOMPARE(dialog.request().network, "none");
        kinds->setCurrentIndex(kinds->findData("host-limited"));
        auto* const start = named<QPushButton>(dialog, "Start");
        QVERIFY(!start->isEnabled());
        auto* const ports = named<QLineEdit>(dialog, "Ports of this computer");
        ports->setText("5432, 70000");
        QVERIFY(!start->isEnabled());
        QVERIFY(says(dialog, "from 1 to 65535"));
        ports->setText("5432, 8080 5432");
        QVERIFY(start->isEnabled());
        QCOMPARE(dialog.request().network, "host-limited:5432,8080");
        // A clipboard to be shared has a window only.
        QVERIFY(!named<QCheckBox>(dialog, "Share the clipboard with my desktop"));
        for (auto* const screens : dialog.findChildren<QComboBox*>())
            if (screens->findData("window") >= 0)
                screens->setCurrentIndex(screens->findData("window"));
        named<QCheckBox>(dialog, "Share the clipboard with my desktop")->click();
        const auto request = dialog.request();
        QVERIFY(request.clipboard);
        m_application->desk().actions.start(request);
        const auto& all = m_application->desk().catalog.sessions;
        const auto started = [&all]() -> const SessionView* {
            for (int row = 0; row < all.rowCount(); ++row)
                if (all.at(row).network == "host-limited:5432,8080")
                    return &all.at(row);
            return nullptr;
        };
        QTRY_VERIFY(started());
        QVERIFY(started()->clipboard);
        // Thought better of.
        SessionSettingsDialog settings(m_application->desk(), started()->path, &window());
        settings.show();
        settings.findChild<QTabWidget*>()->setCurrentIndex(1);
        named<QCheckBox>(settings, "Share the clipboard with my desktop")->click();
        settings.accept();
        QTRY_VERIFY(!started()->clipboard);
    }

    void aMenuOfManySessionsStaysAMenu() {
        auto& desk = m_application->desk();
        const auto& all = desk.catalog.sessions;
        QStringList names{QString(64, 'w'), QString::fromUtf8("🎭").repeated(16), "R&D"};
        while (all.rowCount() + names.size() < 20)
            names.append(QString("number %1").arg(names.size()));
        const auto find = [&](const QString& name) -> const SessionView* {
            for (int row = 0; row < all.rowCount(); ++row)
                if (all.at(row).name == name)
                    return &all.at(row);
            return nullptr;
        };
        for (const auto& name : names) {
            StartRequest request;
            request.command = QStringList("xterm");
            request.name = name;
            desk.actions.start(request);
            // Eight jobs of one person at once are too many.
            QTRY_VERIFY(find(name) && canSnapshot(*find(name)));
        }
        // The newest of all, but not alive.
        const auto asleep = names.last();
        desk.actions.suspend(find(asleep)->path);
        QTRY_VERIFY(!isAlive(*find(asleep)));
        Tray tray(desk);
        QStringList texts;
        for (const auto* const action : tray.menu().actions())
            texts.append(action->text());
        const auto like = [&](const QString& part) { return texts.filter(part).size(); };
        QVERIFY2(like(" — ") == 15, qPrintable(texts.join('\n')));
        // The newest of those that are alive come first.
        QStringList newest;
        for (int row = all.rowCount() - 1; row >= 0 && newest.size() < 3; --row)
            if (isAlive(all.at(row)))
                newest.append(all.at(row).name + " — ");
        const auto sessions = texts.filter(" — ");
        for (int at = 0; at < newest.size(); ++at)
            QVERIFY2(sessions[at].startsWith(newest[at]), qPrintable(texts.join('\n')));
        QVERIFY2(like(asleep + " — ") == 0, qPrintable(texts.join('\n')));
        QCOMPARE(like(QString("%1 more session(s)…").arg(all.rowCount() - 15)), 1);
        for (const auto& text : texts)
            QVERIFY2(text.size() < 80 && !text.contains(QString(64, 'w')), qPrintable(text));
    }
};

int main(int argc, char** argv) {
    // A small netbook's screen.
    QTemporaryFile screens;
    if (screens.open()) {
        screens.write(R"({"screens": [{"name": "small", "x": 0, "y": 0, "width": 1024,
                          "height": 600, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}]})");
        screens.setPermissions(screens.permissions() | QFile::ReadOther);
        screens.flush();
        qputenv("QT_QPA_PLATFORM", "offscreen:configfile=" + screens.fileName().toUtf8());
    }
    return runAsOrdinaryUser<NewSessionTest>(argc, argv);
}

#include "NewSessionTest.moc"
