// That a tray which a desktop draws itself is found whenever it comes, on a session bus of the
// test's own.

#include "app/desktop/TrayWatch.h"

#include <QDBusConnection>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>

using namespace entracte::desktop;

namespace {

constexpr const char* kName = "org.kde.StatusNotifierWatcher";

// What a desktop has on the bus, before and after its panel is there.
class Collector : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.kde.StatusNotifierWatcher")
    Q_PROPERTY(bool IsStatusNotifierHostRegistered MEMBER m_shown)
public:
    void show() {
        m_shown = true;
        emit StatusNotifierHostRegistered();
    }
signals:
    void StatusNotifierHostRegistered();

private:
    bool m_shown = false;
};

} // namespace

class TrayWatchTest : public QObject {
    Q_OBJECT

private slots:
    void aTrayIsFoundWhenSomethingShowsIt() {
        TrayWatch watch;
        QSignalSpy found(&watch, &TrayWatch::found);
        QSignalSpy notYet(&watch, &TrayWatch::notYet);
        watch.begin();
        QTRY_COMPARE(notYet.count(), 1);
        Collector collector;
        auto panel = QDBusConnection::connectToBus(QDBusConnection::SessionBus, "panel");
        QVERIFY(panel.registerObject("/StatusNotifierWatcher", &collector,
                                     QDBusConnection::ExportAllContents));
        QVERIFY(panel.registerService(kName));
        QTRY_COMPARE(notYet.count(), 2);
        QCOMPARE(found.count(), 0);
        collector.show();
        QTRY_COMPARE(found.count(), 1);
        // And by who looks only then.
        TrayWatch later;
        QSignalSpy atOnce(&later, &TrayWatch::found);
        later.begin();
        QTRY_COMPARE(atOnce.count(), 1);
        QDBusConnection::disconnectFromBus("panel");
    }
};

int main(int argc, char** argv) {
    const QGuiApplication application(argc, argv);
    TrayWatchTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "TrayWatchTest.moc"
