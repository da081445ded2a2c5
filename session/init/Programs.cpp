#include "session/init/Programs.h"

#include "session/base/UniqueFd.h"
#include "session/init/Launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace entracte::init {
namespace {

void openLog() {
    char path[64];
    std::snprintf(path, sizeof path, "%s/%d", kLogDirectory, static_cast<int>(::getpid()));
    const int log = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (log < 0)
        return; // /dev/null stays
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::close(log);
}

[[noreturn]] void becomeProgram(const SpawnRequest& request, Programs::Kind kind, int report) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    // A group of its own, so that what it does to its group stops there. Not a session: a leader
    // that ends before its children is something that a restore cannot make again.
    ::setpgid(0, 0);
    openLog();
    for (const auto& variable : request.environment)
        ::putenv(const_cast<char*>(variable.c_str()));
    int error = 0;
    if (!request.workingDirectory.empty() && ::chdir(request.workingDirectory.c_str()) < 0)
        error = errno;
    else if (kind == Programs::Kind::Requested)
        error = becomeLaunched(request.arguments, report);
    else
        error = becomeItself(request.arguments);
    [[maybe_unused]] const ssize_t written = ::write(report, &error, sizeof error);
    ::_exit(127);
}

} // namespace

pid_t Programs::start(const SpawnRequest& request, Kind kind) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) < 0)
        return -errno;
    const UniqueFd reading(pipe[0]);
    UniqueFd writing(pipe[1]);
    const pid_t child = ::fork();
    if (child < 0)
        return -errno;
    if (child == 0)
        becomeProgram(request, kind, writing.get());
    writing.reset();
    // The executed program has closed the other end; a failed one has told why.
    int error = 0;
    ssize_t got = 0;
    do
        got = ::read(reading.get(), &error, sizeof error);
    while (got < 0 && errno == EINTR);
    if (got == sizeof error) {
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
        return error > 0 ? -error : -EIO;
    }
    m_running[child] = kind;
    return child;
}

bool Programs::reap() {
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            return pid == 0;
        if (m_running.erase(pid) != 0)
            m_exits.add(pid, status);
    }
}

std::uint32_t Programs::requested() const {
    return static_cast<std::uint32_t>(
        std::count_if(m_running.begin(), m_running.end(),
                      [](const auto& entry) { return entry.second == Kind::Requested; }));
}

} // namespace entracte::init
