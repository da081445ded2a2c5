#include "session/engine/PipeSink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace entracte {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLookMs = 250; // how often a full pipe is left, to see whether anybody cancelled

tl::unexpected<Error> nobodyReads() {
    return fail(ErrorCode::Cancelled, "Whoever was to take the exported session has gone.", {},
                "The snapshot is as it was.");
}

} // namespace

Status requirePipe(int fd, int access) {
    struct stat info {};
    const int flags = ::fcntl(fd, F_GETFL);
    if (::fstat(fd, &info) != 0 || !S_ISFIFO(info.st_mode) || flags < 0 ||
        (flags & O_PATH) != 0 || // which may be of a FIFO that its holder may not open
        (flags & O_ACCMODE) != access)
        return fail(ErrorCode::InvalidArgument, "The descriptor is not the end of a pipe.");
    return {};
}

Result<PipeSink> PipeSink::open(int pipe, std::function<Status()> check, PipeLimits limits) {
    UniqueFd own(::open(("/proc/self/fd/" + std::to_string(pipe)).c_str(),
                        O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (!own && errno == ENXIO)
        return nobodyReads();
    if (!own)
        return fail(Error::fromErrno("The exported session could not be written"));
    return PipeSink(std::move(own), std::move(check), limits);
}

Status PipeSink::write(std::span<const std::byte> bytes) {
    auto moved = Clock::now();
    while (!bytes.empty()) {
        ENTRACTE_TRY(m_check());
        const ssize_t wrote = ::write(m_pipe.get(), bytes.data(), bytes.size());
        if (wrote > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(wrote));
            if (m_limits.idle)
                moved = Clock::now();
            continue;
        }
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && errno == EPIPE)
            return nobodyReads();
        if (wrote < 0 && errno != EAGAIN)
            return fail(Error::fromErrno("The exported session could not be written"));
        const auto now = Clock::now();
        if ((m_limits.idle && now - moved > *m_limits.idle) ||
            (m_limits.end && now > *m_limits.end))
            return fail(ErrorCode::TimedOut, "The session did not get through in time.");
        pollfd poller{m_pipe.get(), POLLOUT, 0};
        ::poll(&poller, 1, kLookMs);
    }
    return {};
}

} // namespace entracte
