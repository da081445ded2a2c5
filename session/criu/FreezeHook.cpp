#include "session/criu/FreezeHook.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace entracte {

Result<FreezeHook> FreezeHook::create(const std::filesystem::path& directory) {
    FreezeHook hook;
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

FreezeHook::FreezeHook(FreezeHook&& other) noexcept
    : m_path(std::exchange(other.m_path, {})), m_listener(std::move(other.m_listener)) {}

FreezeHook::~FreezeHook() {
    if (!m_path.empty())
        ::unlink(m_path.c_str());
}

Status FreezeHook::serve(int pidfd, const std::function<Status()>& whileFrozen) {
    Status outcome;
    bool called = false;
    for (;;) {
        pollfd pollers[] = {{m_listener.get(), POLLIN, 0}, {pidfd, POLLIN, 0}};
        if (::poll(pollers, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return fail(Error::fromErrno("Waiting for CRIU failed"));
        }
        if (pollers[0].revents & POLLIN) {
            const UniqueFd caller(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!caller)
                continue;
            if (!std::exchange(called, true))
                outcome = whileFrozen();
            const char answer = outcome ? kHookGoOn : kHookFail;
            ::send(caller.get(), &answer, 1,
                   MSG_NOSIGNAL); // a hook that is gone fails the dump itself
        } else if (pollers[1].revents & POLLIN) {
            return outcome;
        }
    }
}

} // namespace entracte
