#include "app/cli/move/SshProcess.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>
#include <vector>

namespace entracte::cli {

namespace {

using namespace std::chrono_literals;
constexpr auto kGrace = 2s;

// -x: the windows go to the other machine's screen, not back to this one. A cut link is noticed
// within a quarter of a minute. What the person's configuration says of these is not asked.
constexpr const char* kOptions[] = {"-x", "-T",
                                    "-e", "none",
                                    "-o", "ServerAliveInterval=5",
                                    "-o", "ServerAliveCountMax=3",
                                    "-o", "ClearAllForwardings=yes"};
// Who is asked so is asked among many: no words of ssh's own, and none of the other machine's,
// which would come raw to the person's terminal. One that is not there holds nobody up for long.
constexpr const char* kNoQuestions[] = {"-o", "BatchMode=yes",    "-o", "LogLevel=QUIET",
                                        "-o", "ConnectTimeout=15"};
constexpr const char* kCommand = "entracte move-receive";

// Its exit status once it has ended within the time.
std::optional<int> waitFor(pid_t pid, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        int status = 0;
        const pid_t got = ::waitpid(pid, &status, WNOHANG);
        if (got == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (got < 0 && errno != EINTR)
            return -1;
        if (std::chrono::steady_clock::now() >= end)
            return std::nullopt;
        std::this_thread::sleep_for(10ms);
    }
}

} // namespace

Result<SshProcess> SshProcess::start(const std::string& host, Questions questions) {
    ENTRACTE_TRY(checkHostName(host));
    int to[2];
    int from[2];
    if (::pipe2(to, O_CLOEXEC) != 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    UniqueFd childIn(to[0]);
    SshProcess ssh;
    ssh.out.reset(to[1]);
    if (::pipe2(from, O_CLOEXEC) != 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    ssh.in.reset(from[0]);
    UniqueFd childOut(from[1]);
    ::fcntl(ssh.out.get(), F_SETPIPE_SZ, 1 << 20);
    ::fcntl(ssh.in.get(), F_SETPIPE_SZ, 1 << 20);

    std::vector<const char*> command{"ssh"};
    command.insert(command.end(), std::begin(kOptions), std::end(kOptions));
    if (questions == Questions::No)
        command.insert(command.end(), std::begin(kNoQuestions), std::end(kNoQuestions));
    command.insert(command.end(), {"--", host.c_str(), kCommand, nullptr});
    ssh.m_pid = ::fork();
    if (ssh.m_pid < 0)
        return fail(Error::fromErrno("ssh could not be started"));
    if (ssh.m_pid == 0) {
        // Ctrl+C is the move's to decide; the connection shall not be gone before.
        ::signal(SIGINT, SIG_IGN);
        ::signal(SIGPIPE, SIG_DFL);
        ::dup2(childIn.get(), STDIN_FILENO);
        ::dup2(childOut.get(), STDOUT_FILENO);
        if (questions == Questions::No)
            ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        ::execvp("ssh", const_cast<char* const*>(command.data()));
        ::_exit(126);
    }
    return ssh;
}

SshProcess::~SshProcess() {
    in.reset();
    out.reset();
    if (m_pid < 0)
        return;
    if (!waitFor(m_pid, 200ms)) {
        ::kill(m_pid, SIGTERM);
        if (!waitFor(m_pid, kGrace)) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
    }
}

Error SshProcess::whyItEnded(const std::string& host) {
    const auto status = m_pid < 0 ? std::nullopt : waitFor(m_pid, kGrace);
    if (status)
        m_pid = -1;
    if (status == 126)
        return {ErrorCode::System, "ssh could not be started.", {}, "Install openssh-client."};
    if (status == 127)
        return {ErrorCode::HostMismatch,
                host + " has no entracte that a command over ssh would find.",
                {},
                "Install it there."};
    if (status == 255)
        return {ErrorCode::System, "ssh has no connection to " + host + "."};
    return {ErrorCode::System, "The connection to " + host + " is cut.",
            "ssh ended with " + std::to_string(status.value_or(-1))};
}

} // namespace entracte::cli
