#include "xproxy/proxy/Listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace entracte::xproxy {

namespace {

constexpr const char* kDirectory = "/tmp/.X11-unix";

struct Address {
    sockaddr_un value{};
    socklen_t length = 0;
};

Address address(const std::string& path, bool abstract) {
    Address result;
    result.value.sun_family = AF_UNIX;
    const std::size_t at = abstract ? 1 : 0;
    std::memcpy(result.value.sun_path + at, path.data(), path.size());
    result.length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1); // NUL or first 0
    return result;
}

Result<UniqueFd> listenAt(const Address& where) {
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return fail(Error::fromErrno("A socket could not be made"));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where.value), where.length) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0)
        return fail(Error::fromErrno("The display could not be opened"));
    return socket;
}

bool isServed(const Address& where) {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&where.value), where.length) ==
           0;
}

} // namespace

std::int32_t peerOf(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

Result<std::vector<UniqueFd>> listenAsDisplay(int number) {
    if (::mkdir(kDirectory, 01777) == 0)
        ::chmod(kDirectory, 01777);
    const std::string path = std::string(kDirectory) + "/X" + std::to_string(number);
    const Address byPath = address(path, false);
    const Address byName = address(path, true);
    if (isServed(byPath) || isServed(byName))
        return fail(ErrorCode::Busy, "Display :" + std::to_string(number) + " is in use already.",
                    {}, "Take another number");
    std::vector<UniqueFd> listeners;
    ENTRACTE_ASSIGN(abstract, listenAt(byName));
    listeners.push_back(std::move(abstract));
    ::unlink(path.c_str()); // of a server that died
    ENTRACTE_ASSIGN(pathSocket, listenAt(byPath));
    ::chmod(path.c_str(), 0777);
    listeners.push_back(std::move(pathSocket));
    return listeners;
}

} // namespace entracte::xproxy
