#pragma once

// Everything that is said in words of the person: sizes, times, states, kinds of work, and what to
// do after an error. What comes from programs and files is made printable on its way.

#include "dbus/client/Client.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace entracte::desktop {

struct JobState;

// Without what would disturb the text around it: control characters, changes of direction.
QString printable(const QString& text);

QString sizeText(quint64 bytes);              // "38.1 MB", as the language writes it
QString frozenText(uint micros);              // "0.4 s"
QString timeText(qint64 unixMs);              // "14:32", with the day when it is another one
QString clockText(qint64 unixMs);             // "14:32"
QString agoText(qint64 unixMs, qint64 nowMs); // "5 minutes ago"
QString dayText(qint64 unixMs, qint64 nowMs); // "Today", "Yesterday", "Monday, 3 March"

// For a tool tip, where Qt takes for markup what looks like it.
QString plainTip(const QString& text);

// "running". `newest`: its newest snapshot, if there is one: "suspended" is what stays as it was
// left; what was ended otherwise goes back to a moment before.
QString stateText(const SessionView& session, const SnapshotView* newest);
QString stateExplained(const SessionView& session, const SnapshotView* newest); // a sentence
// What a person must know before a session, or what it did of late, goes; `fate`: of those files,
// the end of the sentence.
QString filesInSession(const QString& fate);
QString screenText(const SessionView& session);     // "on display :0"
QString networkText(const SessionView& session);    // "Only ports 80, 5432 of this computer"
QString sessionFigures(const SessionView& session); // "2 programs · 3 windows"

// "2 programs cannot be saved"; empty where everything can, as far as the helper looked.
QString blockersText(const SessionView& session);
// "3 snapshots · 12.3 MB", or "12.3 MB · next 14:40"
QString keptText(const SessionView& session, int snapshots, quint64 bytes, qint64 nowMs);

// "next automatic snapshot 14:40"; empty without a schedule
QString scheduleText(const SessionView& session, qint64 nowMs);
QString intervalText(uint seconds); // "Every 15 minutes", "Never"

// Its comment, or a plain name for one without.
QString snapshotTitle(const SnapshotView& snapshot);
QString snapshotFigures(const SnapshotView& snapshot); // "3 windows · 12.3 MB"

QString jobTitle(const QString& kind);                            // "Snapshot"
QString jobSentence(const QString& kind, const QString& session); // "Taking a snapshot of “work”"
QString jobDone(const QString& kind, const QString& session);     // "“work” was saved"
QString phaseText(const QString& phase);
// "Storing · 38 MB · 120 MB/s · 3 s left"
QString progressText(const JobState& state);

// An error as the person meets it.
struct Trouble {
    QString title;    // what failed
    QString happened; // why, in one sentence
    QString reason;   // the helper's own sentence; empty where `happened` says no less
    QString safe;     // what was not harmed
    QString next;     // what to do
    QString details;  // everything, for whoever helps
    QString code;
    QString kind;
    QString session; // object path; empty: of none, or of one that may go without its trouble
};
// `kind`: of the job, or of the call ("delete", "rename", …).
Trouble troubleOf(const QString& kind, const QString& session, const QString& code,
                  const QString& message);

} // namespace entracte::desktop
