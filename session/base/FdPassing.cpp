#include "session/base/FdPassing.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace entracte {

Status sendMessage(int socket, std::span<const std::byte> bytes, std::span<const int> fds) {
    if (fds.size() > kMaxPassedFds)
        return fail(ErrorCode::InvalidArgument, "Too many descriptors for one message.");
    iovec iov{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_iov = &iov;
    header.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxPassedFds)> control{};
    if (!fds.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(fds.size_bytes());
        cmsghdr* cmsg = CMSG_FIRSTHDR(&header);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(cmsg), fds.data(), fds.size_bytes());
    }
    ssize_t sent = 0;
    do
        sent = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return fail(Error::fromErrno("A message could not be sent"));
    if (static_cast<std::size_t>(sent) != bytes.size())
        return fail(ErrorCode::System, "A message was sent only in part.");
    return {};
}

Result<ReceivedMessage> receiveMessage(int socket, std::size_t limit,
                                       std::chrono::milliseconds timeout) {
    pollfd poller{socket, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&poller, 1, timeout.count() < 0 ? -1 : static_cast<int>(timeout.count()));
    while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return fail(Error::fromErrno("Waiting for a message failed"));
    if (ready == 0)
        return fail(ErrorCode::TimedOut, "No answer came in time.");

    ReceivedMessage message;
    message.bytes.resize(limit);
    iovec iov{message.bytes.data(), message.bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxPassedFds)> control{};
    msghdr header{};
    header.msg_iov = &iov;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t got = 0;
    do
        got = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(Error::fromErrno("A message could not be received"));
    for (cmsghdr* cmsg = CMSG_FIRSTHDR(&header); cmsg; cmsg = CMSG_NXTHDR(&header, cmsg)) {
        if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof fd);
            message.fds.emplace_back(fd);
        }
    }
    if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        return fail(ErrorCode::InvalidArgument, "A message is longer than it may be.");
    message.bytes.resize(static_cast<std::size_t>(got));
    return message;
}

} // namespace entracte
