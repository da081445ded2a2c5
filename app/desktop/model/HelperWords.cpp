#include "app/desktop/model/HelperWords.h"

#include "app/desktop/model/Wording.h"

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

#include <vector>

namespace entracte::desktop {

namespace {

// As the helper says them; %1 and %2 are names and numbers.
constexpr const char* kSentences[] = {
    // What it finds on a machine.
    QT_TRANSLATE_NOOP("HelperWords", "All namespaces that a session needs are there."),
    QT_TRANSLATE_NOOP("HelperWords", "The kernel has no %1 namespaces."),
    QT_TRANSLATE_NOOP("HelperWords", "User namespaces are switched off."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Use a kernel with user, pid, network and time namespaces (5.6 or newer), "
                      "and let user.max_user_namespaces be more than 0."),
    QT_TRANSLATE_NOOP("HelperWords", "Overlays can be mounted over the host's files."),
    QT_TRANSLATE_NOOP("HelperWords", "The kernel has overlayfs."),
    QT_TRANSLATE_NOOP("HelperWords", "The kernel has no overlayfs."),
    QT_TRANSLATE_NOOP("HelperWords", "Use a kernel that has it."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Keep %1 on a file system that can be an overlay's upper directory, such as "
                      "ext4, xfs or btrfs, with a kernel that has overlayfs."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Under the filter of system calls that is on this process CRIU can save "
                      "nothing."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Take from the helper's systemd unit what makes one, such as "
                      "RestrictAddressFamilies; in a container, give it no seccomp profile."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "System calls that cannot be saved can be kept from programs."),
    QT_TRANSLATE_NOOP("HelperWords", "The kernel has no system call filters."),
    QT_TRANSLATE_NOOP("HelperWords", "Use a kernel with CONFIG_SECCOMP_FILTER."),
    QT_TRANSLATE_NOOP("HelperWords", "The kernel refuses %1: %2."),
    QT_TRANSLATE_NOOP("HelperWords", "CRIU %1 saves and restores on this kernel."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "No CRIU that works on this kernel was found; sessions cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "Run \"make setup\", or name one in ENTRACTE_CRIU."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is not a CRIU that works."),
    QT_TRANSLATE_NOOP("HelperWords", "Install a newer CRIU, or give the helper one with --criu."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "A CRIU is installed; whether it works here only the helper can try."),
    QT_TRANSLATE_NOOP("HelperWords", "Start the helper, and ask again."),
    QT_TRANSLATE_NOOP("HelperWords", "No CRIU is installed in the usual places."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Install criu; the helper also finds those that its set-up unpacked."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is installed."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is not installed: sessions have a bus of their own."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is not installed: no headless screens."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is not installed: no screens of the kind \"window\"."),
    QT_TRANSLATE_NOOP("HelperWords", "Only %1 are free for snapshots."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 are free for snapshots."),
    QT_TRANSLATE_NOOP("HelperWords", "How much room %1 has is not known."),
    QT_TRANSLATE_NOOP("HelperWords", "Make room, or delete snapshots."),
    QT_TRANSLATE_NOOP("HelperWords", "Only %1 of memory are free; a snapshot is staged there."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 of memory are free; a snapshot is staged there."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "The kernel marks written memory: while a session stands still for a "
                      "snapshot, only what was just written is copied."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "The kernel does not mark written memory: a session stands still until all "
                      "of its memory is copied."),
    QT_TRANSLATE_NOOP("HelperWords", "How much memory is free is not known."),
    QT_TRANSLATE_NOOP("HelperWords", "Close something before a snapshot."),
    QT_TRANSLATE_NOOP("HelperWords", "Look yourself."),
    QT_TRANSLATE_NOOP("HelperWords", "Install %1."),
    // What it finds in a session's programs.
    QT_TRANSLATE_NOOP("HelperWords", "%1 is being debugged or traced, and cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "End the debugger and try again."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "%1 has a sandbox of its own (a nested namespace), which cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Close it, or start it without its sandbox (Chromium: --no-sandbox)."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "%1 has the memory of a device mapped (%2), which cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is connected to a program outside the session (%2)."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 is connected to a program outside the session."),
    QT_TRANSLATE_NOOP("HelperWords", "Close it, or start the other program in the session too."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 has something open that cannot be saved (%2)."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 has a device open that cannot be saved (%2)."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 keeps a terminal open that is not its own any more."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 uses the GPU directly and cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Close it, or start it with software rendering (LIBGL_ALWAYS_SOFTWARE=1)."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 runs a virtual machine, which cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 uses %2, which cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 has loaded a BPF program, which cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 has a disk open directly, which cannot be saved."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 has a deleted file open that is larger than 1 GiB."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "%1 has a file open on a file system that is no longer there (%2)."),
    QT_TRANSLATE_NOOP("HelperWords", "%1 watches a folder that has been deleted."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Close the window that shows the folder, or the program, and try again."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "%1 is a shell within a shell; after a resume it cannot bring jobs to the "
                      "foreground any more."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "Leave it with \"exit\" before, or open another terminal instead."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "%1 waits with an eventfd semaphore, which a resume makes a plain counter."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "It is seldom used; should the program hang after a resume, start it anew."),
    QT_TRANSLATE_NOOP("HelperWords",
                      "A program has received datagrams (UDP) that it has not read; they are not "
                      "part of a snapshot."),
    QT_TRANSLATE_NOOP("HelperWords", "Programs that use UDP send again what was lost."),
    QT_TRANSLATE_NOOP("HelperWords", "Close it and try again."),
    QT_TRANSLATE_NOOP("HelperWords", "The session goes on."),
};

struct Known {
    QRegularExpression said;
    const char* sentence;
};

const std::vector<Known>& known() {
    static const std::vector<Known> all = [] {
        std::vector<Known> list;
        for (const auto* const sentence : kSentences) {
            auto pattern = QRegularExpression::escape(QString::fromLatin1(sentence));
            for (const char* const part : {"\\%1", "\\%2"})
                pattern.replace(QLatin1String(part), QStringLiteral("(.+)"));
            list.push_back({QRegularExpression('^' + pattern + '$'), sentence});
        }
        return list;
    }();
    return all;
}

// A size as the helper writes it ("71.5 GB"), as the person does.
QString asWritten(const QString& part) {
    static const QRegularExpression size(R"(^(\d+)\.(\d+ [kMGT]?B)$)");
    const auto match = size.match(part);
    return match.hasMatch() ? match.captured(1) + QLocale().decimalPoint() + match.captured(2)
                            : part;
}

} // namespace

QString inPersonsWords(const QString& said) {
    const auto text = printable(said);
    for (const auto& one : known()) {
        const auto match = one.said.match(text);
        if (!match.hasMatch())
            continue;
        auto words = QCoreApplication::translate("HelperWords", one.sentence);
        // At once: what a name holds is no place for the next one.
        if (match.lastCapturedIndex() == 2)
            return words.arg(asWritten(match.captured(1)), asWritten(match.captured(2)));
        return match.lastCapturedIndex() == 1 ? words.arg(asWritten(match.captured(1))) : words;
    }
    return text;
}

} // namespace entracte::desktop
