// What the window has the command line do, on a real bus with the fake helper and a command line
// that is a script: what it is asked, where it tells to be, how it is cancelled, how it fails.

#include "app/desktop/Application.h"
#include "app/desktop/model/Errands.h"
#include "app/desktop/widgets/MoveDialog.h"
#include "app/desktop/widgets/NewRepositoryDialog.h"
#include "app/desktop/widgets/RepositoryDialogs.h"
#include "tests/app/desktop/OrdinaryUser.h"
#include "tests/app/desktop/WidgetEyes.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QListView>
#include <QListWidget>
#include <QPushButton>
#include <QTemporaryDir>
#include <QToolButton>

using namespace entracte;
using namespace entracte::desktop;
using namespace entracte::desktop::test;

class ErrandWindowTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<Application> m_application;

    MainWindow& window() { return m_application->window(); }
    const SessionView& session() { return m_application->desk().catalog.sessions.at(0); }
    QString path(const QString& name) { return m_home.filePath(name); }
    void write(const QString& name, const QByteArray& bytes) {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(bytes);
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    // A command line that notes how it was called, and then does as the script says.
    void command(const QByteArray& script) {
        QFile::remove(path("called"));
        write("bin/entracte",
              "#!/bin/sh\necho \"$@\" > '" + path("called").toUtf8() + "'\n" + script);
    }
    QString called() {
        QFile file(path("called"));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).trimmed()
                                              : QString();
    }
    QByteArray content(const QString& name) {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QAction* action(const QString& keys) {
        for (auto* const one : window().actions())
            if (one->shortcut() == QKeySequence(keys))
                return one;
        return nullptr;
    }
    MoveDialog* moveDialog() {
        action("Ctrl+Shift+M")->trigger();
        MoveDialog* dialog = nullptr;
        for (auto* const one : window().findChildren<MoveDialog*>())
            if (one->isVisible())
                dialog = one;
        return dialog;
    }
    QToolButton* toolButton(const QString& beginning) {
        for (auto* const button : window().findChildren<QToolButton*>())
            if (button->isVisible() && button->accessibleName().startsWith(beginning))
                return button;
        return nullptr;
    }
    void startMove(const QString& host) {
        auto* const dialog = moveDialog();
        QVERIFY(dialog);
        named<QLineEdit>(*dialog, "Computer")->setText(host);
        click(named<QPushButton>(*dialog, "Move"));
    }

private slots:
    void initTestCase() {
        for (const auto* const variable :
             {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "HOME"})
            qputenv(variable, m_home.path().toUtf8());
        QVERIFY(QDir(m_home.path()).mkpath("bin") && QDir(m_home.path()).mkpath(".ssh"));
        qputenv("PATH", path("bin").toUtf8() + ':' + qgetenv("PATH"));
        m_application = std::make_unique<Application>(QDBusConnection::systemBus());
        m_application->begin(false);
        QTRY_VERIFY(named<QListView>(window(), "Sessions"));
        QTRY_COMPARE(m_application->desk().catalog.sessions.rowCount(), 1);
    }
    void cleanupTestCase() { m_application.reset(); }

    void whatCannotStopNowIsNotKilled() {
        command("trap '' INT\necho $$ > '" + path("begun").toUtf8() + "'\nwhile [ ! -e '" +
                path("settle").toUtf8() + "' ]; do sleep 0.05; done\necho x > '" +
                path("settled").toUtf8() + "'\n");
        auto errands = std::make_unique<Errands>(nullptr, 100);
        errands->run({}, {"move"});
        QTRY_VERIFY(!content("begun").isEmpty());
        errands.reset();
        write("settle", "");
        QTRY_VERIFY(!content("settled").isEmpty());
    }

    void aMoveSaysWhatWillHappenThenShowsWhereItIs() {
        command("echo '{\"phase\":\"ahead\",\"round\":1}' >&2\n"
                "echo '{\"bytes\":9000000,\"sent_bytes\":5000000}' >&2\n"
                "while [ ! -e '" +
                path("go").toUtf8() +
                "' ]; do sleep 0.05; done\n"
                "echo '{\"moved\":{\"downtime_ms\":1200}}'\n");
        write(".ssh/config", "Host attic *.example.org\n");
        auto* const dialog = moveDialog();
        QVERIFY(dialog);
        QVERIFY(box(*dialog, "Computer")->findText("attic") >= 0);
        QVERIFY(says(*dialog, "runs on here"));
        QVERIFY(says(*dialog, "stays here"));
        auto* const host = named<QLineEdit>(*dialog, "Computer");
        auto* const go = named<QPushButton>(*dialog, "Move");
        host->setText("-oProxyCommand=evil");
        QVERIFY(!go->isEnabled());
        QVERIFY(says(*dialog, "not the name of a computer"));
        host->setText("ann@desk");
        named<QCheckBox>(*dialog, "Keep a suspended copy here")->click();
        click(go);
        QTRY_COMPARE(called(), "--json move " + session().id + " ann@desk --keep");
        QTRY_VERIFY(says(window(), "Moving “mine” to ann@desk"));
        QTRY_VERIFY(says(window(), "it runs on here · 5.0 MB sent"));
        QVERIFY(!named<QPushButton>(window(), "Snapshot now")->isEnabled()); // not meanwhile
        write("go", "");
        QTRY_VERIFY(!says(window(), "Moving “mine”"));
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now")->isEnabled());
        // Offered the next time.
        auto* const again = moveDialog();
        QCOMPARE(named<QLineEdit>(*again, "Computer")->text(), "ann@desk");
        again->reject();
    }

    void aMoveThatFailsIsToldInTheCommandsWords() {
        command("echo 'Host key verification failed.' >&2\n"
                "echo '{\"error\":{\"code\":\"System\",\"message\":\"The session did not move: "
                "ssh has no connection to desk. The session goes on here.\"}}'\nexit 1\n");
        startMove("desk");
        QTRY_VERIFY(says(window(), "“mine” did not move to desk"));
        QVERIFY(says(window(), "The session goes on here."));
        click(named<QPushButton>(window(), "Copy details"));
        QVERIFY(QGuiApplication::clipboard()->text().contains("Host key verification failed."));
        click(toolButton("Dismiss"));
    }

    void aMoveIsCancelled() {
        command("trap 'echo "
                "\"{\\\"error\\\":{\\\"code\\\":\\\"Cancelled\\\",\\\"message\\\":\\\"x\\\"}}\"; "
                "touch \"" +
                path("stopped").toUtf8() +
                "\"; exit 1' INT\n"
                "echo '{\"phase\":\"ahead\"}' >&2\nwhile :; do sleep 0.05; done\n");
        startMove("desk");
        QTRY_VERIFY(says(window(), "it runs on here"));
        click(toolButton("Cancel: Moving"));
        QTRY_VERIFY(QFile::exists(path("stopped")));
        QTRY_VERIFY(!says(window(), "Moving “mine”"));
        QVERIFY(!says(window(), "did not move")); // the person knows
    }

    void aSnapshotIsSentToARepository() {
        click(named<QPushButton>(window(), "Snapshot now"));
        QTRY_COMPARE(m_application->desk().catalog.snapshots.rowCount(), 1);
        QTRY_VERIFY(action("Ctrl+Shift+P")->isEnabled());
        command("if [ \"$2\" = remote ]; then echo '{\"remotes\":[{\"name\":\"office\",\"address\":"
                "\"/srv\",\"asks_passphrase\":true}]}'; exit; fi\n"
                "cat > '" +
                path("given").toUtf8() + "'\necho '{\"pushed\":{\"added_bytes\":5}}'\n");
        action("Ctrl+Shift+P")->trigger();
        auto* const dialog = window().findChild<PushDialog*>();
        QVERIFY(dialog && says(*dialog, "encrypted before it leaves"));
        QLineEdit* key = nullptr;
        QTRY_VERIFY((key = named<QLineEdit>(*dialog, "Passphrase")));
        auto* const go = named<QPushButton>(*dialog, "Send");
        QVERIFY(!go->isEnabled());
        key->setText("the words");
        click(go);
        const auto& snapshot = m_application->desk().catalog.snapshots.at(0);
        QTRY_COMPARE(called(), "--json push " + session().id + '@' + snapshot.id +
                                   " office --passphrase-fd 0");
        QTRY_VERIFY(!m_application->desk().errands.runningFor(session().path));
        QCOMPARE(content("given"), QByteArray("the words\n")); // in no argument
        QVERIFY(!says(window(), "was not sent"));
    }

    void aSessionIsFetchedFromARepository() {
        command("case \"$2 $4\" in\n"
                "'remote ') echo "
                "'{\"remotes\":[{\"name\":\"office\",\"address\":\"/"
                "srv\",\"asks_passphrase\":true}]}';;\n"
                "'remote office') read -r given; if [ \"$given\" = right ]; then\n"
                "echo "
                "'{\"sessions\":[{\"id\":\"abc123\",\"name\":\"thesis\",\"in_use_by\":{\"host\":"
                "\"attic\"},\"snapshots\":"
                "[{\"taken_unix_ms\":1700000000000,\"host\":\"attic\"}]}]}'; else\n"
                "echo '{\"error\":{\"code\":\"NotAuthorized\",\"message\":\"This is not its "
                "passphrase.\"}}'; exit 4; fi;;\n"
                "*) echo '{\"error\":{\"code\":\"Busy\",\"message\":\"The session is in use "
                "elsewhere.\"}}'; exit 5;;\nesac\n");
        action("Ctrl+Shift+O")->trigger();
        auto* const dialog = window().findChild<PullDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QLineEdit* key = nullptr;
        QTRY_VERIFY((key = named<QLineEdit>(*dialog, "Passphrase")));
        auto* const look = named<QPushButton>(*dialog, "Look what is in it");
        auto* const fetch = named<QPushButton>(*dialog, "Fetch");
        key->setText("wrong");
        click(look);
        QTRY_VERIFY(says(*dialog, "not its passphrase"));
        QVERIFY(!fetch->isEnabled());
        key->setText("right");
        click(look);
        auto* const list = named<QListWidget>(*dialog, "Sessions in the repository");
        QTRY_COMPARE(list->count(), 1);
        QVERIFY(list->item(0)->text().startsWith("thesis: saved "));
        QVERIFY(list->item(0)->text().endsWith("in use at attic"));
        click(fetch);
        QTRY_COMPARE(called(), "--json pull office abc123 --passphrase-fd 0");
        QTRY_VERIFY(says(window(), "“thesis” was not fetched from “office”"));
        QVERIFY(says(window(), "in use elsewhere"));
        click(toolButton("Dismiss"));
    }

    void withoutARepositoryOneIsMade() {
        const auto given = path("made").toUtf8();
        command("if [ \"$3\" = add ]; then echo \"$@\" > '" + path("adding").toUtf8() +
                "'; cat > '" + given + "'; echo '{}'; elif [ -e '" + given +
                "' ]; then echo '{\"remotes\":[{\"name\":\"office\",\"address\":\"/srv\","
                "\"asks_passphrase\":true}]}'; else echo '{\"remotes\":[]}'; fi\n");
        action("Ctrl+Shift+P")->trigger();
        PushDialog* dialog = nullptr;
        for (auto* const one : window().findChildren<PushDialog*>())
            if (one->isVisible())
                dialog = one;
        QVERIFY(dialog);
        QTRY_VERIFY(says(*dialog, "There is none yet"));
        QVERIFY(!named<QPushButton>(*dialog, "Send")->isEnabled());
        click(named<QToolButton>(*dialog, "New repository…"));
        auto* const fresh = window().findChild<NewRepositoryDialog*>();
        QVERIFY(fresh);
        named<QLineEdit>(*fresh, "Name of the repository")->setText("office");
        named<QLineEdit>(*fresh, "Where it lies")->setText("~/sessions/");
        named<QLineEdit>(*fresh, "Passphrase")->setText("the words");
        auto* const make = named<QPushButton>(*fresh, "Make it");
        named<QLineEdit>(*fresh, "The passphrase once more")->setText("the word");
        QVERIFY(!make->isEnabled());
        named<QLineEdit>(*fresh, "The passphrase once more")->setText("the words");
        named<QLineEdit>(*fresh, "Name of the repository")->setText("--office");
        QVERIFY(!make->isEnabled()); // an option
        named<QLineEdit>(*fresh, "Name of the repository")->setText("office");
        click(make);
        // It is chosen, and its passphrase need not be given once more.
        QTRY_VERIFY(named<QPushButton>(*dialog, "Send")->isEnabled());
        QCOMPARE(content("made"), QByteArray("the words\n"));
        QVERIFY(content("adding").contains("--json remote add office " + QDir::homePath().toUtf8() +
                                           "/sessions --passphrase-fd 0"));
        dialog->reject();
    }

    void withoutTheCommandLineASentenceSaysSo() {
        QFile::remove(path("bin/entracte"));
        const auto before = qgetenv("PATH");
        qputenv("PATH", path("bin").toUtf8());
        startMove("desk");
        QTRY_VERIFY(says(window(), "“mine” did not move to desk"));
        QVERIFY(says(window(), "“entracte” is not there"));
        qputenv("PATH", before);
        click(toolButton("Dismiss"));
    }
};

int main(int argc, char** argv) {
    return runAsOrdinaryUser<ErrandWindowTest>(argc, argv);
}

#include "ErrandWindowTest.moc"
