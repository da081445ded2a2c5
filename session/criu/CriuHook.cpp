#include "session/criu/CriuHook.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <utility>

namespace entracte {

Result<CriuHook> CriuHook::create(const std::filesystem::path& directory) {
    CriuHook hook;
    const UniqueFd folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    hook.m_path = directory / kHookName;
    hook.m_listener = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = hookAddress(folder.get());
    ::unlink(hook.m_path.c_str());
    if (!folder || !hook.m_listener ||
        ::bind(hook.m_listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) <
            0 ||
        ::listen(hook.m_listener.get(), 4) < 0)
        return fail(Error::fromErrno("A socket for CRIU could not be made"));
    return hook;
}

CriuHook::CriuHook(CriuHook&& other) noexcept
    : m_path(std::exchange(other.m_path, {})), m_listener(std::move(other.m_listener)) {}

CriuHook::~CriuHook() {
    if (!m_path.empty())
        ::unlink(m_path.c_str());
}

namespace {

// What is thrown in the moment must not leave CRIU without an answer: the programs would stand
// still until its end.
Status guarded(const std::function<Status(pid_t)>& inTheMoment, pid_t init) {
    try {
        return inTheMoment(init);
    } catch (const std::exception& problem) {
        return fail(ErrorCode::Internal, "Something went wrong while the programs stood still.",
                    problem.what());
    }
}

} // namespace

Status CriuHook::serve(int pidfd, const std::function<Status(pid_t init)>& inTheMoment,
                       Deadline deadline) {
    Status outcome;
    bool called = false;
    for (;;) {
        const auto left = deadline ? std::chrono::duration_cast<std::chrono::milliseconds>(
                                         *deadline - std::chrono::steady_clock::now())
                                   : std::chrono::milliseconds(0);
        if (deadline && left.count() <= 0)
            return outcome;
        pollfd pollers[] = {{m_listener.get(), POLLIN, 0}, {pidfd, POLLIN, 0}};
        if (::poll(pollers, 2, deadline ? static_cast<int>(left.count()) : -1) < 0) {
            if (errno == EINTR)
                continue;
            return fail(Error::fromErrno("Waiting for CRIU failed"));
        }
        if (pollers[0].revents & POLLIN) {
            const UniqueFd caller(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!caller)
                continue;
            pid_t init = 0;
            if (::recv(caller.get(), &init, sizeof init, MSG_WAITALL) != sizeof init)
                continue; // a hook that is gone fails CRIU itself
            if (!std::exchange(called, true))
                outcome = guarded(inTheMoment, init);
            const char answer = outcome ? kHookGoOn : kHookFail;
            ::send(caller.get(), &answer, 1, MSG_NOSIGNAL);
        } else if (pollers[1].revents & POLLIN) {
            return outcome;
        }
    }
}

} // namespace entracte
