#include "xproxy/proxy/SocketStream.h"

#include "session/base/FdPassing.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace entracte::xproxy {

namespace {
constexpr int kSendBuffer = 208 * 1024;     // bytes; the kernel doubles it
constexpr std::size_t kMaxParts = 64;       // of one write
constexpr std::size_t kMaxWaitingFds = 256; // a program that sends more without need is misbehaving
} // namespace

SocketStream::SocketStream(UniqueFd socket) : m_socket(std::move(socket)) {
    const int flags = ::fcntl(m_socket.get(), F_GETFL);
    ::fcntl(m_socket.get(), F_SETFL, flags | O_NONBLOCK);
    // Twice what a socket has by itself: whoever reads is woken half as often for a large image.
    ::setsockopt(m_socket.get(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
}

bool SocketStream::hasHungUp() const {
    pollfd polled{m_socket.get(), POLLRDHUP, 0};
    return m_socket.valid() && ::poll(&polled, 1, 0) > 0 && polled.revents != 0;
}

void SocketStream::close() {
    m_socket.reset();
    discardOutput();
    discardInput();
}

void SocketStream::discardOutput() {
    m_out.clear();
    m_outFds.clear();
}

void SocketStream::discardInput() {
    m_in.clear();
    m_diverted = {};
    m_inFds.clear();
}

bool SocketStream::read() {
    m_lastRead = 0;
    if (!open())
        return false;
    const auto space = m_in.space();
    std::array<iovec, 2> parts{iovec{m_diverted.data(), m_diverted.size()},
                               iovec{space.data(), space.size()}};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxPassedFds)> control;
    msghdr header{};
    header.msg_iov = diverting() ? parts.data() : &parts[1];
    header.msg_iovlen = diverting() ? 2 : 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t got = 0;
    do
        got = ::recvmsg(m_socket.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK;
    const std::size_t aside = std::min(m_diverted.size(), static_cast<std::size_t>(got));
    m_diverted = m_diverted.subspan(aside);
    m_lastRead = static_cast<std::size_t>(got) - aside;
    m_in.added(m_lastRead);
    for (cmsghdr* cmsg = CMSG_FIRSTHDR(&header); cmsg; cmsg = CMSG_NXTHDR(&header, cmsg)) {
        if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof fd);
            m_inFds.emplace_back(fd);
        }
    }
    return got > 0 && m_inFds.size() <= kMaxWaitingFds;
}

void SocketStream::divert(std::span<std::byte> into) {
    const auto here = input();
    const std::size_t count = std::min(here.size(), into.size());
    std::copy_n(here.begin(), count, into.begin());
    m_in.consume(count);
    m_diverted = into.subspan(count);
}

void SocketStream::takeBack(ByteView bytes) {
    m_diverted = {};
    m_in.prepend(bytes);
}

UniqueFd SocketStream::takeFd() {
    if (m_inFds.empty())
        return {};
    UniqueFd fd = std::move(m_inFds.front());
    m_inFds.pop_front();
    return fd;
}

void SocketStream::queueFd(UniqueFd fd) {
    m_outFds.push_back({m_written + queued(), std::move(fd)});
}

bool SocketStream::flush() {
    const bool alive = open() && write();
    m_out.settle();
    return alive;
}

bool SocketStream::write() {
    while (queued() > 0) {
        // Descriptors go with the first byte of a write; those of later bytes end this one.
        std::size_t length = queued();
        std::array<int, kMaxPassedFds> fds{};
        std::size_t fdCount = 0;
        for (const auto& waiting : m_outFds) {
            if (waiting.position <= m_written && fdCount < fds.size()) {
                fds[fdCount++] = waiting.fd.get();
            } else {
                // More than one message may carry: the rest goes with the bytes after the first.
                length = waiting.position > m_written
                             ? std::min<std::size_t>(length, waiting.position - m_written)
                             : 1;
                break;
            }
        }
        std::array<iovec, kMaxParts> parts;
        msghdr header{};
        header.msg_iov = parts.data();
        header.msg_iovlen = m_out.gather(parts, std::max<std::size_t>(length, 1));
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxPassedFds)> control;
        if (fdCount > 0) {
            control = {};
            header.msg_control = control.data();
            header.msg_controllen = CMSG_SPACE(sizeof(int) * fdCount);
            cmsghdr* cmsg = CMSG_FIRSTHDR(&header);
            cmsg->cmsg_level = SOL_SOCKET;
            cmsg->cmsg_type = SCM_RIGHTS;
            cmsg->cmsg_len = CMSG_LEN(sizeof(int) * fdCount);
            std::memcpy(CMSG_DATA(cmsg), fds.data(), sizeof(int) * fdCount);
        }
        const ssize_t sent = ::sendmsg(m_socket.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            return errno == EAGAIN || errno == EWOULDBLOCK;
        }
        if (fdCount > 0)
            m_outFds.erase(m_outFds.begin(),
                           m_outFds.begin() + static_cast<std::ptrdiff_t>(fdCount));
        m_out.written(static_cast<std::size_t>(sent));
        m_written += static_cast<std::size_t>(sent);
    }
    return true;
}

} // namespace entracte::xproxy
