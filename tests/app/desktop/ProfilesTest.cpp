// The page of the program profiles, on files of a home of the test's own.

#include "app/desktop/widgets/ProfileDialog.h"
#include "app/desktop/widgets/ProfilesPage.h"
#include "tests/app/desktop/OrdinaryUser.h"
#include "tests/app/desktop/WidgetEyes.h"

#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTimer>

using namespace entracte::desktop;
using namespace entracte::desktop::test;

class ProfilesTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<ProfilesPage> m_page;

    QString place() const { return m_home->filePath("config/entracte/profiles/mine.toml"); }
    QString written() const {
        QFile file(place());
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    // By another program.
    void write(const QString& text) const {
        QFile file(place());
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) > 0);
    }
    // Shows the page, with the person's own profile chosen: the last of the list.
    void showPage(const QString& profile) {
        write(profile);
        m_page = std::make_unique<ProfilesPage>(nullptr);
        m_page->show();
        auto* const list = m_page->findChild<QListWidget*>();
        list->setCurrentRow(list->count() - 1);
        QVERIFY(list->currentItem()->text().endsWith("(yours)"));
    }
    void press(const QString& name) { click(named<QPushButton>(*m_page, name)); }
    ProfileDialog* dialog() { return m_page->findChild<ProfileDialog*>(); }
    QLineEdit* line(const QString& name) { return named<QLineEdit>(*dialog(), name); }
    void save(const QString& button = "Save") {
        const QPointer<QDialog> open = dialog();
        click(named<QPushButton>(*open, button));
    }
    // Answers the question that the next step asks, and tells what it was.
    std::shared_ptr<QString> answer(const QString& button) {
        auto asked = std::make_shared<QString>();
        QTimer::singleShot(0, this, [asked, button] {
            auto* const box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            if (!box)
                return;
            *asked = box->text() + ' ' + box->informativeText();
            box->show();
            if (auto* const found = named<QPushButton>(*box, button))
                found->click();
            else
                box->reject();
        });
        return asked;
    }

private slots:
    void init() {
        m_home = std::make_unique<QTemporaryDir>();
        qputenv("HOME", m_home->path().toUtf8());
        qputenv("XDG_CONFIG_HOME", m_home->filePath("config").toUtf8());
        qputenv("XDG_DATA_HOME", m_home->filePath("data").toUtf8());
        QVERIFY(QDir().mkpath(QFileInfo(place()).path()) &&
                QDir().mkpath(m_home->filePath("data")));
    }
    void cleanup() { m_page.reset(); }

    void namesMayHaveSpacesAndCommas() {
        showPage("match = [\"ink scape\", \"a,b\", \"gimp\"]\n");
        press("Change…");
        save();
        QTRY_VERIFY(!dialog());
        QCOMPARE(written(), QString("match = [\"ink scape\", \"a,b\", \"gimp\"]\n"));
        press("Change…");
        line("Programs:")->setText("one, two three;\"the fourth\"");
        save();
        QTRY_VERIFY(!dialog());
        QCOMPARE(written(), QString("match = [\"one\", \"two\", \"three\", \"the fourth\"]\n"));
        press("Change…");
        line("Programs:")->setText("\"one");
        QVERIFY(says(*dialog(), "A quotation does not end."));
        QVERIFY(!named<QPushButton>(*dialog(), "Save")->isEnabled());
    }

    void deletingForGoodIsAsked() {
        qputenv("XDG_DATA_HOME", "/proc/none"); // where no wastebasket can be made
        showPage("match = [\"gimp\"]\n");
        auto asked = answer("Cancel");
        press("Delete");
        QVERIFY2(asked->contains("gimp") && asked->contains("for good"), qPrintable(*asked));
        QVERIFY(!written().isEmpty());
        asked = answer("Delete for good");
        press("Delete");
        QVERIFY(!asked->isEmpty());
        QVERIFY(!QFile::exists(place()));
        QVERIFY(!named<QPushButton>(*m_page, "Undo"));
    }

    void whatIsInTheWastebasketComesBack() {
        showPage("match = [\"gimp\"]\n");
        const auto asked = answer("Cancel");
        press("Delete");
        QVERIFY2(asked->isEmpty(), qPrintable(*asked));
        QVERIFY(!QFile::exists(place()));
        QVERIFY(says(*m_page, "is in the wastebasket"));
        press("Undo");
        QCOMPARE(written(), QString("match = [\"gimp\"]\n"));
        QVERIFY(!named<QPushButton>(*m_page, "Undo"));
        auto* const list = m_page->findChild<QListWidget*>();
        QVERIFY(list->currentItem()->text().startsWith("gimp"));
        // Nothing of it stays there.
        QCOMPARE(QDir(m_home->filePath("data/Trash/info")).count(), 2U); // "." and ".."
    }

    void whatAnotherProgramWroteIsReadAnew() {
        showPage("match = [\"gimp\"]\n");
        write("match = [\"gimp\"]\narguments = [\"--new\"]\n");
        press("Change…");
        QCOMPARE(line("Start them with:")->text(), QString("--new"));
        // And while it is being changed.
        const QString theirs("match = [\"gimp\", \"krita\"]\n");
        write(theirs);
        line("Note:")->setText("mine");
        save();
        QVERIFY(says(*dialog(), "changed this profile meanwhile"));
        QCOMPARE(written(), theirs);
        save("Replace");
        QTRY_VERIFY(!dialog());
        QCOMPARE(written(), QString("match = [\"gimp\"]\narguments = [\"--new\"]\n"
                                    "notes = \"mine\"\n"));
    }

    void whatAnotherProgramWroteIsSeenBeforeItIsDeleted() {
        showPage("match = [\"gimp\"]\n");
        const QString theirs("match = [\"gimp\"]\narguments = [\"--new\"]\n");
        write(theirs);
        press("Delete");
        QVERIFY(says(*m_page, "changed the profile of gimp meanwhile"));
        QVERIFY(says(*m_page, "--new"));
        QCOMPARE(written(), theirs);
        press("Delete");
        QVERIFY(!QFile::exists(place()));
        QVERIFY(!says(*m_page, "meanwhile"));
        press("Undo");
        QCOMPARE(written(), theirs);
        QVERIFY(QFile::remove(place()));
        press("Delete");
        QVERIFY(says(*m_page, "is not there any more"));
    }

    void whatIsGoneIsNotChanged() {
        showPage("match = [\"gimp\"]\n");
        QVERIFY(QFile::remove(place()));
        press("Change…");
        QVERIFY(!dialog());
        QVERIFY(says(*m_page, "is not there any more"));
        // And while it is being changed: it comes back only when one says so.
        showPage("match = [\"gimp\"]\n");
        press("Change…");
        QVERIFY(QFile::remove(place()));
        save();
        QVERIFY(says(*dialog(), "changed this profile meanwhile"));
        QVERIFY(!QFile::exists(place()));
    }
};

int main(int argc, char** argv) {
    return runAsOrdinaryUser<ProfilesTest>(argc, argv);
}

#include "ProfilesTest.moc"
