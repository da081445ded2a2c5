#include "session/container/ForkedTask.h"

#include "session/base/FdPassing.h"
#include "session/base/ScopeExit.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace entracte {
namespace {

constexpr std::chrono::milliseconds kLimit{10000};

struct Report {
    std::int32_t errnoValue = 0;
    std::uint32_t pad = 0;
    std::uint64_t value = 0;
};

[[noreturn]] void runChild(int socket, const std::function<int(std::uint64_t&)>& task) {
    Report report;
    const int fd = task(report.value);
    if (fd < 0)
        report.errnoValue = errno != 0 ? errno : EIO;
    const std::span<const int> fds(&fd, fd < 0 ? 0 : 1);
    const bool sent = sendMessage(socket, std::as_bytes(std::span(&report, 1)), fds).has_value();
    ::_exit(sent ? 0 : 1);
}

} // namespace

Result<ForkedResult> openInChild(const std::string& what,
                                 const std::function<int(std::uint64_t& value)>& task) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return fail(Error::fromErrno(what));
    UniqueFd ours(pair[0]);
    UniqueFd theirs(pair[1]);
    const pid_t child = ::fork();
    if (child < 0)
        return fail(Error::fromErrno(what));
    if (child == 0)
        runChild(theirs.get(), task);
    theirs.reset();
    const ScopeExit reap([child] {
        ::kill(child, SIGKILL); // it has nothing more to do
        while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
        }
    });

    Report report;
    ENTRACTE_ASSIGN(message, receiveMessage(ours.get(), sizeof report, kLimit));
    if (message.bytes.size() != sizeof report)
        return fail(ErrorCode::System, what + ".", "the child ended without a result");
    std::memcpy(&report, message.bytes.data(), sizeof report);
    if (report.errnoValue != 0)
        return fail(Error::fromErrno(what, report.errnoValue));
    if (message.fds.size() != 1)
        return fail(ErrorCode::System, what + ".", "the child sent no descriptor");
    return ForkedResult{std::move(message.fds.front()), report.value};
}

} // namespace entracte
