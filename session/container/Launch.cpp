// launch and killContainer: the parent's side of a session's beginning, and its end.

#include "session/base/FdPassing.h"
#include "session/base/ScopeExit.h"
#include "session/container/Container.h"
#include "session/container/LaunchChild.h"
#include "session/container/SeccompFilter.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>

namespace entracte {
namespace {

constexpr std::chrono::milliseconds kLaunchLimit{30000};
constexpr std::chrono::milliseconds kKillLimit{10000};
constexpr std::size_t kMaxSentence = 4096;

constexpr std::uint64_t kNewNamespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
                                         CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWTIME;

std::vector<std::string> environmentOf(const ContainerSpec& spec) {
    std::map<std::string, std::string> environment = {
        {"PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"},
        {"LANG", "C.UTF-8"},
        {"MOZ_ASSUME_USER_NS", "0"},
        {"LIBGL_ALWAYS_SOFTWARE", "1"},
    };
    for (const auto& [name, value] : spec.environment)
        environment[name] = value;
    // What the container decides, whoever asks for something else.
    environment["HOME"] = spec.person.home;
    environment["USER"] = environment["LOGNAME"] = spec.person.name;
    environment["SHELL"] = spec.person.shell.empty() ? "/bin/sh" : spec.person.shell;
    environment["XDG_RUNTIME_DIR"] = "/run/user/" + std::to_string(spec.person.uid);
    // Only an X display is in here, wherever the caller sits.
    environment["XDG_SESSION_TYPE"] = environment["GDK_BACKEND"] = "x11";
    environment["SDL_VIDEODRIVER"] = "x11";
    environment["QT_QPA_PLATFORM"] = "xcb";
    environment["MOZ_ENABLE_WAYLAND"] = "0";
    for (const char* outside :
         {"WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS",
          "SESSION_MANAGER", "DBUS_SYSTEM_BUS_ADDRESS", "SSH_AUTH_SOCK", "XDG_SESSION_ID",
          "XDG_SEAT", "XDG_VTNR", "ICEAUTHORITY", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID"})
        environment.erase(outside);
    std::vector<std::string> lines;
    for (const auto& [name, value] : environment)
        lines.push_back(name + "=" + value);
    return lines;
}

Status checkPerson(const Person& person) {
    // The whole range is mapped: uid 0 in the session would own what root owns outside.
    if (person.uid == 0 || person.uid == static_cast<uid_t>(-1) ||
        person.gid == static_cast<gid_t>(-1))
        return fail(ErrorCode::InvalidArgument, "A session cannot belong to root.", {},
                    "Start it as an ordinary user.");
    return {};
}

struct Pair {
    UniqueFd ours;
    UniqueFd theirs;
};

Result<Pair> socketPair() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return fail(Error::fromErrno("A socket could not be made"));
    return Pair{UniqueFd(pair[0]), UniqueFd(pair[1])};
}

// Between the helper and PID 1: gone as soon as its work is done, so that PID 1 is the helper's own
// child, not its grandchild, and begins without the helper's threads and locks.
[[noreturn]] void runBetween(const LaunchPlan& plan, int helper, Pair& go) {
    go.ours.reset(); // or the child would wait for itself if the helper died
    int pidfd = -1;
    clone_args how{};
    how.flags = kNewNamespaces | CLONE_PARENT | CLONE_PIDFD;
    how.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
    const long pid = ::syscall(SYS_clone3, &how, sizeof how);
    if (pid == 0) {
        char mapped = 0;
        if (::read(go.theirs.get(), &mapped, 1) != 1)
            ::_exit(1);
        const std::string sentence = becomeSession(plan).forLog();
        (void)sendMessage(plan.report, std::as_bytes(std::span(sentence).first(
                                           std::min(sentence.size(), kMaxSentence))));
        ::_exit(1);
    }
    const std::int64_t answer = pid < 0 ? -errno : pid;
    (void)sendMessage(helper, std::as_bytes(std::span(&answer, 1)),
                      std::span<const int>(&pidfd, pid < 0 ? 0 : 1));
    ::_exit(0);
}

Result<RunningContainer> startChild(const LaunchPlan& plan, Pair& go) {
    ENTRACTE_ASSIGN(channel, socketPair());
    const pid_t between = ::fork();
    if (between < 0)
        return fail(Error::fromErrno("The session's first process could not be made"));
    if (between == 0)
        runBetween(plan, channel.theirs.get(), go);
    channel.theirs.reset();
    auto message = receiveMessage(channel.ours.get(), sizeof(std::int64_t), kLaunchLimit);
    if (!message)
        ::kill(between, SIGKILL);
    while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (!message)
        return fail(std::move(message).error());
    std::int64_t pid = 0;
    if (message->bytes.size() == sizeof pid)
        std::memcpy(&pid, message->bytes.data(), sizeof pid);
    if (pid < 0)
        return fail(
            Error::fromErrno("The session's namespaces could not be made", static_cast<int>(-pid))
                .withHint("The kernel must offer user, pid, mount, ipc, uts, network and "
                          "time namespaces."));
    if (pid == 0 || message->fds.size() != 1)
        return fail(ErrorCode::System, "The session's first process could not be made.");
    return RunningContainer{static_cast<pid_t>(pid), std::move(message->fds.front())};
}

// The whole range onto itself: what belongs to the person belongs to the person, inside and
// outside.
Status mapIds(pid_t pid) {
    for (const char* file : {"uid_map", "gid_map"}) {
        const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
        static constexpr std::string_view kWhole = "0 0 4294967295\n";
        const UniqueFd map(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!map ||
            ::write(map.get(), kWhole.data(), kWhole.size()) != static_cast<ssize_t>(kWhole.size()))
            return fail(Error::fromErrno("The session's user ids could not be mapped"));
    }
    return {};
}

Status waitUntilReady(int report) {
    auto message = receiveMessage(report, kMaxSentence, kLaunchLimit);
    if (!message)
        return fail(Error(ErrorCode::TimedOut, "The session's first process does not answer.")
                        .causedBy(std::move(message).error()));
    const std::string text(reinterpret_cast<const char*>(message->bytes.data()),
                           message->bytes.size());
    if (text.size() == 1 && text[0] == kReady)
        return {};
    if (text.empty())
        return fail(ErrorCode::System, "The session's first process ended at once.");
    return fail(ErrorCode::System, "The session could not be started.", text);
}

} // namespace

Result<RunningContainer> launch(const ContainerSpec& spec) {
    ENTRACTE_TRY(checkPerson(spec.person));
    ENTRACTE_ASSIGN(filter, sessionFilter());
    ENTRACTE_ASSIGN(report, socketPair());
    ENTRACTE_ASSIGN(go, socketPair());
    LaunchPlan plan;
    plan.person = spec.person;
    plan.mountPoint = spec.mountPoint;
    plan.binds = externalMounts(spec);
    plan.filter = std::move(filter);
    plan.arguments = {std::string(kProgramsInside) + "/entracte-session"};
    if (!spec.display)
        plan.arguments.emplace_back("--no-display");
    plan.environment = environmentOf(spec);
    plan.report = report.theirs.get();

    ENTRACTE_ASSIGN(container, startChild(plan, go));
    ScopeExit undo([&container = container] { (void)killContainer(container); });
    report.theirs.reset();
    go.theirs.reset();
    ENTRACTE_TRY(mapIds(container.init));
    ENTRACTE_TRY(sendMessage(go.ours.get(), std::as_bytes(std::span("g", 1))));
    ENTRACTE_TRY(waitUntilReady(report.ours.get()));
    undo.dismiss();
    return std::move(container);
}

Status killContainer(const RunningContainer& container) {
    const int pidfd = container.initPidfd.get();
    if (pidfd < 0)
        return fail(ErrorCode::Internal, "The session's first process is not known.");
    if (::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) < 0 && errno != ESRCH)
        return fail(Error::fromErrno("The session could not be ended"));
    pollfd poller{pidfd, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&poller, 1, static_cast<int>(kKillLimit.count()));
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return fail(ErrorCode::TimedOut, "The session does not end.",
                    "SIGKILL was sent to process " + std::to_string(container.init));
    siginfo_t info{};
    // Nobody's child but the launcher's can be reaped; a restored one has another parent.
    while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info, WEXITED) < 0 &&
           errno == EINTR) {
    }
    return {};
}

} // namespace entracte
