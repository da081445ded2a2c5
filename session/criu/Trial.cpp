#include "session/criu/Trial.h"

#include "session/base/Companion.h"
#include "session/base/ScopeExit.h"
#include "session/base/Subprocess.h"
#include "session/container/Cable.h"
#include "session/criu/Criu.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace entracte {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSomeRounds = 3;

// N of PID 1's name "probe N" (PairMain.cpp): rounds over both connections; 0 when there is none.
std::uint64_t rounds(pid_t init) {
    std::ifstream file("/proc/" + std::to_string(init) + "/comm");
    std::string label;
    std::uint64_t number = 0;
    return file >> label >> number && label == "probe" ? number : 0;
}

// Waits until more than `floor` rounds are done; what is counted then, or 0 when that does not
// happen.
std::uint64_t awaitRounds(pid_t init, std::uint64_t floor) {
    for (int i = 0; i < 300; ++i) {
        if (const auto now = rounds(init); now > floor)
            return now;
        std::this_thread::sleep_for(10ms);
    }
    return 0;
}

Status mountEmpty(const std::filesystem::path& where) {
    if (::mkdir(where.c_str(), 0755) < 0 && errno != EEXIST)
        return fail(Error::fromErrno("A directory for the trial could not be made"));
    if (::mount("tmpfs", where.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m") < 0)
        return fail(Error::fromErrno("A file system for the trial could not be mounted"));
    return {};
}

// The root of the trial's processes: their program, and where proc and dev go.
Status makeRoot(const std::filesystem::path& root) {
    ENTRACTE_TRY(mountEmpty(root));
    std::error_code error;
    std::filesystem::create_directory(root / "proc", error);
    std::filesystem::create_directory(root / "dev", error);
    std::filesystem::copy_file(companionProgram("entracte-criu-pair"), root / "pair", error);
    if (error)
        return fail(ErrorCode::Internal, "The trial's program could not be copied.",
                    error.message());
    return {};
}

Result<pid_t> readPid(int file) {
    pollfd poller{file, POLLIN, 0};
    char text[16] = {};
    pid_t pid = 0;
    if (::poll(&poller, 1, 5000) == 1)
        if (const ssize_t got = ::read(file, text, sizeof text); got > 0)
            std::from_chars(text, text + got, pid);
    if (pid <= 1)
        return fail(ErrorCode::KernelUnsuitable,
                    "The namespaces of a session could not be made on this machine.", {},
                    "User, pid, mount and network namespaces are needed.");
    return pid;
}

void killAndWait(pid_t pid) {
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd)
        return;
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    pollfd poller{pidfd.get(), POLLIN, 0};
    ::poll(&poller, 1, 5000);
}

Error notWorking(const std::filesystem::path& criu, const Error& cause) {
    return Error(ErrorCode::CriuMissing, criu.string() + " does not work on this kernel.", {},
                 cause.sentence())
        .causedBy(cause);
}

// Directories that every machine has, and that nothing of the trial is in: nothing is made that
// somebody would have to remove, whenever the trial is killed.
std::filesystem::path placeFor(const std::filesystem::path& criu) {
    std::error_code ignored;
    for (const char* place : {"/mnt", "/media", "/srv", "/opt"})
        if (std::filesystem::is_directory(place, ignored) &&
            std::ranges::none_of(std::array{criu, companionProgram("entracte-criu-pair")},
                                 [&](const auto& file) {
                                     return std::filesystem::canonical(file, ignored)
                                         .string()
                                         .starts_with(std::string(place) + "/");
                                 }))
            return place;
    return {};
}

Status tryIn(const std::filesystem::path& base, const Criu& criu) {
    const auto root = base / "root";
    const auto images = base / "images";
    std::error_code ignored;
    ENTRACTE_TRY(mountEmpty(base));
    ENTRACTE_TRY(makeRoot(root));
    std::filesystem::create_directory(images, ignored);

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-criu-pair").string(), "outside", root.string()};
    spec.standardOutput = writer.get();
    ENTRACTE_ASSIGN(pair, Subprocess::start(spec));
    writer.reset();
    auto init = readPid(reader.get());
    if (!init)
        return fail(Error(init.error()).withDetail(pair.errors()));
    ScopeExit killFirst([&] { killAndWait(*init); });
    const auto before = awaitRounds(*init, kSomeRounds);
    if (before == 0)
        return fail(ErrorCode::KernelUnsuitable, "The trial's connections do not work.");

    DumpOptions dump;
    dump.root = *init;
    dump.images = images;
    dump.leaveRunning = false;
    if (auto dumped = criu.dump(dump); !dumped)
        return fail(notWorking(criu.program(), dumped.error()));
    killFirst.dismiss();
    ENTRACTE_TRY(pair.wait(5s));

    RestoreOptions restore;
    restore.images = images;
    restore.root = root;
    restore.network = raiseLoopback;
    auto restored = criu.restore(std::move(restore));
    if (!restored)
        return fail(notWorking(criu.program(), restored.error()));
    const ScopeExit killSecond([&] { killAndWait(*restored); });
    if (awaitRounds(*restored, before + kSomeRounds) == 0)
        return fail(notWorking(criu.program(), Error(ErrorCode::RestoreFailed,
                                                     "Connections do not survive a restore.")));
    return {};
}

} // namespace

Status tryCriu(const std::filesystem::path& criu) {
    const Criu driver(criu);
    ENTRACTE_TRY(driver.version());
    const auto base = placeFor(criu);
    if (base.empty())
        return fail(ErrorCode::System, "There is no directory that the trial could be mounted on.");
    const ScopeExit remove([&] {
        ::umount2((base / "root").c_str(), MNT_DETACH);
        ::umount2(base.c_str(), MNT_DETACH);
    });
    return tryIn(base, driver);
}

} // namespace entracte
