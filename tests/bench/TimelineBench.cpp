// A timeline of 5,000 snapshots, scrolled page by page: how long each picture of it takes to draw.
// Prints JSON.

#include "app/desktop/Application.h"
#include "app/desktop/model/Filters.h"
#include "app/desktop/widgets/TimelineDelegate.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QListView>
#include <QScrollBar>

#include <algorithm>
#include <cstdio>

using namespace entracte;
using namespace entracte::desktop;

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    Application whole(QDBusConnection("none"));
    auto& desk = whole.desk();
    constexpr int kSnapshots = 5000;
    const QString session = "/s/a";
    EntracteObjects objects;
    objects[QDBusObjectPath(session)] = {
        {"org.entracte.Entracte1.Session", {{"Id", "a"}, {"Name", "work"}, {"State", "running"}}}};
    for (int i = 0; i < kSnapshots; ++i)
        objects[QDBusObjectPath(session + "/" + QString::number(i))] = {
            {"org.entracte.Entracte1.Snapshot",
             {{"Session", QVariant::fromValue(QDBusObjectPath(session))},
              {"Comment", QString("number %1").arg(i)},
              {"TakenUnixMs", qint64(1'700'000'000'000) + qint64(i) * 900'000},
              {"Windows", 3U}}}};
    QElapsedTimer clock;
    clock.start();
    desk.catalog.allTold(objects);
    const double told = double(clock.nsecsElapsed()) / 1e6;

    Filter filter(desk.catalog.snapshots, desk.deletions);
    filter.setSession(session);
    QListView view;
    view.setModel(&filter);
    view.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view.setItemDelegate(new TimelineDelegate(desk, &view));
    view.resize(430, 620);
    clock.restart();
    view.show();
    view.grab();
    const double first = double(clock.nsecsElapsed()) / 1e6;
    QList<double> frames;
    auto* const bar = view.verticalScrollBar();
    for (int at = 0; at <= bar->maximum() && frames.size() < 400; at += bar->maximum() / 400 + 1) {
        clock.restart();
        bar->setValue(at);
        view.grab();
        frames.append(double(clock.nsecsElapsed()) / 1e6);
    }
    std::sort(frames.begin(), frames.end());
    std::printf("{\"told_ms\": %.1f, \"first_ms\": %.1f, \"frame_median_ms\": %.2f, "
                "\"frame_worst_ms\": %.2f}\n",
                told, first, frames[frames.size() / 2], frames.last());
    return 0;
}
