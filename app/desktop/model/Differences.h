#pragma once

// What lies between two snapshots of a session, and that in words: windows opened, closed and
// called otherwise, memory, files, programs.

#include "app/desktop/model/Pictures.h"

namespace entracte::desktop {

struct Differences {
    bool windowsKnown = false; // the windows of both have been told
    QStringList opened;        // titles, as they are in the later one
    QStringList closed;        // as they were in the earlier one
    QList<std::pair<QString, QString>> renamed;
    int programs = 0;  // more than before; negative: fewer
    qint64 memory = 0; // bytes, likewise
    qint64 files = 0;  // bytes of files that the session has changed, likewise
};

Differences differencesBetween(const SnapshotView& before, const Pictures::Seen& seenBefore,
                               const SnapshotView& after, const Pictures::Seen& seenAfter);

// A line for each kind of difference; one that says so when there is none.
QStringList differenceLines(const Differences& differences);

} // namespace entracte::desktop
