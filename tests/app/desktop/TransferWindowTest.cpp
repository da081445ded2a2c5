// Export and import in the window, on a real bus with the fake helper, whose export is the
// session's name: what is written, sealed, shown before it is imported, and said when it fails.

#include "app/common/SealedStream.h"
#include "app/desktop/Application.h"
#include "app/desktop/widgets/ExportDialog.h"
#include "app/desktop/widgets/ImportDialog.h"
#include "tests/app/desktop/OrdinaryUser.h"
#include "tests/app/desktop/WidgetEyes.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDir>
#include <QLineEdit>
#include <QListView>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QTemporaryDir>

using namespace entracte;
using namespace entracte::desktop;
using namespace entracte::desktop::test;

namespace {

QByteArray content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// An archive with a manifest, as an export begins.
QByteArray archive(const QByteArray& name) {
    const QByteArray manifest = R"({"format": "entracte-session", "version": 1, "name": ")" + name +
                                R"(", "imageBytes": 5000000, "layerBytes": 2000,
  "info": {"comment": "lunch", "takenUnixMs": 1700000000000, "windows": 2, "programs": 3},
  "restore": {"spec": {}, "survey": {"windows": [["Letter", "X", 0, 0, 1, 1], ["Clock", "", 0, 0, 1, 1]]}}})";
    QByteArray head(512, '\0');
    head.replace(0, 13, "manifest.json");
    head.replace(124, 11, QByteArray::number(manifest.size(), 8).rightJustified(11, '0'));
    head[156] = '0';
    head.replace(257, 5, "ustar");
    QByteArray all = head + manifest;
    return all + QByteArray(1024 - all.size() % 512, '\0');
}

} // namespace

class TransferWindowTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    std::unique_ptr<Application> m_application;

    MainWindow& window() { return m_application->window(); }
    QListView* sessions() { return named<QListView>(window(), "Sessions"); }
    QString path(const QString& name) { return m_home.filePath(name); }

    QString written(const QString& name, const QByteArray& bytes) {
        QFile file(path(name));
        [&] { QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate)); }();
        file.write(bytes);
        return file.fileName();
    }
    QString sealed(const QString& name, const QByteArray& bytes, const char* passphrase) {
        QFile plain(written(name + ".plain", bytes));
        QFile file(path(name));
        [&] {
            QVERIFY(plain.open(QIODevice::ReadOnly) && file.open(QIODevice::WriteOnly));
            QVERIFY(sealStream(plain.handle(), file.handle(), passphrase, {1, 64 * 1024}));
        }();
        return file.fileName();
    }
    ExportDialog* exportDialog() {
        for (auto* const action : window().actions())
            if (action->shortcut() == QKeySequence("Ctrl+Shift+E"))
                action->trigger();
        return window().findChild<ExportDialog*>();
    }
    ImportDialog* importDialog(const QString& file) {
        [&] { QTRY_VERIFY(!window().findChild<ImportDialog*>()); }(); // the one before
        window().importSession(file);
        auto* const dialog = window().findChild<ImportDialog*>();
        [&] { QVERIFY(dialog && dialog->isVisible()); }();
        return dialog;
    }
    void takeSnapshot() {
        auto& snapshots = m_application->desk().catalog.snapshots;
        if (snapshots.rowCount() > 0)
            return;
        click(named<QPushButton>(window(), "Snapshot now"));
        QTRY_COMPARE(snapshots.rowCount(), 1);
        QTRY_VERIFY(named<QPushButton>(window(), "Snapshot now")->isEnabled());
    }

private slots:
    void initTestCase() {
        qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
        qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
        qputenv("HOME", m_home.path().toUtf8());
        qputenv("XDG_RUNTIME_DIR", m_home.path().toUtf8());
        qputenv("DISPLAY", ":77");
    }
    void init() {
        m_application = std::make_unique<Application>(QDBusConnection::systemBus());
        m_application->begin(false);
        QTRY_VERIFY(sessions() && sessions()->model()->rowCount() >= 2);
        takeSnapshot();
    }
    void cleanup() { m_application.reset(); }

    void writesAFile() {
        auto* const dialog = exportDialog();
        QVERIFY(dialog && dialog->isVisible());
        auto* const file = named<QLineEdit>(*dialog, "File");
        QVERIFY(file->text().startsWith("~/") && file->text().endsWith(".entracte"));
        file->setText(path("no/such/folder"));
        QVERIFY(says(*dialog, "no such folder"));
        QVERIFY(!named<QPushButton>(*dialog, "Export")->isEnabled());
        file->setText(written("plain.entracte", "was here"));
        QVERIFY(says(*dialog, "will be replaced"));
        // Sealed unless one says otherwise, and then one is told what that means.
        QVERIFY(!named<QPushButton>(*dialog, "Export")->isEnabled());
        named<QCheckBox>(*dialog, "Encrypt it with a passphrase")->click();
        QVERIFY(says(*dialog, "passwords"));
        click(named<QPushButton>(*dialog, "Export"));
        window().activateWindow(); // who looks elsewhere gets a notification
        const auto& desk = m_application->desk();
        const auto of = desk.actions.nameOf(desk.catalog.snapshots.at(0).session);
        QTRY_COMPARE(content(path("plain.entracte")), of.toUtf8() + '\n');
        QVERIFY(!QFile::exists(path("plain.entracte.part")));
        QMessageBox* told = nullptr;
        QTRY_VERIFY((told = window().findChild<QMessageBox*>()));
        QVERIFY(told->text().contains("was exported"));
        told->reject();
    }

    void sealsWithAPassphraseThatWasTypedTwice() {
        auto* const dialog = exportDialog();
        named<QLineEdit>(*dialog, "File")->setText(path("sealed.entracte"));
        auto* const once = named<QLineEdit>(*dialog, "Passphrase");
        auto* const again = named<QLineEdit>(*dialog, "The passphrase once more");
        QCOMPARE(once->echoMode(), QLineEdit::Password);
        once->setText("aaaa");
        QVERIFY(says(*dialog, "Weak"));
        once->setText("correct horse battery staple");
        QVERIFY(says(*dialog, "Strong"));
        again->setText("correct horse");
        QVERIFY(says(*dialog, "not the same"));
        QVERIFY(!named<QPushButton>(*dialog, "Export")->isEnabled());
        again->setText(once->text());
        click(named<QPushButton>(*dialog, "Export"));
        QTRY_VERIFY(content(path("sealed.entracte")).startsWith("ENTRSEAL"));
        QVERIFY(!content(path("sealed.entracte")).contains("mine"));
        QVERIFY(!content(path("sealed.entracte")).contains("other"));
    }

    void aFileThatCannotBeMadeIsTold() {
        written("taken.entracte.part", "somebody's");
        m_application->desk().transfers.exportTo(
            {sessions()->currentIndex().data(PathRole).toString(),
             m_application->desk().catalog.snapshots.at(0).path,
             path("taken.entracte"),
             {}});
        QTRY_VERIFY(says(window(), "could not be exported"));
        QVERIFY(says(window(), "no file was left"));
        QCOMPARE(content(path("taken.entracte.part")), QByteArray("somebody's"));
    }

    void showsWhatIsInAFileThenImports() {
        auto* const dialog = importDialog(written("good.entracte", archive("from afar")));
        auto* name = named<QLineEdit>(*dialog, "Name of the session");
        QTRY_VERIFY((name = named<QLineEdit>(*dialog, "Name of the session")));
        QCOMPARE(name->text(), QString("from afar"));
        QVERIFY(says(*dialog, "lunch"));
        QVERIFY(says(*dialog, "2 window"));
        QVERIFY(says(*dialog, "Letter\nClock"));
        QVERIFY(says(*dialog, "5.0 MB"));
        name->clear();
        QVERIFY(!named<QPushButton>(*dialog, "Import")->isEnabled());
        name->setText("renamed");
        const int before = sessions()->model()->rowCount();
        click(named<QPushButton>(*dialog, "Import"));
        QTRY_COMPARE(sessions()->model()->rowCount(), before + 1);
        // And there one is.
        QTRY_VERIFY(sessions()->currentIndex().data().toString().contains("renamed"));
    }

    void asksForThePassphraseUntilItFits() {
        auto* const dialog =
            importDialog(sealed("secret.entracte", archive("a secret"), "the right one"));
        auto* const key = named<QLineEdit>(*dialog, "Passphrase");
        QVERIFY(key);
        QVERIFY(!named<QPushButton>(*dialog, "Open")->isEnabled());
        key->setText("a wrong one");
        click(named<QPushButton>(*dialog, "Open"));
        QTRY_VERIFY(says(*dialog, "does not open the file"));
        QVERIFY(!says(*dialog, "a secret"));
        key->setText("the right one");
        click(named<QPushButton>(*dialog, "Open"));
        QTRY_VERIFY(named<QLineEdit>(*dialog, "Name of the session"));
        const int before = sessions()->model()->rowCount();
        click(named<QPushButton>(*dialog, "Import"));
        QTRY_COMPARE(sessions()->model()->rowCount(), before + 1);
    }

    void whatIsNoSessionIsSaidInASentence() {
        auto* const dialog = importDialog(written("letter.txt", "Dear reader,"));
        QTRY_VERIFY(says(*dialog, "none that Entracte exported"));
        QVERIFY(says(*dialog, "Nothing was changed"));
        QVERIFY(!named<QPushButton>(*dialog, "Import"));
        click(named<QPushButton>(*dialog, "Copy details"));
        QVERIFY(QGuiApplication::clipboard()->text().contains("letter.txt"));
        dialog->reject();
        auto* const folder = importDialog(m_home.path());
        QTRY_VERIFY(says(*folder, "This is no file"));
    }

    void leavingInTheMiddleLeavesNothing() {
        // The answer has not come yet when the application goes.
        m_application->desk().transfers.exportTo(
            {sessions()->currentIndex().data(PathRole).toString(),
             m_application->desk().catalog.snapshots.at(0).path,
             path("left.entracte"),
             {}});
        m_application.reset();
        QVERIFY(!QFile::exists(path("left.entracte")));
        QVERIFY(!QFile::exists(path("left.entracte.part")));
    }
};

int main(int argc, char** argv) {
    return runAsOrdinaryUser<TransferWindowTest>(argc, argv);
}

#include "TransferWindowTest.moc"
