// What the person is told, when, how often, and what pressing it does: the notifier on a session
// bus of the test's own (dbus-run-session), whose notification service this test is. What the
// helper would tell is put into the catalog by hand.

#include "app/desktop/Notifier.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace entracte::desktop;

namespace {

constexpr const char* kSession = "org.entracte.Entracte1.Session";
constexpr const char* kSnapshot = "org.entracte.Entracte1.Snapshot";
constexpr const char* kJob = "org.entracte.Entracte1.Job";
constexpr const char* kWork = "/s/work";

QVariant pathValue(const QString& path) {
    return QVariant::fromValue(QDBusObjectPath(path));
}

struct Told {
    uint replaces = 0;
    QString summary;
    QString body;
    QStringList actions;
};

} // namespace

class Notifications : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
public:
    QList<Told> told;
    QList<uint> closed;
    uint last = 0; // the id of the newest

public slots:
    Q_SCRIPTABLE uint Notify(const QString&, uint replaces, const QString&, const QString& summary,
                             const QString& body, const QStringList& actions, const QVariantMap&,
                             int) {
        told.append({replaces, summary, body, actions});
        return last = replaces > 0 ? replaces : ++m_count;
    }

    Q_SCRIPTABLE void CloseNotification(uint id) { closed.append(id); }

signals:
    Q_SCRIPTABLE void ActionInvoked(uint id, const QString& action);
    Q_SCRIPTABLE void NotificationClosed(uint id, uint reason);

private:
    uint m_count = 0;
};

class NotifierTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_home;
    Notifications m_service;
    struct World {
        HelperLink link{QDBusConnection("nobody")};
        Catalog catalog;
        Actions actions{link, catalog};
        Deletions deletions;
        Troubles troubles;
        Settings settings;
        InstalledPrograms programs;
        Pictures pictures{link};
        Transfers transfers{link, catalog};
        Vault vault{link};
        VaultKeyring keyring{vault};
        Errands errands;
        Desk desk{link,     catalog,  actions,   deletions, troubles, settings,
                  programs, pictures, transfers, vault,     keyring,  errands};
        Notifier notifier{desk};
    };
    std::unique_ptr<World> m_world;
    int m_jobs = 0;

    // A job ends; with a snapshot that came of it where it went well.
    QString jobEnds(const QString& kind, const QString& error = {},
                    const QString& origin = "asked") {
        const auto number = QString::number(++m_jobs);
        const auto taken = error.isEmpty() ? "/s/work/" + number : QString("/");
        if (error.isEmpty())
            m_world->catalog.appeared(taken, {{kSnapshot,
                                               {{"Session", pathValue(kWork)},
                                                {"Origin", origin},
                                                {"TakenUnixMs", qint64(m_jobs)},
                                                {"StoredBytes", quint64(1000)}}}});
        const auto path = "/job/" + number;
        QVariantMap job{{"Kind", kind},    {"Session", pathValue(kWork)},
                        {"Fraction", 0.5}, {"Running", true},
                        {"Error", ""},     {"Result", pathValue("/")}};
        m_world->catalog.appeared(path, {{kJob, job}});
        m_world->catalog.changed(
            path, kJob, {{"Running", false}, {"Error", error}, {"Result", pathValue(taken)}});
        m_world->catalog.vanished(path);
        return taken;
    }
    void state(const QString& state) {
        m_world->catalog.changed(kWork, kSession, {{"State", state}});
    }
    // Everything that was sent has been answered.
    void settle() {
        auto bus = QDBusConnection::sessionBus();
        for (int i = 0; i < 3; ++i) {
            bus.call(QDBusMessage::createMethodCall("org.freedesktop.DBus", "/",
                                                    "org.freedesktop.DBus", "GetId"));
            QTest::qWait(20);
        }
    }
    const QList<Told>& told() const { return m_service.told; }

private slots:
    void initTestCase() {
        qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
        auto bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, "service");
        if (!bus.isConnected())
            QSKIP("there is no session bus");
        QVERIFY(bus.registerObject("/org/freedesktop/Notifications", &m_service,
                                   QDBusConnection::ExportScriptableContents));
        QVERIFY(bus.registerService("org.freedesktop.Notifications"));
    }
    void init() {
        m_service.told.clear();
        QFile::remove(m_home.filePath("entracte/desktop.conf"));
        m_world = std::make_unique<World>();
        m_world->notifier.setFreeBytes([] { return qint64(100) << 30; });
        m_world->catalog.appeared(
            kWork, {{kSession, {{"Id", "work"}, {"Name", "work"}, {"State", "running"}}}});
    }
    void cleanup() { m_world.reset(); }

    void aSnapshotIsToldOnceAndCanBeShownOrUndone() {
        const auto taken = jobEnds("snapshot");
        QTRY_COMPARE(told().size(), 1);
        QVERIFY(told()[0].summary.contains("work"));
        QVERIFY(told()[0].actions.contains("undo") && told()[0].actions.contains("show"));
        settle();
        QCOMPARE(told().size(), 1);
        QSignalSpy shown(&m_world->notifier, &Notifier::snapshotAsked);
        emit m_service.ActionInvoked(m_service.last, "show");
        QTRY_COMPARE(shown.size(), 1);
        QCOMPARE(shown[0][1].toString(), taken);
        emit m_service.ActionInvoked(99, "undo"); // somebody else's
        emit m_service.ActionInvoked(m_service.last, "undo");
        QTRY_VERIFY(m_world->deletions.isHidden(taken));
        QTRY_COMPARE(m_service.closed.size(), 2); // pressed is put away
        QCOMPARE(m_world->deletions.waiting().size(), 1);
    }

    void theNextAboutTheSameSessionTakesItsPlace() {
        jobEnds("snapshot");
        jobEnds("snapshot"); // before the first was answered
        jobEnds("snapshot", "NoSpace");
        settle();
        QVERIFY(told().size() <= 3);
        const auto first = told().size();
        QCOMPARE(told().last().summary, QString("“work” could not be saved"));
        for (int i = 1; i < first; ++i)
            QVERIFY2(told()[i].replaces > 0, "a second one beside the first");
        emit m_service.NotificationClosed(m_service.last, 2);
        settle();
        jobEnds("snapshot");
        QTRY_COMPARE(told().size(), first + 1);
        QCOMPARE(told().last().replaces, 0U);
    }

    void aFailureSaysWhyWhenAsked() {
        jobEnds("suspend", "NotCheckpointable");
        QTRY_COMPARE(told().size(), 1);
        QVERIFY(told()[0].actions.contains("why"));
        QVERIFY(told()[0].body.contains("The session goes on"));
        settle();
        QSignalSpy asked(&m_world->notifier, &Notifier::whyAsked);
        emit m_service.ActionInvoked(m_service.last, "why");
        QTRY_COMPARE(asked.size(), 1);
    }

    void whatWasInterruptedCanBeResumed() {
        state("interrupted");
        QTRY_COMPARE(told().size(), 1);
        QVERIFY2(!told()[0].actions.contains("resume"), "there is nothing to bring it back");
        settle();
        state("running");
        jobEnds("snapshot", {}, "schedule");
        state("interrupted");
        QTRY_COMPARE(told().size(), 2);
        QVERIFY(told()[1].actions.contains("resume"));
    }

    void whatOneDoesNotWantToHearIsNotTold() {
        auto& settings = m_world->settings;
        settings.setNotifies(Settings::kDone, false);
        jobEnds("snapshot");
        settings.setNotifies(Settings::kFailed, false);
        jobEnds("snapshot", "NoSpace");
        settings.setNotifies(Settings::kInterrupted, false);
        state("interrupted");
        settings.setNotifies(Settings::kLowSpace, false);
        m_world->notifier.setFreeBytes([] { return qint64(1); });
        jobEnds("suspend");
        settle();
        QCOMPARE(told().size(), 0);
        settings.setNotifies(Settings::kFailed, true);
        jobEnds("snapshot", "NoSpace");
        QTRY_COMPARE(told().size(), 1);
    }

    void noWordOfWhatIsBeforeOnesEyesOrComesByItself() {
        m_world->notifier.setQuietWhile([] { return true; });
        jobEnds("snapshot");
        jobEnds("snapshot", "NoSpace");
        m_world->notifier.setQuietWhile([] { return false; });
        jobEnds("snapshot", {}, "schedule");
        jobEnds("snapshot", "Cancelled");
        settle();
        QCOMPARE(told().size(), 0);
    }

    void littleRoomIsToldOnceUntilThereIsRoomAgain() {
        qint64 bytes = 1000;
        m_world->notifier.setFreeBytes([&bytes] { return bytes; });
        jobEnds("snapshot", {}, "schedule");
        QTRY_COMPARE(told().size(), 1);
        QVERIFY(told()[0].summary.contains("room"));
        jobEnds("snapshot", {}, "schedule");
        bytes = qint64(100) << 30;
        jobEnds("snapshot", {}, "schedule");
        settle();
        QCOMPARE(told().size(), 1);
        bytes = 1000;
        jobEnds("snapshot", {}, "schedule");
        QTRY_COMPARE(told().size(), 2);
    }
};

QTEST_GUILESS_MAIN(NotifierTest)
#include "NotifierTest.moc"
