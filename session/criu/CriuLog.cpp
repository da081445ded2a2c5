#include "session/criu/CriuLog.h"

#include "session/base/Printable.h"
#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace entracte {
namespace {

constexpr std::size_t kMaxLogBytes = 32 << 20;
constexpr std::size_t kShownBytes = 300; // of one line of the log

// {0} becomes the program's name, or "A program" when the log does not tell.
struct KnownFailure {
    std::string_view pattern; // occurs in the message
    ErrorCode code;
    const char* sentence;
    const char* hint;
    bool passes = false;
};

constexpr const char* kCloseIt = "Close it and try again.";
constexpr const char* kTryAgain = "Try again in a moment.";
constexpr const char* kNewerCriu =
    "Install a newer CRIU, or run the set-up again, which finds one that works.";
constexpr const char* kFreeSpace = "Free memory or disk space, and try again.";

// Messages of CRIU 3.17 to 4.2. The first entry that matches a line counts, the first line that
// matches any entry counts.
constexpr std::array kDumpFailures = {
    KnownFailure{"No space left on device", ErrorCode::NoSpace,
                 "There is not enough space for the session's memory.", kFreeSpace},
    KnownFailure{"Cannot allocate memory", ErrorCode::NoSpace,
                 "There is not enough memory to save the session.", kFreeSpace},
    KnownFailure{"Can't allocate", ErrorCode::NoSpace,
                 "There is not enough memory to save the session.", kFreeSpace},
    KnownFailure{"[io_uring]", ErrorCode::NotCheckpointable,
                 "{0} uses io_uring, which cannot be saved.", kCloseIt},
    // The kernel lets no io_uring pass from process to process, which is how CRIU gets at open
    // files.
    KnownFailure{"send_fds failed", ErrorCode::NotCheckpointable,
                 "{0} has something open that cannot be saved, most likely an io_uring.", kCloseIt},
    KnownFailure{"[userfaultfd]", ErrorCode::NotCheckpointable,
                 "{0} uses userfaultfd, which cannot be saved.", kCloseIt},
    KnownFailure{"[perf_event]", ErrorCode::NotCheckpointable,
                 "{0} uses performance counters, which cannot be saved.", kCloseIt},
    KnownFailure{"anon_inode:bpf", ErrorCode::NotCheckpointable,
                 "{0} has loaded a BPF program, which cannot be saved.", kCloseIt},
    KnownFailure{"/dev/dri", ErrorCode::NotCheckpointable,
                 "{0} uses the GPU directly and cannot be saved.",
                 "Close it, or start it with software rendering (LIBGL_ALWAYS_SOFTWARE=1)."},
    KnownFailure{"/dev/nvidia", ErrorCode::NotCheckpointable,
                 "{0} uses the GPU directly and cannot be saved.", kCloseIt},
    KnownFailure{"Can't dump nested", ErrorCode::NotCheckpointable,
                 "{0} has a sandbox of its own (a nested namespace), which cannot be saved.",
                 "Close it, or start it without its sandbox (Chromium: --no-sandbox)."},
    KnownFailure{"Can't dump half of stream unix connection", ErrorCode::NotCheckpointable,
                 "{0} is connected to a program outside the session.",
                 "Close it, or start the other program in the session too."},
    // Found after the last program was dumped, so whose it is is not known here; the preflight
    // tells.
    KnownFailure{"External socket is used", ErrorCode::NotCheckpointable,
                 "A program is connected to a program outside the session.",
                 "Close it, or start the other program in the session too."},
    KnownFailure{"Can't dump name-less external socket", ErrorCode::NotCheckpointable,
                 "{0} is connected to a program outside the session.", kCloseIt},
    KnownFailure{"external network namespace", ErrorCode::NotCheckpointable,
                 "{0} has a connection that was made outside the session.", kCloseIt},
    KnownFailure{"is not a part of process tree", ErrorCode::NotCheckpointable,
                 "{0} watches a process outside the session.", kCloseIt},
    KnownFailure{"Can't dump ghost file", ErrorCode::NotCheckpointable,
                 "{0} has a deleted file open that is larger than 1 GiB.", kCloseIt},
    KnownFailure{"Can't dump that handle", ErrorCode::NotCheckpointable,
                 "{0} watches a folder that has been deleted.",
                 "Close the window that shows the folder, or the program, and try again."},
    KnownFailure{"Can't find suitable path for handle", ErrorCode::NotCheckpointable,
                 "{0} watches a folder that has been deleted.",
                 "Close the window that shows the folder, or the program, and try again."},
    KnownFailure{"In-flight connection", ErrorCode::DumpFailed, "{0} was just making a connection.",
                 kTryAgain, true},
    KnownFailure{"unix: Can't dump in-flight", ErrorCode::DumpFailed,
                 "{0} was just making a connection.", kTryAgain, true},
    KnownFailure{"The socket has data to read", ErrorCode::DumpFailed,
                 "{0} was just receiving a message of the kernel.", kTryAgain, true},
    // One that comes with its sender's credentials (SO_PASSCRED), as those of sound servers do.
    KnownFailure{"Control messages in queue", ErrorCode::DumpFailed,
                 "{0} was just receiving a message of another program.", kTryAgain, true},
    KnownFailure{"Timeout reached", ErrorCode::DumpFailed, "{0} could not be stopped in time.",
                 kTryAgain},
    KnownFailure{"Unable to freeze", ErrorCode::DumpFailed, "{0} could not be stopped in time.",
                 kTryAgain},
    KnownFailure{"Unseizable non-zombie", ErrorCode::NotCheckpointable,
                 "A program is being debugged or traced, and cannot be saved.",
                 "End the debugger and try again."},
    KnownFailure{"process is traced", ErrorCode::NotCheckpointable,
                 "A program is being debugged or traced, and cannot be saved.",
                 "End the debugger and try again."},
    KnownFailure{"running in 32-bit mode", ErrorCode::NotCheckpointable,
                 "{0} is a 32-bit program, which cannot be saved on this machine.", kCloseIt},
    KnownFailure{"Zombies with threads", ErrorCode::DumpFailed, "{0} was just ending.", kTryAgain,
                 true},
    KnownFailure{"packetized mode for pipes", ErrorCode::NotCheckpointable,
                 "{0} uses a pipe in packet mode, which cannot be saved.", kCloseIt},
    KnownFailure{"Only stream, dgram and raw are supported", ErrorCode::NotCheckpointable,
                 "{0} uses a kind of network connection that cannot be saved.", kCloseIt},
    KnownFailure{"inet: Unsupported proto", ErrorCode::NotCheckpointable,
                 "{0} uses a kind of network connection that cannot be saved.", kCloseIt},
    KnownFailure{"Unsupported mapping found", ErrorCode::NotCheckpointable,
                 "{0} uses a kind of memory that cannot be saved.", kCloseIt},
    KnownFailure{"Unknown shit", ErrorCode::NotCheckpointable,
                 "{0} has a kind of file open that cannot be saved.", kCloseIt},
    KnownFailure{"Can't dump file", ErrorCode::NotCheckpointable,
                 "{0} has a kind of file open that cannot be saved.", kCloseIt},
    KnownFailure{"Can't lookup mount", ErrorCode::NotCheckpointable,
                 "{0} has a file open that lies outside the session.", kCloseIt},
    KnownFailure{"is outside of its pid namespace", ErrorCode::NotCheckpointable,
                 "{0} belongs to a process that lies outside the session.", kCloseIt},
    KnownFailure{"a fuse mount but not external", ErrorCode::NotCheckpointable,
                 "{0} has mounted a file system of its own, which cannot be saved.",
                 "Unmount it and try again."},
    KnownFailure{"unsupported id", ErrorCode::NotCheckpointable,
                 "The session contains a file system that cannot be saved.",
                 "Unmount it and try again."},
    // A /dev/tty of which CRIU was not told that it is external (CriuCommand.cpp).
    KnownFailure{"ctty inheritance detected", ErrorCode::NotCheckpointable,
                 "A program keeps a terminal open (/dev/tty) that it does not lead.",
                 "Leave the program that was started last in each terminal, and try again."},
    KnownFailure{"Found dangling tty", ErrorCode::NotCheckpointable,
                 "{0} keeps a terminal open whose session has ended.", kCloseIt},
    KnownFailure{"Found slave peer index", ErrorCode::NotCheckpointable,
                 "A program uses a terminal that was opened outside the session.", kCloseIt},
    KnownFailure{"Unable to find a tty driver", ErrorCode::NotCheckpointable,
                 "{0} uses a kind of terminal that cannot be saved.", kCloseIt},
    KnownFailure{"vDSO area bounds", ErrorCode::CriuMissing,
                 "The installed CRIU is too old for the running kernel.", kNewerCriu},
    KnownFailure{"opt: Operation not supported", ErrorCode::CriuMissing,
                 "The installed CRIU is too old for the running kernel.", kNewerCriu},
    KnownFailure{"kernel features detection", ErrorCode::KernelUnsuitable,
                 "The running kernel lacks what CRIU needs, or forbids it.",
                 "Run \"entracte doctor\", which says what is missing."},
    KnownFailure{"Can't get rlimit", ErrorCode::KernelUnsuitable,
                 "This machine does not let CRIU look at the session's programs.",
                 "Run \"entracte doctor\", which says what is missing."},
    KnownFailure{"nftables", ErrorCode::KernelUnsuitable,
                 "The session's network could not be held still.",
                 "The kernel module nf_tables is needed."},
    KnownFailure{"IP tool failed", ErrorCode::KernelUnsuitable,
                 "The session's network could not be saved.", "Install the package iproute2."},
    KnownFailure{"No such process", ErrorCode::SessionEnded,
                 "The session, or a program in it, ended while it was being saved.", kTryAgain,
                 true},
};

constexpr std::array kRestoreFailures = {
    KnownFailure{"No space left on device", ErrorCode::NoSpace,
                 "There is not enough space to bring the session back.", kFreeSpace},
    KnownFailure{"Cannot allocate memory", ErrorCode::NoSpace,
                 "There is not enough memory to bring the session back.", kFreeSpace},
    KnownFailure{"has bad size", ErrorCode::RestoreFailed,
                 "A file that a program of the session uses is no longer as it was saved.",
                 "Resume an older snapshot, or put the file back."},
    KnownFailure{"has bad build-ID", ErrorCode::RestoreFailed,
                 "A program or library of the session was replaced on this machine.",
                 "Install the version that the session was saved with."},
    KnownFailure{"has bad mode", ErrorCode::RestoreFailed,
                 "A file that a program of the session uses is no longer as it was saved.",
                 "Resume an older snapshot, or put the file's permissions back."},
    KnownFailure{"CPU capabilities do not match", ErrorCode::HostMismatch,
                 "This machine's processor lacks what the session's programs use.",
                 "Resume it on the machine where it was saved."},
    KnownFailure{"instruction capabilities do not match", ErrorCode::HostMismatch,
                 "This machine's processor lacks what the session's programs use.",
                 "Resume it on the machine where it was saved."},
    KnownFailure{"xsave size mismatch", ErrorCode::HostMismatch,
                 "This machine's processor lacks what the session's programs use.",
                 "Resume it on the machine where it was saved."},
    KnownFailure{"FPU feature required", ErrorCode::HostMismatch,
                 "This machine's processor lacks what the session's programs use.",
                 "Resume it on the machine where it was saved."},
    KnownFailure{"Unexpected EOF on", ErrorCode::SnapshotDamaged,
                 "The saved memory of the session is not whole.", "Resume an older snapshot."},
    KnownFailure{" bytes while ", ErrorCode::SnapshotDamaged,
                 "The saved memory of the session is not whole.", "Resume an older snapshot."},
    KnownFailure{"Magic doesn't match", ErrorCode::SnapshotDamaged,
                 "The saved memory of the session is not whole.", "Resume an older snapshot."},
    KnownFailure{"Failed unpacking", ErrorCode::SnapshotDamaged,
                 "The saved memory of the session is not whole.", "Resume an older snapshot."},
    KnownFailure{"image file was truncated", ErrorCode::SnapshotDamaged,
                 "The saved memory of the session is not whole.", "Resume an older snapshot."},
    KnownFailure{"Not supported images version", ErrorCode::RestoreFailed,
                 "The snapshot was made with a newer CRIU than this machine has.", kNewerCriu},
    KnownFailure{"do not match expected", ErrorCode::RestoreFailed,
                 "A number that a process of the session needs is taken.", kTryAgain},
    KnownFailure{"unix: Can't bind", ErrorCode::RestoreFailed,
                 "A folder in which a program of the session had a socket is gone.",
                 "Resume an older snapshot."},
    KnownFailure{"Can't open file", ErrorCode::RestoreFailed,
                 "A file that a program of the session had open is missing.",
                 "Put it back, or resume an older snapshot."},
    KnownFailure{"mnt", ErrorCode::RestoreFailed,
                 "The session's file system could not be put together.",
                 "See that the session's shared folders are there."},
    KnownFailure{"IP tool failed", ErrorCode::KernelUnsuitable,
                 "The session's network could not be made.", "Install the package iproute2."},
    KnownFailure{"kernel features detection", ErrorCode::KernelUnsuitable,
                 "The running kernel lacks what CRIU needs, or forbids it.",
                 "Run \"entracte doctor\", which says what is missing."},
    KnownFailure{"vDSO area bounds", ErrorCode::CriuMissing,
                 "The installed CRIU is too old for the running kernel.", kNewerCriu},
};

// Errors that CRIU logs and then goes on from: limits that root has anyway, addresses that are
// there, and the programs that it is not given (criuEnvironment in CriuCommand.cpp).
constexpr std::array<std::string_view, 9> kHarmless = {
    "Can't setup RLIMIT_NOFILE for self",
    "ddress already assigned",
    "execvp(\"ip",
    "execvp(\"sh\"",
    "tables-save -V failed",
    "tables-restore -V failed",
    "tables-legacy-save",
    "tables-nft-save",
    "exited, status="}; // of a program that is not there: what failed for it tells itself

// "(00.012345)   12: Error (criu/files.c:7): message" gives "message"; nothing for other lines.
std::optional<std::string_view> errorMessage(std::string_view line) {
    const auto start = line.find("Error (");
    if (start == std::string_view::npos || start > 40)
        return std::nullopt;
    const auto colon = line.find("): ", start);
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto message = line.substr(colon + 3);
    for (const auto harmless : kHarmless)
        if (message.find(harmless) != std::string_view::npos)
            return std::nullopt;
    return message;
}

// "… Dumping task (pid: 12 comm: kate)" gives "kate"; so does "Dumping processes (…", of the first.
std::optional<std::string_view> dumpedProgram(std::string_view line) {
    const auto start = line.find("Dumping ");
    const auto pid = line.find(" (pid: ");
    const auto comm = line.find(" comm: ");
    if (start > 40 || pid > start + 20 || comm == std::string_view::npos || comm < pid ||
        !line.ends_with(')'))
        return std::nullopt;
    const auto name = line.substr(comm + 7);
    return name.substr(0, name.size() - 1);
}

const KnownFailure* knownFailure(CriuVerb verb, std::string_view message) {
    const auto matches = [&](const KnownFailure& known) {
        return message.find(known.pattern) != std::string_view::npos;
    };
    const auto search = [&](const auto& table) -> const KnownFailure* {
        const auto found = std::ranges::find_if(table, matches);
        return found == table.end() ? nullptr : &*found;
    };
    return verb == CriuVerb::Dump ? search(kDumpFailures) : search(kRestoreFailures);
}

Error unknownFailure(CriuVerb verb, std::string_view firstError) {
    auto line = printable(firstError, kShownBytes);
    if (verb == CriuVerb::Dump)
        return {ErrorCode::DumpFailed, "The session could not be saved; it goes on as before.",
                "criu: " + line, "The log named in the details tells more."};
    return {ErrorCode::RestoreFailed,
            "The session could not be brought back; its snapshot is untouched.", "criu: " + line,
            "The log named in the details tells more."};
}

} // namespace

CriuFailure diagnoseLog(CriuVerb verb, std::string_view log) {
    std::string program = "A program";
    std::string_view firstError;
    while (!log.empty()) {
        const auto end = std::min(log.find('\n'), log.size());
        const auto line = log.substr(0, end);
        log.remove_prefix(std::min(end + 1, log.size()));
        if (const auto name = dumpedProgram(line))
            program = printable(*name, 32);
        const auto message = errorMessage(line);
        if (!message)
            continue;
        if (const auto* known = knownFailure(verb, *message))
            return {Error(known->code, fmt::format(fmt::runtime(known->sentence), program),
                          "criu: " + printable(*message, kShownBytes), known->hint),
                    known->passes};
        if (firstError.empty())
            firstError = *message;
    }
    return unknownFailure(verb, firstError);
}

CriuFailure diagnoseLogFile(CriuVerb verb, const std::filesystem::path& log) {
    std::string text;
    const UniqueFd file(::open(log.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode)) {
        // Of a log that is too long, the end.
        const off_t skipped = std::max<off_t>(0, info.st_size - static_cast<off_t>(kMaxLogBytes));
        text.resize(static_cast<std::size_t>(info.st_size - skipped));
        const ssize_t got = ::pread(file.get(), text.data(), text.size(), skipped);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    auto failure = diagnoseLog(verb, text);
    auto detail = failure.detail() + " (" + log.string() + ")";
    return {std::move(failure).withDetail(std::move(detail)), failure.passes};
}

} // namespace entracte
