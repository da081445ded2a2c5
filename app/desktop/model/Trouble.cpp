// Errors in the person's words: one sentence each for what happened, what is safe, what to do next.

#include "app/desktop/model/Wording.h"

#include <QCoreApplication>
#include <QDateTime>

#include <array>
#include <utility>

namespace entracte::desktop {

namespace {

struct Troubles {
    Q_DECLARE_TR_FUNCTIONS(Troubles)
};

struct Explained {
    const char* code;
    const char* happened;
    const char* next;
};

constexpr std::array kExplained{
    Explained{"NotFound",
              QT_TRANSLATE_NOOP("Troubles", "Something that is needed for it is not there."),
              QT_TRANSLATE_NOOP("Troubles", "Check the name of the program or folder.")},
    Explained{"NotAuthorized", QT_TRANSLATE_NOOP("Troubles", "You were not allowed to do this."),
              QT_TRANSLATE_NOOP("Troubles",
                                "Try again and confirm when you are asked, or ask whoever "
                                "looks after this computer.")},
    Explained{"Busy",
              QT_TRANSLATE_NOOP("Troubles", "Something else is being done with it just now."),
              QT_TRANSLATE_NOOP("Troubles", "Wait until that has ended, then try again.")},
    Explained{"Cancelled", QT_TRANSLATE_NOOP("Troubles", "It was cancelled."), ""},
    Explained{
        "TimedOut", QT_TRANSLATE_NOOP("Troubles", "A part of the session gave no answer in time."),
        QT_TRANSLATE_NOOP("Troubles", "Try again. If it happens again, a program in the session "
                                      "may hang.")},
    Explained{"CriuMissing",
              QT_TRANSLATE_NOOP("Troubles",
                                "CRIU, which saves the memory of programs, is missing or does "
                                "not work on this kernel."),
              QT_TRANSLATE_NOOP("Troubles", "Open “Check this computer” to see what to install.")},
    Explained{"KernelUnsuitable",
              QT_TRANSLATE_NOOP("Troubles",
                                "The kernel of this computer lacks something that is needed."),
              QT_TRANSLATE_NOOP("Troubles", "Open “Check this computer” to see what.")},
    Explained{"ScreenUnavailable",
              QT_TRANSLATE_NOOP("Troubles", "The screen for its windows cannot be reached."),
              QT_TRANSLATE_NOOP("Troubles",
                                "Try again from the desktop where you sit, or choose a window "
                                "of its own.")},
    Explained{"NotCheckpointable",
              QT_TRANSLATE_NOOP("Troubles",
                                "A program in the session does something that cannot be saved."),
              QT_TRANSLATE_NOOP("Troubles", "Close that program, or what it does, and try again.")},
    Explained{"DumpFailed", QT_TRANSLATE_NOOP("Troubles", "The programs could not be saved."),
              QT_TRANSLATE_NOOP("Troubles",
                                "Try again. If it fails again, copy the details for whoever "
                                "helps you.")},
    Explained{"RestoreFailed",
              QT_TRANSLATE_NOOP("Troubles", "The programs could not be brought back."),
              QT_TRANSLATE_NOOP("Troubles",
                                "Try an earlier snapshot, or copy the details for whoever helps "
                                "you.")},
    Explained{
        "SnapshotDamaged",
        QT_TRANSLATE_NOOP("Troubles", "A part of this snapshot is missing or was altered."),
        QT_TRANSLATE_NOOP("Troubles", "Resume an earlier snapshot. This disk may need a check.")},
    Explained{"NoSpace",
              QT_TRANSLATE_NOOP("Troubles", "There is not enough room on the disk or in memory."),
              QT_TRANSLATE_NOOP("Troubles",
                                "Delete snapshots that you no longer need, or free room "
                                "elsewhere.")},
    Explained{"HostMismatch",
              QT_TRANSLATE_NOOP("Troubles", "This computer cannot run what the snapshot holds."),
              QT_TRANSLATE_NOOP("Troubles", "Resume it on the computer where it was taken.")},
    Explained{"FilesChanged",
              QT_TRANSLATE_NOOP("Troubles", "Documents in shared folders were changed since then."),
              QT_TRANSLATE_NOOP("Troubles", "Resume it again; you are asked which of them count.")},
    Explained{"SessionEnded", QT_TRANSLATE_NOOP("Troubles", "The session ended meanwhile."),
              QT_TRANSLATE_NOOP("Troubles", "Resume its newest snapshot.")},
    Explained{"VaultLocked",
              QT_TRANSLATE_NOOP("Troubles", "Your snapshots are encrypted and locked."),
              QT_TRANSLATE_NOOP("Troubles", "Unlock them, then try again.")},
    Explained{"InvalidArgument", QT_TRANSLATE_NOOP("Troubles", "This cannot be done so."), ""},
    Explained{"HelperGone",
              QT_TRANSLATE_NOOP("Troubles", "Entracte's helper ended while it worked."),
              QT_TRANSLATE_NOOP("Troubles", "Try again once it is back.")},
    Explained{"System",
              QT_TRANSLATE_NOOP("Troubles", "The system refused something that is needed."),
              QT_TRANSLATE_NOOP("Troubles", "Copy the details for whoever helps you.")},
};

// Where the same code means something else: of a file that comes from elsewhere, or goes there.
constexpr std::array kOfFiles{
    Explained{"NotAuthorized",
              QT_TRANSLATE_NOOP("Troubles", "The file asks for more than a session of yours may "
                                            "have, or its passphrase is another one."),
              QT_TRANSLATE_NOOP("Troubles", "Take a file only from whom you trust.")},
    Explained{"SnapshotDamaged",
              QT_TRANSLATE_NOOP("Troubles", "The file is damaged, cut short, or none that Entracte "
                                            "exported."),
              QT_TRANSLATE_NOOP("Troubles", "Export the session again where it came from.")},
    Explained{"HostMismatch",
              QT_TRANSLATE_NOOP("Troubles", "This computer cannot run what the file holds."),
              QT_TRANSLATE_NOOP("Troubles", "Update Entracte on this computer, or import it under "
                                            "the user name that it came from.")},
    Explained{"NotFound", QT_TRANSLATE_NOOP("Troubles", "The file or folder is not there."),
              QT_TRANSLATE_NOOP("Troubles", "Choose another one.")},
    Explained{"System", QT_TRANSLATE_NOOP("Troubles", "The file could not be read or written."),
              QT_TRANSLATE_NOOP("Troubles", "Choose another folder, one that you may write to.")},
};

constexpr std::array kOfVaults{
    Explained{"NotAuthorized", QT_TRANSLATE_NOOP("Troubles", "This is not the passphrase."),
              QT_TRANSLATE_NOOP("Troubles", "Try again.")},
    Explained{
        "InvalidArgument",
        QT_TRANSLATE_NOOP("Troubles", "There are encrypted snapshots, or it is encrypted already."),
        QT_TRANSLATE_NOOP("Troubles", "Delete them first.")},
    Explained{"Busy", QT_TRANSLATE_NOOP("Troubles", "Another passphrase is being looked at."),
              QT_TRANSLATE_NOOP("Troubles", "Try again in a moment.")},
};

QString titleOf(const QString& kind, const QString& session) {
    if (kind == "start")
        return Troubles::tr("The session could not be started");
    if (kind == "snapshot")
        return Troubles::tr("“%1” could not be saved").arg(session);
    if (kind == "suspend")
        return Troubles::tr("“%1” could not be suspended").arg(session);
    if (kind == "resume")
        return Troubles::tr("“%1” could not be resumed").arg(session);
    if (kind == "attach")
        return Troubles::tr("“%1” could not be brought here").arg(session);
    if (kind == "detach")
        return Troubles::tr("“%1” could not be taken off the screen").arg(session);
    if (kind == "stop")
        return Troubles::tr("“%1” could not be ended").arg(session);
    if (kind == "rollback")
        return Troubles::tr("“%1” could not go back").arg(session);
    if (kind == "clone")
        return Troubles::tr("“%1” could not be opened beside").arg(session);
    if (kind == "rename")
        return Troubles::tr("“%1” could not be renamed").arg(session);
    if (kind == "exec")
        return Troubles::tr("The program could not be started in “%1”").arg(session);
    if (kind == "comment" || kind == "pin")
        return Troubles::tr("The snapshot could not be changed");
    if (kind == "settings")
        return Troubles::tr("The settings of “%1” could not be changed").arg(session);
    if (kind == "cancel")
        return Troubles::tr("It could not be cancelled");
    if (kind == "delete")
        return Troubles::tr("Nothing was deleted");
    if (kind == "copy")
        return Troubles::tr("The file could not be copied");
    if (kind == "export")
        return session.isEmpty() ? Troubles::tr("The session could not be exported")
                                 : Troubles::tr("“%1” could not be exported").arg(session);
    if (kind == "import")
        return Troubles::tr("The file could not be imported");
    if (kind == "gc")
        return Troubles::tr("No room could be freed");
    if (kind == "verify")
        return Troubles::tr("The snapshot “%1” could not be verified").arg(session);
    if (kind == "vault")
        return Troubles::tr("The encryption could not be changed");
    return Troubles::tr("This could not be done: %1").arg(jobTitle(kind));
}

QString safeOf(const QString& kind, const QString& code) {
    static const QStringList unchanging{"start",  "clone", "rename",  "comment", "pin",  "settings",
                                        "import", "vault", "keyring", "verify",  "check"};
    if (unchanging.contains(kind))
        return Troubles::tr("Nothing was changed.");
    if (kind == "export")
        return Troubles::tr(
            "The session and its snapshots are as they were, and no file was left.");
    if (code == "SessionEnded")
        return Troubles::tr("Stored snapshots are as they were.");
    if (kind == "resume")
        return Troubles::tr("The snapshot is as it was, and so are all others.");
    if (kind == "stop" || kind == "delete")
        return Troubles::tr("Nothing was lost.");
    return Troubles::tr("The session goes on, and stored snapshots are as they were.");
}

constexpr int kLongestReason = 400; // of a whole store it may have many lines

} // namespace

Trouble troubleOf(const QString& kind, const QString& session, const QString& code,
                  const QString& message) {
    Trouble trouble;
    trouble.code = code;
    trouble.kind = kind;
    trouble.title = titleOf(kind, printable(session));
    trouble.safe = safeOf(kind, code);
    trouble.happened = Troubles::tr("Something went wrong inside Entracte.");
    trouble.next = Troubles::tr("Copy the details for whoever helps you.");
    const auto explain = [&](const auto& table) {
        for (const auto& one : table) {
            if (code != one.code)
                continue;
            trouble.happened = Troubles::tr(one.happened);
            trouble.next = *one.next ? Troubles::tr(one.next) : QString();
        }
    };
    explain(kExplained);
    if (kind == "export" || kind == "import")
        explain(kOfFiles);
    if (kind == "vault")
        explain(kOfVaults);
    if (kind == "verify" && code == "SnapshotDamaged") {
        trouble.title = Troubles::tr("The snapshot “%1” is damaged").arg(printable(session));
        trouble.next =
            Troubles::tr("Resume another snapshot, and delete this one. What is damaged may belong "
                         "to others, too: “Verify snapshots” in the main menu tells.");
    }
    trouble.reason = printable(message).simplified().left(kLongestReason);
    if (code == "InvalidArgument" && kind != "vault" && !trouble.reason.isEmpty())
        trouble.happened = std::exchange(trouble.reason, {}); // what it was tells the helper alone
    // For whoever helps, in the helper's own words.
    trouble.details =
        QStringLiteral("%1\n%2 [%3]\n%4\nentracte-desktop %5")
            .arg(trouble.title, message, code, QDateTime::currentDateTime().toString(Qt::ISODate),
                 QCoreApplication::applicationVersion());
    return trouble;
}

} // namespace entracte::desktop
