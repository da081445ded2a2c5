#include "app/desktop/model/Wording.h"

#include "app/desktop/model/Models.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

namespace entracte::desktop {

namespace {

// One context for all, so that translators find these together.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(Words)
};

QString joined(const QStringList& parts) {
    return parts.join(QStringLiteral(" · "));
}

} // namespace

QString printable(const QString& text) {
    QString safe;
    safe.reserve(text.size());
    for (const auto character : text) {
        const bool turnsAround = character.unicode() >= 0x202A && character.unicode() <= 0x202E;
        const bool isolates = character.unicode() >= 0x2066 && character.unicode() <= 0x2069;
        // Both count as printable, and begin a line.
        const bool endsLine = character.unicode() == 0x2028 || character.unicode() == 0x2029;
        // Within words of Persian and Hindi, and of what emoji are put together.
        const bool joins = character.unicode() == 0x200C || character.unicode() == 0x200D;
        if (joins || character.isSurrogate() ||
            (character.isPrint() && !turnsAround && !isolates && !endsLine))
            safe += character;
        else
            safe += QChar::Space;
    }
    return safe;
}

QString plainTip(const QString& text) {
    if (!text.contains('<') && !text.contains('&'))
        return text;
    return QStringLiteral("<span>%1</span>").arg(text.toHtmlEscaped().replace('\n', "<br>"));
}

QString sizeText(quint64 bytes) {
    // Number and unit stay on one line.
    return QLocale()
        .formattedDataSize(static_cast<qint64>(bytes), bytes < 1000 ? 0 : 1,
                           QLocale::DataSizeSIFormat)
        .replace(QChar::Space, QChar::Nbsp);
}

QString frozenText(uint micros) {
    if (micros < 100'000)
        return Words::tr("%1 ms").arg((micros + 500) / 1000);
    return Words::tr("%1 s").arg(QLocale().toString(micros / 1e6, 'f', 1));
}

QString clockText(qint64 unixMs) {
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(unixMs).time(), QLocale::ShortFormat);
}

QString timeText(qint64 unixMs) {
    const auto time = QDateTime::fromMSecsSinceEpoch(unixMs);
    if (time.date() == QDate::currentDate())
        return clockText(unixMs);
    return QLocale().toString(time, QLocale::ShortFormat);
}

QString agoText(qint64 unixMs, qint64 nowMs) {
    const auto seconds = (nowMs - unixMs) / 1000;
    if (seconds < 60)
        return Words::tr("just now");
    if (seconds < 3600)
        return Words::tr("%n minute(s) ago", nullptr, static_cast<int>(seconds / 60));
    if (seconds < 86'400)
        return Words::tr("%n hour(s) ago", nullptr, static_cast<int>(seconds / 3600));
    return Words::tr("%n day(s) ago", nullptr, static_cast<int>(seconds / 86'400));
}

QString dayText(qint64 unixMs, qint64 nowMs) {
    const auto day = QDateTime::fromMSecsSinceEpoch(unixMs).date();
    const auto today = QDateTime::fromMSecsSinceEpoch(nowMs).date();
    if (day == today)
        return Words::tr("Today");
    if (day == today.addDays(-1))
        return Words::tr("Yesterday");
    return QLocale().toString(day, day.year() == today.year()
                                       ? Words::tr("dddd, d MMMM", "a day of this year")
                                       : Words::tr("d MMMM yyyy", "a day of another year"));
}

namespace {
// Saved, but not as it was last: it was ended after that.
bool endedSince(const SessionView& session, const SnapshotView* newest) {
    // Of a locked one it is not known.
    return session.state == "suspended" && newest && !newest->locked && !newest->suspended;
}
} // namespace

QString stateText(const SessionView& session, const SnapshotView* newest) {
    const auto& state = session.state;
    if (endedSince(session, newest))
        return Words::tr("ended; its newest snapshot is of %1").arg(timeText(newest->takenUnixMs));
    if (state == "starting")
        return Words::tr("starting");
    if (state == "running")
        return Words::tr("running");
    if (state == "detached")
        return Words::tr("running without a screen");
    if (state == "suspended")
        return Words::tr("suspended");
    if (state == "interrupted")
        return Words::tr("interrupted");
    if (state == "ended")
        return Words::tr("ended");
    return printable(state);
}

QString stateExplained(const SessionView& session, const SnapshotView* newest) {
    const auto peer = printable(session.movePeer);
    if (session.move == "given")
        return Words::tr("It was being given to %1. “Move to…” asks whether it arrived.").arg(peer);
    if (session.move == "gone")
        return Words::tr("It is at %1. What was saved here before can be opened beside.").arg(peer);
    if (session.move == "arriving")
        return Words::tr("It is arriving from %1.").arg(peer);
    if (session.state == "starting")
        return Words::tr("Its programs are starting.");
    if (session.state == "detached")
        return Words::tr("Its programs go on, and are on no screen. Show them here at any time.");
    if (endedSince(session, newest))
        return Words::tr("It has ended; its newest snapshot is of %1. Resume goes back to it.")
            .arg(timeText(newest->takenUnixMs));
    if (session.state == "suspended")
        return Words::tr("It is saved and uses no memory. Resume it to go on where you were.");
    if (session.state == "interrupted")
        return Words::tr("It ended without being asked. Its newest snapshot brings it back.");
    if (session.state == "ended")
        return Words::tr("It has ended, and there is no snapshot to bring it back.");
    return {};
}

QString filesInSession(const QString& fate) {
    return Words::tr("Files that its programs saved outside shared folders exist in the session "
                     "only, those in Documents, too: %1",
                     "what becomes of them")
        .arg(fate);
}

QString screenText(const SessionView& session) {
    if (session.screen == "headless")
        return Words::tr("on no visible screen");
    if (session.screen == "window")
        return Words::tr("in a window of its own");
    if (session.display.isEmpty())
        return {};
    return Words::tr("among the windows of display %1").arg(printable(session.display));
}

QString networkText(const SessionView& session) {
    if (session.network == "none")
        return Words::tr("None: its programs reach each other, and nothing else.");
    if (session.network.startsWith("host-limited:"))
        return Words::tr("Only these ports of this computer, at 10.0.2.2: %1")
            .arg(printable(session.network.section(':', 1).replace(',', QStringLiteral(", "))));
    if (session.network == "nat")
        return Words::tr("What you reach yourself, but for this computer's own ports");
    return printable(session.network);
}

QString sessionFigures(const SessionView& session) {
    // The helper counts now and then; a session just started has not been counted yet.
    if (!isAlive(session) || session.programs + session.windows == 0)
        return stateText(session, nullptr);
    return joined({Words::tr("%n program(s)", nullptr, static_cast<int>(session.programs)),
                   Words::tr("%n window(s)", nullptr, static_cast<int>(session.windows))});
}

QString blockersText(const SessionView& session) {
    if (!isAlive(session) || session.blockers == 0)
        return {};
    return Words::tr("%n program(s) cannot be saved", nullptr, static_cast<int>(session.blockers));
}

QString keptText(const SessionView& session, int snapshots, quint64 bytes, qint64 nowMs) {
    QString next;
    if (isAlive(session) && session.scheduleSeconds > 0) {
        if (session.pausedUntilUnixMs > nowMs)
            next = Words::tr("pauses", "automatic snapshots");
        else if (session.nextSnapshotUnixMs > 0)
            next = Words::tr("next %1", "automatic snapshot, a time")
                       .arg(timeText(session.nextSnapshotUnixMs));
    }
    // The place is short.
    QStringList parts;
    if (snapshots > 0)
        parts.append(sizeText(bytes));
    if (!next.isEmpty())
        parts.append(next);
    else
        parts.prepend(snapshots > 0 ? Words::tr("%n snapshot(s)", nullptr, snapshots)
                                    : Words::tr("no snapshot yet"));
    return joined(parts);
}

QString scheduleText(const SessionView& session, qint64 nowMs) {
    if (!isAlive(session) || session.scheduleSeconds == 0)
        return {};
    if (session.pausedUntilUnixMs > nowMs)
        return Words::tr("automatic snapshots pause until %1")
            .arg(timeText(session.pausedUntilUnixMs));
    if (session.nextSnapshotUnixMs > 0)
        return Words::tr("next automatic snapshot %1").arg(timeText(session.nextSnapshotUnixMs));
    return {};
}

QString intervalText(uint seconds) {
    if (seconds == 0)
        return Words::tr("Never");
    if (seconds % 86'400 == 0)
        return Words::tr("Every %n day(s)", nullptr, static_cast<int>(seconds / 86'400));
    if (seconds % 3600 == 0)
        return Words::tr("Every %n hour(s)", nullptr, static_cast<int>(seconds / 3600));
    if (seconds % 60 == 0)
        return Words::tr("Every %n minute(s)", nullptr, static_cast<int>(seconds / 60));
    return Words::tr("Every %n second(s)", nullptr, static_cast<int>(seconds));
}

QString snapshotTitle(const SnapshotView& snapshot) {
    if (snapshot.locked)
        return Words::tr("Locked snapshot");
    if (!snapshot.comment.trimmed().isEmpty())
        return printable(snapshot.comment);
    if (snapshot.origin == "scheduled")
        return Words::tr("Automatic snapshot");
    if (snapshot.origin == "rollback")
        return Words::tr("Before going back");
    if (snapshot.origin == "shutdown")
        return Words::tr("When the computer went down");
    if (snapshot.origin == "program")
        return Words::tr("Saved from within");
    return snapshot.suspended ? Words::tr("Suspended") : Words::tr("Snapshot");
}

QString snapshotFigures(const SnapshotView& snapshot) {
    if (snapshot.locked)
        return joined({Words::tr("locked"), sizeText(snapshot.storedBytes)});
    return joined({Words::tr("%n window(s)", nullptr, static_cast<int>(snapshot.windows)),
                   sizeText(snapshot.storedBytes)});
}

QString jobTitle(const QString& kind) {
    if (kind == "start")
        return Words::tr("New session");
    if (kind == "snapshot")
        return Words::tr("Snapshot");
    if (kind == "suspend")
        return Words::tr("Suspend");
    if (kind == "resume")
        return Words::tr("Resume");
    if (kind == "rollback")
        return Words::tr("Go back");
    if (kind == "clone")
        return Words::tr("Open beside");
    if (kind == "attach")
        return Words::tr("Show here");
    if (kind == "detach")
        return Words::tr("Take off the screen");
    if (kind == "stop")
        return Words::tr("End");
    if (kind == "check")
        return Words::tr("Verify snapshots");
    if (kind == "verify")
        return Words::tr("Verify a snapshot");
    if (kind == "gc")
        return Words::tr("Free room");
    if (kind == "copy")
        return Words::tr("Copy a file");
    if (kind == "export")
        return Words::tr("Export");
    if (kind == "import")
        return Words::tr("Import");
    return printable(kind);
}

QString jobSentence(const QString& kind, const QString& session) {
    const auto name = printable(session);
    if (kind == "start")
        return name.isEmpty() ? Words::tr("Starting a session")
                              : Words::tr("Starting “%1”").arg(name);
    if (kind == "snapshot")
        return Words::tr("Taking a snapshot of “%1”").arg(name);
    if (kind == "suspend")
        return Words::tr("Suspending “%1”").arg(name);
    if (kind == "resume")
        return Words::tr("Resuming “%1”").arg(name);
    if (kind == "rollback")
        return Words::tr("Taking “%1” back to an earlier moment").arg(name);
    if (kind == "clone")
        return Words::tr("Opening a copy beside “%1”").arg(name);
    if (kind == "attach")
        return Words::tr("Bringing “%1” to this screen").arg(name);
    if (kind == "detach")
        return Words::tr("Taking “%1” off the screen").arg(name);
    if (kind == "stop")
        return Words::tr("Ending “%1”").arg(name);
    if (kind == "check")
        return Words::tr("Reading every snapshot and comparing");
    if (kind == "verify")
        return Words::tr("Reading the snapshot and comparing");
    if (kind == "gc")
        return Words::tr("Freeing what no snapshot needs");
    if (kind == "copy")
        return Words::tr("Copying a file");
    if (kind == "export")
        return name.isEmpty() ? Words::tr("Exporting a session")
                              : Words::tr("Exporting “%1”").arg(name);
    if (kind == "import")
        return Words::tr("Importing a session");
    return Words::tr("%1: “%2”", "a kind of work, a session").arg(jobTitle(kind), name);
}

QString jobDone(const QString& kind, const QString& session) {
    const auto name = printable(session);
    if (kind == "start")
        return Words::tr("“%1” has started").arg(name);
    if (kind == "snapshot")
        return Words::tr("“%1” was saved").arg(name);
    if (kind == "suspend")
        return Words::tr("“%1” is suspended").arg(name);
    if (kind == "resume")
        return Words::tr("“%1” is back").arg(name);
    if (kind == "rollback")
        return Words::tr("“%1” is back at the earlier moment").arg(name);
    if (kind == "clone")
        return Words::tr("A copy of “%1” runs beside it").arg(name);
    if (kind == "attach")
        return Words::tr("“%1” is on this screen").arg(name);
    if (kind == "detach")
        return Words::tr("“%1” goes on without a screen").arg(name);
    if (kind == "stop")
        return Words::tr("“%1” has ended").arg(name);
    if (kind == "check")
        return Words::tr("Every snapshot is as it was written");
    if (kind == "verify")
        return Words::tr("The snapshot is as it was written");
    if (kind == "gc")
        return Words::tr("What no snapshot needs is gone");
    if (kind == "copy")
        return Words::tr("The file was copied");
    if (kind == "export")
        return Words::tr("“%1” was exported").arg(name);
    if (kind == "import")
        return Words::tr("“%1” was imported").arg(name);
    return Words::tr("%1 is done: “%2”", "a kind of work, a session").arg(jobTitle(kind), name);
}

QString phaseText(const QString& phase) {
    if (phase == "preparing")
        return Words::tr("Preparing");
    if (phase == "saving")
        return Words::tr("Saving memory");
    if (phase == "storing")
        return Words::tr("Storing");
    if (phase == "ending")
        return Words::tr("Ending programs");
    if (phase == "verifying")
        return Words::tr("Verifying");
    if (phase == "unpacking")
        return Words::tr("Unpacking");
    if (phase == "restoring")
        return Words::tr("Restoring programs");
    if (phase == "redrawing")
        return Words::tr("Bringing back windows");
    if (phase == "starting")
        return Words::tr("Starting programs");
    if (phase == "copying")
        return Words::tr("Copying");
    if (phase == "exporting")
        return Words::tr("Writing the file");
    if (phase == "importing")
        return Words::tr("Reading the file and checking it");
    return phase.isEmpty() ? Words::tr("Waiting") : printable(phase);
}

QString progressText(const JobState& state) {
    if (state.cancelling)
        return Words::tr("Cancelling…");
    QStringList parts{phaseText(state.job.phase)};
    if (state.job.bytes > 0)
        parts.append(sizeText(state.job.bytes));
    if (state.bytesPerSecond >= 1000)
        parts.append(Words::tr("%1/s", "bytes per second")
                         .arg(sizeText(static_cast<quint64>(state.bytesPerSecond))));
    if (state.secondsLeft && *state.secondsLeft >= 1 && *state.secondsLeft < 86'400)
        parts.append(
            *state.secondsLeft < 90
                ? Words::tr("%n second(s) left", nullptr, qRound(*state.secondsLeft))
                : Words::tr("%n minute(s) left", nullptr, qRound(*state.secondsLeft / 60)));
    return joined(parts);
}

} // namespace entracte::desktop
