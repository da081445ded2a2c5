#include "app/desktop/model/Differences.h"

#include "app/desktop/model/Wording.h"

#include <QCoreApplication>

#include <cstdlib>

namespace entracte::desktop {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Words)
};

// What changes by itself all the time, and is nothing to tell of.
constexpr qint64 kNoise = 1'000'000;
constexpr qsizetype kMostNamed = 3;

// Takes what `same` pairs up out of both lists; tells each pair.
template <typename Same, typename Then>
void pairUp(EntracteWindows& before, EntracteWindows& after, Same same, Then then) {
    for (qsizetype old = 0; old < before.size();) {
        qsizetype now = 0;
        while (now < after.size() && !same(before[old], after[now]))
            ++now;
        if (now == after.size()) {
            ++old;
            continue;
        }
        then(before[old], after[now]);
        before.removeAt(old);
        after.removeAt(now);
    }
}

QString named(const EntracteWindow& window) {
    const auto title = printable(window.title).trimmed();
    return title.isEmpty() ? printable(window.className) : title;
}

QString quoted(const QStringList& names) {
    QStringList told;
    for (const auto& name : names.mid(0, kMostNamed))
        told.append(Words::tr("“%1”").arg(name));
    const auto more = names.size() - told.size();
    const auto text = told.join(QStringLiteral(", "));
    return more > 0
               ? Words::tr("%1 and %n more", "names of windows", static_cast<int>(more)).arg(text)
               : text;
}

QString more(qint64 bytes, const QString& ifMore, const QString& ifLess) {
    return (bytes > 0 ? ifMore : ifLess).arg(sizeText(static_cast<quint64>(std::llabs(bytes))));
}

} // namespace

Differences differencesBetween(const SnapshotView& before, const Pictures::Seen& seenBefore,
                               const SnapshotView& after, const Pictures::Seen& seenAfter) {
    Differences result;
    result.windowsKnown = seenBefore.told && seenAfter.told;
    result.programs = static_cast<int>(after.programs) - static_cast<int>(before.programs);
    result.memory = static_cast<qint64>(after.imageBytes) - static_cast<qint64>(before.imageBytes);
    result.files = static_cast<qint64>(after.layerBytes) - static_cast<qint64>(before.layerBytes);
    if (!result.windowsKnown)
        return result;
    auto gone = seenBefore.windows;
    auto come = seenAfter.windows;
    pairUp(
        gone, come,
        [](const auto& a, const auto& b) {
            return a.className == b.className && a.title == b.title;
        },
        [](const auto&, const auto&) {});
    // The same program's window at the same place under another title is the same window.
    pairUp(
        gone, come,
        [](const auto& a, const auto& b) {
            return a.className == b.className && a.x == b.x && a.y == b.y;
        },
        [&](const auto& a, const auto& b) {
            result.renamed.append({named(a), named(b)});
        });
    for (const auto& window : gone)
        result.closed.append(named(window));
    for (const auto& window : come)
        result.opened.append(named(window));
    return result;
}

QStringList differenceLines(const Differences& differences) {
    QStringList lines;
    if (!differences.opened.isEmpty())
        lines.append(Words::tr("Opened: %1").arg(quoted(differences.opened)));
    if (!differences.closed.isEmpty())
        lines.append(Words::tr("Closed: %1").arg(quoted(differences.closed)));
    for (const auto& [old, now] : differences.renamed.mid(0, kMostNamed))
        lines.append(Words::tr("“%1” became “%2”", "titles of a window").arg(old, now));
    if (differences.programs > 0)
        lines.append(Words::tr("%n program(s) more", nullptr, differences.programs));
    if (differences.programs < 0)
        lines.append(Words::tr("%n program(s) fewer", nullptr, -differences.programs));
    if (std::llabs(differences.memory) >= kNoise)
        lines.append(more(differences.memory, Words::tr("%1 of memory more"),
                          Words::tr("%1 of memory less")));
    if (differences.files != 0)
        lines.append(
            more(differences.files, Words::tr("%1 of files more"), Words::tr("%1 of files less")));
    if (lines.isEmpty())
        lines.append(Words::tr("The same windows and programs"));
    return lines;
}

} // namespace entracte::desktop
