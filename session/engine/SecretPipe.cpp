#include "session/engine/SecretPipe.h"

#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace entracte {

namespace {

using Clock = std::chrono::steady_clock;

// Another opening of the same pipe, which is ours alone: that it does not block stays so.
Result<UniqueFd> openAnew(int pipe) {
    struct stat info {};
    const int flags = ::fcntl(pipe, F_GETFL);
    UniqueFd anew;
    if (::fstat(pipe, &info) == 0 && S_ISFIFO(info.st_mode) && flags >= 0 &&
        (flags & O_ACCMODE) == O_RDONLY)
        anew.reset(::open(("/proc/self/fd/" + std::to_string(pipe)).c_str(),
                          O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!anew)
        return fail(ErrorCode::InvalidArgument, "The passphrase must come through a pipe.");
    return anew;
}

} // namespace

SecretText::SecretText()
    // One byte more than there may be tells that there are too many.
    : m_bytes(::sodium_init() < 0 ? nullptr : static_cast<char*>(::sodium_malloc(kMax + 1)),
              ::sodium_free) {}

Result<SecretText> SecretText::readFrom(int pipe, std::chrono::milliseconds patience) {
    SecretText text;
    if (!text.m_bytes)
        return fail(ErrorCode::NoSpace, "There is not enough memory for a passphrase.");
    ENTRACTE_ASSIGN(from, openAnew(pipe));
    const auto until = Clock::now() + patience;
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd poller{from.get(), POLLIN, 0};
        if (left <= 0 || ::poll(&poller, 1, static_cast<int>(left)) == 0)
            return fail(ErrorCode::TimedOut, "No passphrase came.");
        const ssize_t got =
            ::read(from.get(), text.m_bytes.get() + text.m_size, kMax + 1 - text.m_size);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return fail(Error::fromErrno("The passphrase could not be read"));
        if (got == 0)
            break;
        text.m_size += static_cast<std::size_t>(got);
        if (text.m_size > kMax)
            return fail(ErrorCode::InvalidArgument,
                        "A passphrase has at most " + std::to_string(kMax) + " bytes.");
    }
    if (text.m_size == 0)
        return fail(ErrorCode::InvalidArgument, "The passphrase is empty. Nothing was changed.");
    return text;
}

} // namespace entracte
