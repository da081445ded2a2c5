#include "session/criu/UnixPeers.h"

#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <unordered_map>

namespace entracte {
namespace {

// A namespace belongs to a thread (setns(2)), and a socket to the namespace it was made in: so a
// short-lived thread makes the socket, and no other ever leaves its namespace.
Result<UniqueFd> diagnosticSocket(pid_t init) {
    UniqueFd socket;
    int error = 0;
    const UniqueFd network(
        ::open(("/proc/" + std::to_string(init) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
    if (!network)
        return fail(Error::fromErrno("The session's network could not be found"));
    std::thread([&] {
        if (::setns(network.get(), CLONE_NEWNET) == 0)
            socket = UniqueFd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
        error = errno;
    }).join();
    if (!socket)
        return fail(Error::fromErrno("The session's sockets could not be listed", error));
    return socket;
}

Status ask(int socket) {
    struct {
        nlmsghdr header;
        unix_diag_req request;
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.request.sdiag_family = AF_UNIX;
    message.request.udiag_states = ~0U;
    message.request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER;
    if (::send(socket, &message, sizeof message, 0) != sizeof message)
        return fail(Error::fromErrno("The session's sockets could not be listed"));
    return {};
}

struct Listing {
    std::unordered_map<std::uint64_t, std::uint64_t> peers; // of connected ones
    std::unordered_map<std::uint64_t, std::string> paths;
};

void addSocket(const nlmsghdr* message, Listing& listing) {
    const auto* socket = static_cast<const unix_diag_msg*>(NLMSG_DATA(message));
    auto length = static_cast<int>(message->nlmsg_len) -
                  static_cast<int>(NLMSG_LENGTH(sizeof(unix_diag_msg)));
    auto* attribute =
        reinterpret_cast<rtattr*>(const_cast<char*>(reinterpret_cast<const char*>(socket + 1)));
    for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
        if (attribute->rta_type == UNIX_DIAG_PEER && RTA_PAYLOAD(attribute) >= sizeof(__u32)) {
            __u32 peer = 0;
            std::memcpy(&peer, RTA_DATA(attribute), sizeof peer);
            listing.peers[socket->udiag_ino] = peer;
        } else if (attribute->rta_type == UNIX_DIAG_NAME) {
            listing.paths[socket->udiag_ino].assign(static_cast<const char*>(RTA_DATA(attribute)),
                                                    RTA_PAYLOAD(attribute));
        }
    }
}

Result<Listing> list(int socket) {
    Listing listing;
    alignas(nlmsghdr) std::array<char, 32768> buffer{};
    for (;;) {
        const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(Error::fromErrno("The session's sockets could not be listed"));
        auto left = static_cast<unsigned>(got);
        for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_type == NLMSG_DONE)
                return listing;
            if (message->nlmsg_type == NLMSG_ERROR)
                return fail(ErrorCode::KernelUnsuitable,
                            "The session's sockets could not be listed.", "unix_diag",
                            "The kernel module unix_diag is needed.");
            if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
                message->nlmsg_len >= NLMSG_LENGTH(sizeof(unix_diag_msg)))
                addSocket(message, listing);
        }
    }
}

} // namespace

Result<std::vector<UnixConnection>> unixConnections(pid_t init) {
    ENTRACTE_ASSIGN(socket, diagnosticSocket(init));
    ENTRACTE_TRY(ask(socket.get()));
    ENTRACTE_ASSIGN(listing, list(socket.get()));
    std::vector<UnixConnection> connections;
    for (const auto& [inode, peer] : listing.peers)
        if (peer != 0)
            connections.push_back({inode, peer, listing.paths[peer]});
    return connections;
}

} // namespace entracte
