#include "session/base/Subprocess.h"

#include "session/base/Signals.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace entracte {
namespace {

// A memory file of fixed size: the position of the shared open file description tells how much was
// written, and the seal makes writes beyond the end fail instead of growing it (memfd_create(2)).
Result<UniqueFd> captureFile(std::size_t limit) {
    UniqueFd file(::memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(limit)) < 0 ||
        ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0)
        return fail(Error::fromErrno("A file for a program's output could not be made"));
    return file;
}

std::string captured(const UniqueFd& file) {
    if (!file)
        return {};
    const off_t written = ::lseek(file.get(), 0, SEEK_CUR);
    std::string text(written > 0 ? static_cast<std::size_t>(written) : 0, '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got =
            ::pread(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (got <= 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (const auto& string : strings)
        result.push_back(const_cast<char*>(string.c_str()));
    result.push_back(nullptr);
    return result;
}

// All that the child needs, laid out before the fork: between fork and exec only async-signal-safe
// calls are allowed, because the parent has threads (fork(2)).
struct Plan {
    char** arguments;
    char** environment;
    const char* workingDirectory;
    const Credentials* credentials;
    const int* groups;
    std::size_t groupCount;
    FdMapping* mappings; // 0, 1, 2 and the caller's; `from` is overwritten by the child
    std::size_t mappingCount;
    int highest; // of all `to`
    int report;  // close-on-exec; takes errno
};

[[noreturn]] void giveUp(const Plan& plan) {
    const int error = errno;
    [[maybe_unused]] const ssize_t sent = ::write(plan.report, &error, sizeof error);
    ::_exit(127);
}

[[noreturn]] void becomeProgram(Plan& plan) {
    // "0": whoever writes it (cgroups(7)). A group that takes nobody is none, and no reason to
    // fail.
    for (std::size_t i = 0; i < plan.groupCount; ++i)
        [[maybe_unused]] const ssize_t entered = ::write(plan.groups[i], "0", 1);
    // Out of the way first, so that no target overwrites a source that is still needed.
    plan.report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, plan.highest + 1);
    if (plan.report < 0)
        ::_exit(127);
    for (std::size_t i = 0; i < plan.mappingCount; ++i) {
        auto& mapping = plan.mappings[i];
        mapping.from = ::fcntl(mapping.from, F_DUPFD_CLOEXEC, plan.highest + 1);
        if (mapping.from < 0)
            giveUp(plan);
    }
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        giveUp(plan);
    for (std::size_t i = 0; i < plan.mappingCount; ++i)
        if (::dup2(plan.mappings[i].from, plan.mappings[i].to) < 0)
            giveUp(plan);

    resetSignals();
    ::umask(022);

    if (::setsid() < 0)
        giveUp(plan);
    // A program of ours may lie where only root may go (a build tree in root's home): found with
    // our rights, run with the other's.
    const int program = plan.credentials ? ::open(plan.arguments[0], O_PATH | O_CLOEXEC) : -1;
    // The system calls themselves: glibc's functions would tell the parent's other threads, which
    // are not here.
    if (const Credentials* who = plan.credentials)
        if (::syscall(SYS_setgroups, who->groups.size(), who->groups.data()) < 0 ||
            ::syscall(SYS_setresgid, who->gid, who->gid, who->gid) < 0 ||
            ::syscall(SYS_setresuid, who->uid, who->uid, who->uid) < 0)
            giveUp(plan);
    if (::chdir(plan.workingDirectory) < 0)
        giveUp(plan);
    ::execve(plan.arguments[0], plan.arguments, plan.environment);
    if (errno == EACCES && program >= 0)
        ::syscall(SYS_execveat, program, "", plan.arguments, plan.environment, AT_EMPTY_PATH);
    giveUp(plan);
}

Status checkSpec(const SubprocessSpec& spec) {
    if (spec.command.empty() || !spec.command[0].starts_with('/'))
        return fail(ErrorCode::Internal, "A program to run needs an absolute path.");
    for (const auto* strings : {&spec.command, &spec.environment})
        for (const auto& string : *strings)
            if (string.find('\0') != std::string::npos)
                return fail(ErrorCode::InvalidArgument, "A program's argument holds a null byte.");
    for (const auto& mapping : spec.fds)
        if (mapping.to < 3 || mapping.from < 0)
            return fail(ErrorCode::Internal, "A descriptor cannot be passed under that number.");
    return {};
}

} // namespace

std::vector<std::string> cleanEnvironment() {
    return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"};
}

std::string ExitStatus::inWords() const {
    if (signal != 0)
        return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    return "ended with status " + std::to_string(code);
}

ExitStatus ExitStatus::fromWait(int waitStatus) {
    if (WIFSIGNALED(waitStatus))
        return {0, WTERMSIG(waitStatus)};
    return {WEXITSTATUS(waitStatus), 0};
}

Result<Subprocess> Subprocess::start(const SubprocessSpec& spec) {
    ENTRACTE_TRY(checkSpec(spec));
    Subprocess child;

    UniqueFd null;
    if (spec.standardInput < 0) {
        null = UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!null)
            return fail(Error::fromErrno("/dev/null could not be opened"));
    }
    if (spec.standardOutput < 0) {
        ENTRACTE_ASSIGN(file, captureFile(spec.captureLimit));
        child.m_output = std::move(file);
    }
    if (spec.standardError < 0) {
        ENTRACTE_ASSIGN(file, captureFile(spec.captureLimit));
        child.m_errors = std::move(file);
    }
    std::vector<FdMapping> mappings = {
        {null ? null.get() : spec.standardInput, 0},
        {child.m_output ? child.m_output.get() : spec.standardOutput, 1},
        {child.m_errors ? child.m_errors.get() : spec.standardError, 2}};
    mappings.insert(mappings.end(), spec.fds.begin(), spec.fds.end());

    int reportEnds[2];
    if (::pipe2(reportEnds, O_CLOEXEC) < 0)
        return fail(Error::fromErrno("A pipe could not be made"));
    UniqueFd reportReader(reportEnds[0]);
    UniqueFd reportWriter(reportEnds[1]);

    auto arguments = pointers(spec.command);
    auto environment = pointers(spec.environment);
    Plan plan{arguments.data(),
              environment.data(),
              spec.workingDirectory.c_str(),
              spec.credentials ? &*spec.credentials : nullptr,
              spec.groups.data(),
              spec.groups.size(),
              mappings.data(),
              mappings.size(),
              std::ranges::max(mappings, {}, &FdMapping::to).to,
              reportWriter.get()};
    child.m_pid = ::fork();
    if (child.m_pid < 0)
        return fail(Error::fromErrno("A program could not be started"));
    if (child.m_pid == 0)
        becomeProgram(plan);
    reportWriter.reset();
    child.m_pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, child.m_pid, 0)));
    if (!child.m_pidfd)
        return fail(Error::fromErrno("A program that was started cannot be watched"));

    int error = 0;
    ssize_t got = 0;
    do
        got = ::read(reportReader.get(), &error, sizeof error);
    while (got < 0 && errno == EINTR);
    if (got == sizeof error) {
        if (error == ENOENT)
            return fail(ErrorCode::NotFound,
                        spec.command[0] + " could not be started: it is not there.");
        return fail(Error::fromErrno(spec.command[0] + " could not be started", error));
    }
    return child;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)), m_pidfd(std::move(other.m_pidfd)),
      m_output(std::move(other.m_output)), m_errors(std::move(other.m_errors)),
      m_status(other.m_status) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
    if (this != &other) {
        killAndReap();
        m_pid = std::exchange(other.m_pid, -1);
        m_pidfd = std::move(other.m_pidfd);
        m_output = std::move(other.m_output);
        m_errors = std::move(other.m_errors);
        m_status = other.m_status;
    }
    return *this;
}

Subprocess::~Subprocess() {
    killAndReap();
}

// Until it is reaped its pid, which is also its process group, cannot be another's.
void Subprocess::killAndReap() {
    if (m_pid <= 0 || m_status)
        return;
    ::kill(-m_pid, SIGKILL);
    ::kill(m_pid, SIGKILL);
    int status = 0;
    while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
    }
    m_status = ExitStatus::fromWait(status);
}

Result<ExitStatus> Subprocess::wait(std::chrono::milliseconds limit) {
    if (m_status)
        return *m_status;
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd poller{m_pidfd.get(), POLLIN, 0};
        const int ready =
            ::poll(&poller, 1, limit.count() < 0 ? -1 : static_cast<int>(std::max<long>(left, 0)));
        if (ready > 0)
            break;
        if (ready == 0)
            return fail(ErrorCode::TimedOut, "A program did not end in time.");
        if (errno != EINTR)
            return fail(Error::fromErrno("Waiting for a program failed"));
    }
    int status = 0;
    while (::waitpid(m_pid, &status, 0) < 0)
        if (errno != EINTR)
            return fail(Error::fromErrno("The end of a program could not be read"));
    m_status = ExitStatus::fromWait(status);
    return *m_status;
}

Status Subprocess::signal(int number) {
    if (m_status)
        return fail(ErrorCode::NotFound, "The program has ended.");
    if (::syscall(SYS_pidfd_send_signal, m_pidfd.get(), number, nullptr, 0) < 0)
        return fail(Error::fromErrno("A signal could not be sent"));
    return {};
}

void Subprocess::terminate(std::chrono::milliseconds grace) {
    if (m_pid <= 0 || m_status)
        return;
    ::kill(-m_pid, SIGTERM);
    if (!wait(grace))
        killAndReap();
}

std::string Subprocess::output() const {
    return captured(m_output);
}

std::string Subprocess::errors() const {
    return captured(m_errors);
}

Result<Finished> runToEnd(SubprocessSpec spec, std::chrono::milliseconds limit,
                          std::string_view input) {
    UniqueFd inputFile;
    if (spec.standardInput < 0 && !input.empty()) {
        inputFile = UniqueFd(::memfd_create("input", MFD_CLOEXEC));
        if (!inputFile || ::write(inputFile.get(), input.data(), input.size()) !=
                              static_cast<ssize_t>(input.size()))
            return fail(Error::fromErrno("A program's input could not be prepared"));
        ::lseek(inputFile.get(), 0, SEEK_SET);
        spec.standardInput = inputFile.get();
    }
    ENTRACTE_ASSIGN(child, Subprocess::start(spec));
    auto status = child.wait(limit);
    if (!status)
        return fail(std::move(status).error());
    return Finished{*status, child.output(), child.errors()};
}

} // namespace entracte
