#include "session/screen/Connector.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

namespace entracte::screen {
namespace {

using namespace std::chrono_literals;

int socketOption(int socket, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

void setSendTimeout(int socket, std::chrono::microseconds timeout) {
    const timeval value{timeout.count() / 1000000, timeout.count() % 1000000};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

// The errno of a non-blocking connect, waited for.
int finishConnect(int socket, Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd poller{socket, POLLOUT, 0};
    if (left.count() <= 0 || ::poll(&poller, 1, static_cast<int>(left.count())) <= 0)
        return ETIMEDOUT;
    return socketOption(socket, SO_ERROR);
}

} // namespace

bool isFreshUnixStream(int socket) {
    if (socketOption(socket, SO_DOMAIN) != AF_UNIX ||
        socketOption(socket, SO_TYPE) != SOCK_STREAM || socketOption(socket, SO_ACCEPTCONN) != 0)
        return false;
    sockaddr_un peer{};
    socklen_t size = sizeof peer;
    return ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0 &&
           errno == ENOTCONN;
}

int connectToPath(int socket, const std::string& path, bool abstractName, Deadline deadline) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t offset = abstractName ? 1 : 0;
    if (path.empty() || path.size() + 1 >= sizeof address.sun_path)
        return ENAMETOOLONG;
    std::memcpy(address.sun_path + offset, path.data(), path.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);

    // The connect of a blocking socket waits while the backlog is full: bounded by its send timeout
    // (socket(7)). A non-blocking one says EAGAIN.
    int failure = 0;
    setSendTimeout(socket, 1s);
    do {
        if (::connect(socket, reinterpret_cast<sockaddr*>(&address), size) == 0) {
            failure = 0;
            break;
        }
        failure = errno;
        if (failure == EAGAIN)
            std::this_thread::sleep_for(20ms);
    } while ((failure == EAGAIN || failure == EINTR) &&
             std::chrono::steady_clock::now() < deadline);
    setSendTimeout(socket, 0s);
    return failure;
}

bool Connector::reachableByPath() const {
    struct stat info {};
    return !m_display.remote() && ::stat(m_display.path.c_str(), &info) == 0 &&
           S_ISSOCK(info.st_mode);
}

Connected<UniqueFd> Connector::connectUnix(bool abstractName, Deadline deadline) const {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return unreachable("No socket could be made.", std::strerror(errno));
    const int failure = connectToPath(socket.get(), m_display.path, abstractName, deadline);
    if (failure != 0)
        return unreachable("No X server answers at display " + std::to_string(m_display.number) +
                               ".",
                           m_display.path + ": " + std::strerror(failure));
    return socket;
}

Connected<UniqueFd> Connector::connectTcp(Deadline deadline) const {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(m_display.port());
    if (const int problem = ::getaddrinfo(m_display.host.c_str(), port.c_str(), &hints, &found);
        problem != 0)
        return unreachable("The host " + m_display.host + " is not known.",
                           ::gai_strerror(problem));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, &::freeaddrinfo);

    int failure = ECONNREFUSED;
    for (const addrinfo* at = found; at; at = at->ai_next) {
        UniqueFd socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!socket)
            continue;
        failure = ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
        if (failure == EINPROGRESS)
            failure = finishConnect(socket.get(), deadline);
        if (failure == 0) {
            const int on = 1;
            ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            return socket;
        }
    }
    return unreachable("No X server answers at " + m_display.host + ":" +
                           std::to_string(m_display.number) + ".",
                       std::strerror(failure));
}

Connected<OpenConnection> Connector::open(char byteOrder, Deadline deadline) const {
    auto socket =
        m_display.remote() ? connectTcp(deadline) : connectUnix(!reachableByPath(), deadline);
    if (!socket)
        return tl::unexpected(std::move(socket).error());
    const auto where = m_display.remote() ? cookieAddressOfPeer(socket->get(), m_display.number)
                                          : localCookieAddress(m_display.number);
    auto reply = exchangeSetup(socket->get(), byteOrder, findCookie(m_cookieFile, where), deadline);
    if (!reply)
        return tl::unexpected(std::move(reply).error());
    return OpenConnection{std::move(*socket), std::move(*reply)};
}

Connected<std::vector<std::byte>> Connector::connectPassed(int socket, char byteOrder,
                                                           Deadline deadline) const {
    if (const int failure = connectToPath(socket, m_display.path, false, deadline); failure != 0)
        return unreachable("No X server answers at display " + std::to_string(m_display.number) +
                               ".",
                           m_display.path + ": " + std::strerror(failure));
    const auto cookie = findCookie(m_cookieFile, localCookieAddress(m_display.number));
    return exchangeSetup(socket, byteOrder, cookie, deadline);
}

} // namespace entracte::screen
