// The models as the helper's signals feed them, and what is made of values: words, commands, files.

#include "app/desktop/model/Deletions.h"
#include "app/desktop/model/Differences.h"
#include "app/desktop/model/Filters.h"
#include "app/desktop/model/HelperWords.h"
#include "app/desktop/model/InstalledPrograms.h"
#include "app/desktop/model/Models.h"
#include "app/desktop/model/Passphrase.h"
#include "app/desktop/model/ProgramProfiles.h"
#include "app/desktop/model/Troubles.h"
#include "app/desktop/model/Wording.h"
#include "app/desktop/model/Words.h"
#include "app/desktop/widgets/KeepRules.h"
#include "app/desktop/widgets/WindowStrip.h"
#include "session/doctor/Doctor.h"

#include <QDir>
#include <QFile>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTranslator>
#include <QXmlStreamReader>

using namespace entracte;
using namespace entracte::desktop;

namespace {

constexpr const char* kSession = "org.entracte.Entracte1.Session";
constexpr const char* kSnapshot = "org.entracte.Entracte1.Snapshot";
constexpr const char* kJob = "org.entracte.Entracte1.Job";

QVariant pathValue(const QString& path) {
    return QVariant::fromValue(QDBusObjectPath(path));
}

QVariantMap session(const QString& name, qint64 created) {
    return {{"Id", name}, {"Name", name}, {"State", "running"}, {"CreatedUnixMs", created}};
}

QVariantMap snapshot(const QString& session, const QString& comment, qint64 taken) {
    return {{"Session", pathValue(session)}, {"Comment", comment}, {"TakenUnixMs", taken}};
}

QVariantMap job(const QString& session, double fraction) {
    return {{"Kind", "snapshot"},   {"Session", pathValue(session)},
            {"Fraction", fraction}, {"Running", true},
            {"Error", ""},          {"Result", pathValue("/")}};
}

EntracteWindow windowAt(int x, int y, const QString& title, const QString& className = "XTerm") {
    return {title, className, x, y, 100, 50};
}

Pictures::Seen seen(const EntracteWindows& windows) {
    return {{}, windows, true};
}

void addSession(Catalog& catalog, const QString& path, const QVariantMap& properties) {
    catalog.appeared(path, {{kSession, properties}});
}

} // namespace

class DesktopModelTest : public QObject {
    Q_OBJECT
private slots:
    void passphrasesAreGradedCautiously() {
        using Grade = Strength::Grade;
        QCOMPARE(strengthOf("").grade, Grade::Empty);
        for (const auto* const weak :
             {"secret", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnopqrst",
              "12345678901234567890", "Passw0rd!", "hunter2"})
            QVERIFY2(strengthOf(weak).grade == Grade::Weak, weak);
        QCOMPARE(strengthOf("k3%Vr-9wQ,x2Lt").grade, Grade::Fair);
        for (const auto* const strong : {"correct horse battery staple", "8#kQz!t0Lw_4vBn@Xe"})
            QVERIFY2(strengthOf(strong).grade == Grade::Strong, strong);
        QVERIFY(!strengthOf("secret").sentence.isEmpty());
    }

    void sessionsStandInTheirOrderHoweverTheyCome() {
        Catalog catalog;
        addSession(catalog, "/s/b", session("second", 2));
        addSession(catalog, "/s/c", session("third", 3));
        addSession(catalog, "/s/a", session("first", 1));
        QCOMPARE(catalog.sessions.rowCount(), 3);
        QCOMPARE(catalog.sessions.at(0).name, "first");
        QCOMPARE(catalog.sessions.at(2).name, "third");
    }

    void theNewestSnapshotIsFirst() {
        Catalog catalog;
        catalog.appeared("/s/a/1", {{kSnapshot, snapshot("/s/a", "old", 10)}});
        catalog.appeared("/s/b/1", {{kSnapshot, snapshot("/s/b", "newest", 30)}});
        catalog.appeared("/s/a/2", {{kSnapshot, snapshot("/s/a", "new", 20)}});
        QCOMPARE(catalog.snapshots.at(0).comment, "newest");
        QCOMPARE(catalog.snapshots.newest(5, "/s/a").size(), 2);
        QCOMPARE(catalog.snapshots.newest(1, "/s/a").first().comment, "new");
    }

    void aChangeKeepsWhatItDoesNotName() {
        Catalog catalog;
        addSession(catalog, "/s/a", session("work", 1));
        QSignalSpy changes(&catalog.sessions, &QAbstractItemModel::dataChanged);
        catalog.changed("/s/a", kSession, {{"State", "suspended"}});
        QCOMPARE(changes.size(), 1);
        QCOMPARE(catalog.sessions.at(0).state, "suspended");
        QCOMPARE(catalog.sessions.at(0).name, "work");
        catalog.changed("/s/a", "org.other.Interface", {{"State", "running"}});
        catalog.changed("/s/unknown", kSession, {{"State", "running"}});
        QCOMPARE(catalog.sessions.at(0).state, "suspended");
    }

    void whatIsKeptOfASessionIsToldInItsLine() {
        Catalog catalog;
        auto work = session("work", 1);
        work.insert("ScheduleSeconds", 1800U);
        const qint64 at = 1'900'000'000'000;
        work.insert("NextSnapshotUnixMs", at);
        work.insert("Blockers", 2U);
        addSession(catalog, "/s/a", work);
        const auto line = [&] {
            const auto kept = catalog.snapshots.keptOf("/s/a");
            return keptText(*catalog.sessions.find("/s/a"), kept.count, kept.bytes, 0)
                .replace(QChar::Nbsp, ' ');
        };
        const auto next = timeText(at);
        QCOMPARE(line(), "next " + next);
        for (const char* const path : {"/s/a/1", "/s/a/2", "/s/b/1"}) {
            auto one = snapshot(QString(path).left(4), {}, 10);
            one.insert("StoredBytes", 1'500'000ULL);
            catalog.appeared(path, {{kSnapshot, one}});
        }
        QCOMPARE(line(), "3.0 MB · next " + next);
        catalog.vanished("/s/a/2");
        QCOMPARE(line(), "1.5 MB · next " + next);
        catalog.changed("/s/a", kSession, {{"ScheduleSeconds", 0U}});
        QCOMPARE(line(), "1 snapshot(s) · 1.5 MB");
        // A screen reader says what the sign says.
        QVERIFY(catalog.sessions.index(0).data(Qt::AccessibleTextRole).toString().contains("2 "));
        QCOMPARE(blockersText(*catalog.sessions.find("/s/a")).section(' ', 0, 0), "2");
    }

    void theOneBeforeIsOfTheSameSession() {
        Catalog catalog;
        catalog.appeared("/s/a/1", {{kSnapshot, snapshot("/s/a", "", 10)}});
        catalog.appeared("/s/b/1", {{kSnapshot, snapshot("/s/b", "", 20)}});
        catalog.appeared("/s/a/2", {{kSnapshot, snapshot("/s/a", "", 30)}});
        QVERIFY(catalog.snapshots.before("/s/a/2"));
        QCOMPARE(catalog.snapshots.before("/s/a/2")->path, "/s/a/1");
        QVERIFY(!catalog.snapshots.before("/s/a/1"));
        QVERIFY(!catalog.snapshots.before("/s/unknown"));
    }

    void differencesAreToldInWords() {
        SnapshotView before;
        SnapshotView after;
        before.imageBytes = 100'000'000;
        after.imageBytes = 112'000'000;
        before.programs = 3;
        after.programs = 2;
        after.layerBytes = 500;
        const auto differences = differencesBetween(
            before,
            seen({windowAt(0, 0, "stays"), windowAt(5, 5, "goes"), windowAt(9, 9, "draft")}), after,
            seen({windowAt(700, 0, "stays"), windowAt(9, 9, "letter"),
                  windowAt(0, 0, "comes", "Kate")}));
        QCOMPARE(differences.opened, QStringList("comes"));
        QCOMPARE(differences.closed, QStringList("goes"));
        QCOMPARE(differences.renamed.size(), 1);
        const auto lines = differenceLines(differences);
        QVERIFY(lines.contains("Opened: “comes”"));
        QVERIFY(lines.contains("Closed: “goes”"));
        QVERIFY(lines.contains("“draft” became “letter”"));
        QVERIFY(lines.join(' ').replace(QChar::Nbsp, ' ').contains("12.0 MB of memory more"));
        QVERIFY(lines.join(' ').replace(QChar::Nbsp, ' ').contains("500 bytes of files more"));
        QCOMPARE(lines.size(), 6);
        // Nothing is claimed of windows that are not known yet.
        QVERIFY(
            differencesBetween(before, {}, after, seen({windowAt(0, 0, "x")})).opened.isEmpty());
        QCOMPARE(differenceLines(differencesBetween(before, seen({}), before, seen({}))).size(), 1);
    }

    void windowsAreFoundInTheSessionsPicture() {
        const EntracteWindows windows{windowAt(100, 100, "a"), windowAt(200, 150, "b")};
        // 200x100 of the screen, at half the size.
        const auto places = placesInPicture(windows, {100, 50});
        QCOMPARE(places.size(), 2);
        QCOMPARE(places[0], QRect(0, 0, 50, 25));
        QCOMPARE(places[1], QRect(50, 25, 50, 25));
        // Half of it is left of the screen, and not in the picture.
        QCOMPARE(placesInPicture({windowAt(-50, 0, "a")}, {50, 50}),
                 QList<QRect>{QRect(0, 0, 50, 50)});
        // One that says itself what it shows: the whole screen.
        QCOMPARE(placesInPicture(windows, {200, 200}, {0, 0, 400, 400}),
                 (QList<QRect>{QRect(50, 50, 50, 25), QRect(100, 75, 50, 25)}));
        // A picture of something else, and sizes that a program made up.
        QVERIFY(placesInPicture(windows, {100, 80}).isEmpty());
        QVERIFY(placesInPicture({{"", "", 2'147'483'647, -2'147'483'647, 4'294'967'295, 1}}, {9, 9})
                    .isEmpty());
        QVERIFY(placesInPicture({}, {9, 9}).isEmpty());
    }

    void whatVanishesIsGone() {
        Catalog catalog;
        addSession(catalog, "/s/a", session("work", 1));
        catalog.vanished("/s/a");
        catalog.vanished("/s/a");
        QCOMPARE(catalog.sessions.rowCount(), 0);
    }

    void theSameObjectTwiceIsOneRow() {
        Catalog catalog;
        addSession(catalog, "/s/a", session("work", 1));
        addSession(catalog, "/s/a", session("work", 1));
        QCOMPARE(catalog.sessions.rowCount(), 1);
    }

    void aJobIsFinishedOnce() {
        Catalog catalog;
        QSignalSpy finished(&catalog.jobs, &JobModel::finished);
        catalog.appeared("/job/1", {{kJob, job("/s/a", 0)}});
        catalog.changed("/job/1", kJob, {{"Fraction", 0.5}, {"Phase", "saving"}});
        QCOMPARE(catalog.jobs.running(), 1);
        QCOMPARE(catalog.jobs.fraction(), 0.5);
        QVERIFY(catalog.jobs.runningFor("/s/a"));
        catalog.changed("/job/1", kJob, {{"Running", false}});
        catalog.changed("/job/1", kJob, {{"Running", false}});
        catalog.vanished("/job/1");
        QCOMPARE(finished.size(), 1);
        QCOMPARE(catalog.jobs.rowCount(), 0);
    }

    void aJobThatEndsBeforeWeSawItRunIsFinished() {
        Catalog catalog;
        QSignalSpy finished(&catalog.jobs, &JobModel::finished);
        auto ended = job("/s/a", 1);
        ended["Running"] = false;
        ended["Error"] = "NoSpace";
        catalog.appeared("/job/1", {{kJob, ended}});
        QCOMPARE(finished.size(), 1);
        QCOMPARE(finished[0][0].value<JobState>().job.error, "NoSpace");
    }

    void oldEndsAreNoNews() {
        Catalog catalog;
        QSignalSpy finished(&catalog.jobs, &JobModel::finished);
        auto ended = job("/s/a", 1);
        ended["Running"] = false;
        catalog.allTold({{QDBusObjectPath("/job/1"), {{kJob, ended}}},
                         {QDBusObjectPath("/job/2"), {{kJob, job("/s/a", 0.2)}}}});
        QCOMPARE(finished.size(), 0);
        QCOMPARE(catalog.jobs.rowCount(), 1);
    }

    void workEndsWithTheHelper() {
        Catalog catalog;
        QSignalSpy finished(&catalog.jobs, &JobModel::finished);
        catalog.appeared("/job/1", {{kJob, job("/s/a", 0)}});
        catalog.jobs.helperGone();
        QCOMPARE(finished.size(), 1);
        QCOMPARE(finished[0][0].value<JobState>().job.error, "HelperGone");
        // The next helper begins to count anew.
        catalog.allTold({});
        catalog.appeared("/job/1", {{kJob, job("/s/a", 0)}});
        QCOMPARE(catalog.jobs.running(), 1);
    }

    void progressNeverGoesBack() {
        Catalog catalog;
        catalog.appeared("/job/1", {{kJob, job("/s/a", 0.1)}});
        const auto tell = [&](const char* phase, double fraction, qulonglong bytes) {
            catalog.changed("/job/1", kJob,
                            {{"Phase", phase}, {"Fraction", fraction}, {"Bytes", bytes}});
            return catalog.jobs.at(0).job;
        };
        QCOMPARE(tell("storing", 0.6, 40'000'000ULL).bytes, 40'000'000ULL);
        // The next stretch of the same phase, then another phase, which counts nothing at first.
        QCOMPARE(tell("storing", 0.5, 4'000'000ULL).bytes, 44'000'000ULL);
        QCOMPARE(catalog.jobs.at(0).job.fraction, 0.6);
        QCOMPARE(tell("verifying", 0.7, 0).bytes, 44'000'000ULL);
        QCOMPARE(tell("verifying", 0.8, 8'000'000ULL).bytes, 52'000'000ULL);
        // What was stored is less than what was moved.
        QCOMPARE(tell("ending", 1, 5'000'000ULL).bytes, 52'000'000ULL);
        QCOMPARE(catalog.jobs.at(0).job.fraction, 1.0);
    }

    void deletionIsHiddenAtOnceAndUndone() {
        Catalog catalog;
        addSession(catalog, "/s/a", session("work", 1));
        catalog.appeared("/s/a/1", {{kSnapshot, snapshot("/s/a", "", 10)}});
        Deletions deletions;
        QSignalSpy due(&deletions, &Deletions::due);
        Filter sessions(catalog.sessions, deletions);
        Filter snapshots(catalog.snapshots, deletions);
        deletions.add({"/s/a", "work", true});
        QCOMPARE(sessions.rowCount(), 0);
        QCOMPARE(snapshots.rowCount(), 0); // what is beneath it, too
        deletions.undo();
        QCOMPARE(sessions.rowCount(), 1);
        QCOMPARE(snapshots.rowCount(), 1);
        QCOMPARE(due.size(), 0);
    }

    void deletionIsDueWhenItsTimeIsUp() {
        Deletions deletions(1);
        QSignalSpy due(&deletions, &Deletions::due);
        deletions.add({"/s/a/1", "x", false});
        QTRY_COMPARE(due.size(), 1);
        QVERIFY(deletions.isHidden("/s/a/1")); // until the helper says that it is gone
        deletions.undo();
        QVERIFY(deletions.isHidden("/s/a/1"));
        deletions.refused("/s/a/1");
        QVERIFY(!deletions.isHidden("/s/a/1"));
    }

    void searchFindsAllWordsInAnyOrder() {
        Catalog catalog;
        catalog.appeared("/s/a/1", {{kSnapshot, snapshot("/s/a", "before the Update", 10)}});
        catalog.appeared("/s/a/2", {{kSnapshot, snapshot("/s/a", "lunch", 20)}});
        Deletions deletions;
        Filter filter(catalog.snapshots, deletions);
        filter.setSearch(" update  BEFORE ");
        QCOMPARE(filter.rowCount(), 1);
        filter.setSearch("before lunch");
        QCOMPARE(filter.rowCount(), 0);
        filter.setSearch("");
        filter.setSession("/s/b");
        QCOMPARE(filter.rowCount(), 0);
    }

    void manySnapshotsAreOneLook() {
        Catalog catalog;
        EntracteObjects objects;
        for (int i = 0; i < 5000; ++i)
            objects.insert(QDBusObjectPath(QStringLiteral("/s/a/%1").arg(i)),
                           {{kSnapshot, snapshot("/s/a", {}, i)}});
        QSignalSpy inserted(&catalog.snapshots, &QAbstractItemModel::rowsInserted);
        catalog.allTold(objects);
        QCOMPARE(catalog.snapshots.rowCount(), 5000);
        QCOMPARE(inserted.size(), 0);
        QCOMPARE(catalog.snapshots.at(0).takenUnixMs, 4999);
    }

    void namesCannotDisturbTheText() {
        QCOMPARE(printable(QString::fromUtf8("a\nb\u202Ec\u2066d")), "a b c d");
        QCOMPARE(printable(QString::fromUtf8("Grüße 🎭")), QString::fromUtf8("Grüße 🎭"));
        QCOMPARE(printable(QString::fromUtf8("a\u2028b\u2029c\u200Fd")), "a b c d");
        for (const auto* const joined : {"می\u200Cخواهم", "👩\u200D💻"})
            QCOMPARE(printable(QString::fromUtf8(joined)), QString::fromUtf8(joined));
    }

    void aTipIsNoMarkup() {
        QCOMPARE(plainTip("work"), "work");
        QCOMPARE(plainTip("x <b>y</b>\nz"), "<span>x &lt;b&gt;y&lt;/b&gt;<br>z</span>");
    }

    void theReasonIsTheHelpersOwn() {
        const auto refused = troubleOf("resume", "work", "InvalidArgument", "It runs already.");
        QCOMPARE(refused.happened, "It runs already.");
        const auto other = troubleOf("resume", "work", "System", "No room for\nit.");
        QCOMPARE(other.reason, "No room for it.");
    }

    void aTroubleIsToldOnceAndGoesWithItsSession() {
        Troubles troubles;
        auto one = troubleOf("snapshot", "work", "NoSpace", "");
        one.session = "/a";
        troubles.add(one);
        troubles.add(one);
        QCOMPARE(troubles.all().size(), 1);
        one.session = "/b";
        troubles.add(one);
        troubles.add(troubleOf("start", "", "NotFound", ""));
        QCOMPARE(troubles.all().size(), 3);
        troubles.forget([](const QString& session) { return session == "/a"; });
        QCOMPARE(troubles.all().size(), 2);
        QCOMPARE(troubles.all().first().trouble.session, "/b");
    }

    void aLockedSnapshotTellsNothingElse() {
        SnapshotView snapshot;
        snapshot.locked = true;
        snapshot.storedBytes = 9'000'000;
        QCOMPARE(snapshotTitle(snapshot), "Locked snapshot");
        QVERIFY(snapshotFigures(snapshot).startsWith("locked"));
        SessionView session;
        session.state = "suspended";
        QCOMPARE(stateText(session, &snapshot), "suspended"); // whether it was is not known
        snapshot.locked = false;
        QVERIFY(stateText(session, &snapshot).startsWith("ended; its newest snapshot is of "));
        snapshot.suspended = true;
        QCOMPARE(stateText(session, &snapshot), "suspended");
    }

    void everyErrorHasItsWords() {
        for (const auto& info : errorTable()) {
            const auto code = QString::fromUtf8(info.name.data(), qsizetype(info.name.size()));
            const auto trouble = troubleOf("snapshot", "work", code, "The helper's words.");
            QVERIFY2(!trouble.happened.isEmpty() && !trouble.safe.isEmpty(), qPrintable(code));
            QVERIFY(trouble.title.contains("work"));
            QVERIFY(trouble.details.contains("The helper's words."));
            QVERIFY(trouble.details.contains(code));
            if (code != "Internal")
                QVERIFY2(trouble.happened != troubleOf("snapshot", "", "Internal", "").happened,
                         qPrintable(code));
        }
    }

    void commandsAreReadAsTheyWereWritten() {
        QCOMPARE(execWords("kate -b %U"), QStringList({"kate", "-b"}));
        QCOMPARE(execWords("sh -c \"echo \\\"a b\\\" 100%%\""),
                 QStringList({"sh", "-c", "echo \"a b\" 100%%"}));
        QCOMPARE(execWords("env A=%% x"), QStringList({"env", "A=%", "x"}));
        QCOMPARE(execWords("broken \"quote"), QStringList());
        QCOMPARE(typedWords("xterm -T 'two words' -e top"),
                 QStringList({"xterm", "-T", "two words", "-e", "top"}));
        QCOMPARE(typedWords("a '' b"), QStringList({"a", "", "b"}));
    }

    void applicationsAreFoundAsTheSpecificationSays() {
        QTemporaryDir first;
        QTemporaryDir second;
        const auto write = [](const QString& path, const QByteArray& text) {
            QDir().mkpath(QFileInfo(path).path());
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("[Desktop Entry]\nType=Application\n" + text);
        };
        write(first.filePath("b.desktop"), "Name=Bee\nExec=sh %F\nIcon=bee\n");
        write(first.filePath("hidden.desktop"), "Name=No\nExec=sh\nNoDisplay=true\n");
        write(first.filePath("missing.desktop"), "Name=No\nExec=/no/such/program\n");
        write(first.filePath("taken.desktop"), "Name=Mine\nExec=cat\nHidden=true\n");
        write(first.filePath("sub/a.desktop"),
              "Name=ant\nExec=cat\nTerminal=true\n[Desktop Action x]\nName=Wrong\nExec=false\n");
        write(second.filePath("taken.desktop"), "Name=System's\nExec=cat\n");
        const auto programs = InstalledPrograms::in({first.path(), second.path()});
        QCOMPARE(programs.all().size(), 2);
        QCOMPARE(programs.all()[0].name, "ant");
        QCOMPARE(programs.all()[0].id, "sub-a.desktop");
        QVERIFY(programs.all()[0].terminal);
        QCOMPARE(programs.all()[1].command, QStringList("sh"));
        QCOMPARE(programs.ofCommand({"/bin/sh", "-c", "x"})->name, "Bee");
        QVERIFY(!programs.ofCommand({"nothing"}));
    }

    void rulesOfKeepingSurviveTheDialog() {
        const auto keep = Keep::ofText("hourly=24 bytes=20000 last=5");
        QCOMPARE(keep.hourly, 24);
        QCOMPARE(keep.last, 5);
        QCOMPARE(keep.text(), "last=5 hourly=24 bytes=20000");
        QVERIFY(Keep::ofText("").all());
    }

    // Every sentence that a person may read stands in the German file, translated.
    void profilesAreWrittenAsSessionsReadThem() {
        QTemporaryDir home;
        qputenv("XDG_CONFIG_HOME", home.path().toUtf8());
        const auto own = [] {
            QList<ProgramProfile> found;
            for (const auto& one : ProgramProfiles::read().all)
                if (one.from == ProgramProfile::From::Person)
                    found.append(one);
            return found;
        };
        ProgramProfile profile;
        profile.programs = QStringList{"ink scape", "gimp"};
        profile.arguments = QStringList{"--title=\"a\\b\"", "ä\n"};
        profile.environment = {{"COLOUR", "dark red"}, {"EMPTY", ""}};
        profile.notes = "Why not";
        QCOMPARE(writeProfile(profile), QString());
        QCOMPARE(own().size(), 1);
        const auto read = own().first();
        QCOMPARE(read.programs, profile.programs);
        QCOMPARE(read.arguments, profile.arguments);
        QCOMPARE(read.environment, profile.environment);
        QCOMPARE(read.notes, profile.notes);
        // Another of the same program has a file of its own; the one that is changed keeps its.
        QCOMPARE(writeProfile(profile), QString());
        QCOMPARE(own().size(), 2);
        auto changed = own().first();
        changed.arguments.clear();
        QCOMPARE(writeProfile(changed), QString());
        QCOMPARE(own().size(), 2);
        // One that takes the place of Entracte's.
        for (const auto& one : ProgramProfiles::read().all)
            if (one.id == "chromium")
                QCOMPARE(writeProfile(one), QString());
        bool replaced = false;
        for (const auto& one : ProgramProfiles::read().all)
            replaced = replaced || (one.id == "chromium" && one.replaced);
        QVERIFY(replaced);
        for (const auto& one : own())
            QCOMPARE(removeProfile(one), QString());
        QCOMPARE(own().size(), 0);
        // What a session could not read is said, and not written.
        profile.programs = QStringList{"/usr/bin/gimp"};
        QVERIFY(writeProfile(profile).contains("/usr/bin/gimp"));
        profile.programs = QStringList{"gimp"};
        profile.environment = {{"1A", ""}};
        QVERIFY(!writeProfile(profile).isEmpty());
        QCOMPARE(own().size(), 0);
        QFile broken(ownProfileFolder() + "/broken.toml");
        QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("match = 3") > 0);
        broken.close();
        QCOMPARE(ProgramProfiles::read().problems.size(), 1);
        qunsetenv("XDG_CONFIG_HOME");
    }

    void wordsAreQuotedAsTheyAreRead() {
        const QStringList words{"plain", "two words", "\"quoted\"", "back\\slash", "$HOME", "it's"};
        QCOMPARE(typedWords(quotedWords(words)), words);
    }

    void whatTheHelperFindsIsSaidInThePersonsLanguage() {
        QCOMPARE(inPersonsWords("CRIU 4.2.1 saves and restores on this kernel."),
                 "CRIU 4.2.1 saves and restores on this kernel.");
        QTranslator german;
        QVERIFY(german.load(":/i18n/entracte_de.qm"));
        QCoreApplication::installTranslator(&german);
        const auto back = qScopeGuard([&german] { QCoreApplication::removeTranslator(&german); });
        QCOMPARE(inPersonsWords("gimp %2 uses the GPU directly and cannot be saved."),
                 QString::fromUtf8("gimp %2 benutzt die Grafikkarte unmittelbar und kann nicht "
                                   "gesichert werden."));
        QCOMPARE(inPersonsWords("xterm is connected to a program outside the session (/run/x)."),
                 QString::fromUtf8("xterm ist mit einem Programm außerhalb der Sitzung verbunden "
                                   "(/run/x)."));
        QCOMPARE(inPersonsWords("Something new."), "Something new.");
        // All that is found on this machine.
        const QTemporaryDir state;
        for (const auto& finding : examineMachine({state.path().toStdString(), {}}))
            for (const auto& said : {finding.sentence, finding.remedy})
                QVERIFY2(said.empty() ||
                             inPersonsWords(QString::fromStdString(said)).toStdString() != said,
                         said.c_str());
    }

    void theGermanTranslationIsComplete() {
        QFile file(ENTRACTE_RESOURCES "/translations/entracte_de.ts");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&file);
        QString source;
        int count = 0;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement)
                continue;
            if (xml.name() == QLatin1String("source")) {
                source = xml.readElementText();
                ++count;
            } else if (xml.name() == QLatin1String("translation")) {
                QVERIFY2(xml.attributes().value("type").isEmpty(), qPrintable(source));
            }
        }
        QVERIFY(count > 300);
    }
};

QTEST_MAIN(DesktopModelTest)
#include "DesktopModelTest.moc"
