// Internet and netlink sockets, both ends within the session, and its network.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace victim {
namespace {

struct Address {
    sockaddr_storage bytes{};
    socklen_t size = sizeof(sockaddr_storage);
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&bytes); }
};

Address loopback(int family) {
    Address address;
    if (family == AF_INET) {
        auto* in = reinterpret_cast<sockaddr_in*>(&address.bytes);
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.size = sizeof *in;
    } else {
        auto* in = reinterpret_cast<sockaddr_in6*>(&address.bytes);
        in->sin6_family = AF_INET6;
        in->sin6_addr = in6addr_loopback;
        address.size = sizeof *in;
    }
    return address;
}

int boundSocket(Scene& scene, int family, int type, int protocol, Address& address) {
    const int socket = ::socket(family, type, protocol);
    if (scene.refused(socket))
        scene.absent("a session does not offer it");
    scene.must(socket, "socket");
    address = loopback(family);
    scene.must(::bind(socket, address.get(), address.size), "bind");
    scene.must(::getsockname(socket, address.get(), &address.size), "getsockname");
    return socket;
}

void put(Scene& scene, int socket, const std::string& text) {
    scene.check(::send(socket, text.data(), text.size(), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(text.size()),
                "the connection takes nothing");
}

// What comes within five seconds, until `count` bytes are there.
std::string take(int socket, std::size_t count) {
    const timeval limit{5, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string text(count, '\0');
    const ssize_t got = ::recv(socket, text.data(), count, MSG_WAITALL);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

bool atEnd(int socket) {
    char byte = 0;
    return ::recv(socket, &byte, 1, 0) == 0;
}

struct Connection {
    int listener = -1;
    int client = -1;
    int server = -1;
};

Connection connectTcp(Scene& scene, int family = AF_INET) {
    Address address;
    Connection made;
    made.listener = boundSocket(scene, family, SOCK_STREAM, 0, address);
    scene.must(::listen(made.listener, 5), "listen");
    made.client = scene.must(::socket(family, SOCK_STREAM, 0), "socket");
    scene.must(::connect(made.client, address.get(), address.size), "connect");
    made.server = scene.must(::accept(made.listener, nullptr, nullptr), "accept");
    return made;
}

void bothWays(Scene& scene, int family) {
    const auto made = connectTcp(scene, family);
    const std::string much(200000, 't');
    put(scene, made.client, much);
    put(scene, made.server, "back");
    scene.wait();
    scene.check(take(made.server, much.size()) == much, "what was on the way is lost");
    scene.check(take(made.client, 4) == "back", "what was on the way back is lost");
    put(scene, made.client, "again");
    scene.check(take(made.server, 5) == "again", "the two are not connected");
}

void tcp(Scene& scene) {
    bothWays(scene, AF_INET);
}

void tcp6(Scene& scene) {
    bothWays(scene, AF_INET6);
}

void tcpListening(Scene& scene) {
    Address address;
    const int listener = boundSocket(scene, AF_INET, SOCK_STREAM, 0, address);
    scene.must(::listen(listener, 5), "listen");
    scene.wait();
    const int client = scene.must(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    scene.must(::connect(client, address.get(), address.size), "connect");
    const int server = scene.must(::accept(listener, nullptr, nullptr), "accept");
    put(scene, client, "new");
    scene.check(take(server, 3) == "new", "the two are not connected");
}

void tcpBound(Scene& scene) {
    Address address;
    const int socket = boundSocket(scene, AF_INET, SOCK_STREAM, 0, address);
    scene.wait();
    scene.must(::listen(socket, 5), "listen");
    const int client = scene.must(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    scene.must(::connect(client, address.get(), address.size), "connect");
}

// FIN_WAIT2 on one side, CLOSE_WAIT on the other.
void tcpHalfClosed(Scene& scene) {
    const auto made = connectTcp(scene);
    put(scene, made.client, "last");
    scene.must(::shutdown(made.client, SHUT_WR), "shutdown");
    scene.wait();
    scene.check(take(made.server, 4) == "last" && atEnd(made.server), "the end does not come");
    put(scene, made.server, "answer");
    scene.check(take(made.client, 6) == "answer", "the other way is closed");
}

// LAST_ACK or TIME_WAIT: both have said that they are done.
void tcpClosed(Scene& scene) {
    const auto made = connectTcp(scene);
    put(scene, made.server, "left");
    scene.must(::shutdown(made.client, SHUT_WR), "shutdown");
    scene.check(atEnd(made.server), "the end did not come");
    scene.must(::shutdown(made.server, SHUT_WR), "shutdown");
    scene.wait();
    scene.check(take(made.client, 4) == "left" && atEnd(made.client), "what was left is lost");
}

void tcpPeerGone(Scene& scene) {
    const auto made = connectTcp(scene);
    put(scene, made.server, "left");
    ::close(made.server);
    scene.wait();
    scene.check(take(made.client, 4) == "left" && atEnd(made.client), "what was left is lost");
}

void tcpUnaccepted(Scene& scene) {
    Address address;
    const int listener = boundSocket(scene, AF_INET, SOCK_STREAM, 0, address);
    scene.must(::listen(listener, 5), "listen");
    const int client = scene.must(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    scene.must(::connect(client, address.get(), address.size), "connect");
    scene.wait();
    const int server = scene.must(::accept(listener, nullptr, nullptr), "accept");
    put(scene, client, "hello");
    scene.check(take(server, 5) == "hello", "the two are not connected");
}

void tcpOptions(Scene& scene) {
    const auto made = connectTcp(scene);
    const int on = 1;
    const int idle = 77;
    scene.must(::setsockopt(made.client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    scene.must(::setsockopt(made.client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on), "setsockopt");
    scene.must(::setsockopt(made.client, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle),
               "setsockopt");
    scene.wait();
    const auto value = [&](int level, int name) {
        int number = -1;
        socklen_t size = sizeof number;
        ::getsockopt(made.client, level, name, &number, &size);
        return number;
    };
    scene.check(value(IPPROTO_TCP, TCP_NODELAY) == 1, "TCP_NODELAY is forgotten");
    scene.check(value(SOL_SOCKET, SO_KEEPALIVE) == 1, "SO_KEEPALIVE is forgotten");
    scene.check(value(IPPROTO_TCP, TCP_KEEPIDLE) == 77, "TCP_KEEPIDLE is forgotten");
}

void datagrams(Scene& scene, int protocol, bool queued) {
    Address first;
    Address second;
    const int one = boundSocket(scene, AF_INET, SOCK_DGRAM, protocol, first);
    const int two = boundSocket(scene, AF_INET, SOCK_DGRAM, protocol, second);
    scene.must(::connect(one, second.get(), second.size), "connect");
    if (queued)
        put(scene, one, "queued");
    scene.wait();
    if (queued) {
        scene.check(take(two, 6) == "queued", "the datagram that was not read is lost");
        return;
    }
    put(scene, one, "sent");
    scene.check(take(two, 4) == "sent", "datagrams do not arrive");
}

void udp(Scene& scene) {
    datagrams(scene, IPPROTO_UDP, false);
}

void udpQueued(Scene& scene) {
    datagrams(scene, IPPROTO_UDP, true);
}

void udpLite(Scene& scene) {
    datagrams(scene, IPPROTO_UDPLITE, false);
}

void plainSocket(Scene& scene, int family, int type, int protocol) {
    const int socket = ::socket(family, type, protocol);
    if (scene.refused(socket))
        scene.absent("a session does not offer it to programs without privileges");
    scene.must(socket, "socket");
    scene.wait();
    int kind = 0;
    socklen_t size = sizeof kind;
    scene.check(::getsockopt(socket, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 && kind == type,
                "the socket is another");
}

void raw(Scene& scene) {
    plainSocket(scene, AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

void packet(Scene& scene) {
    plainSocket(scene, AF_PACKET, SOCK_RAW, 0);
}

void netlink(Scene& scene) {
    const int socket = scene.must(::socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), "socket");
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK;
    scene.must(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    scene.wait();
    struct {
        nlmsghdr header;
        rtgenmsg request;
    } question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = RTM_GETLINK;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.request.rtgen_family = AF_UNSPEC;
    scene.must(::send(socket, &question, sizeof question, 0), "send");
    char answer[16384];
    scene.check(::recv(socket, answer, sizeof answer, 0) > 0, "the kernel does not answer");
    sockaddr_nl now{};
    socklen_t size = sizeof now;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&now), &size);
    scene.check(now.nl_groups == RTMGRP_LINK, "it is in other groups");
}

void interfaces(Scene& scene) {
    const auto names = [] {
        std::ifstream table("/proc/net/route");
        std::string all{std::istreambuf_iterator<char>(table), {}};
        ifaddrs* list = nullptr;
        ::getifaddrs(&list);
        for (const auto* one = list; one; one = one->ifa_next)
            if (one->ifa_addr && one->ifa_addr->sa_family == AF_PACKET) {
                const auto* link = reinterpret_cast<const sockaddr_ll*>(one->ifa_addr);
                all += std::string(one->ifa_name) + " is " + std::to_string(link->sll_ifindex);
                for (int i = 0; i < link->sll_halen; ++i)
                    all += ":" + std::to_string(link->sll_addr[i]);
                all += "\n";
            } else if (one->ifa_addr)
                all += std::string(one->ifa_name) + " " + std::to_string(one->ifa_addr->sa_family) +
                       " " + std::to_string(one->ifa_flags & (IFF_UP | IFF_LOOPBACK)) + "\n";
        ::freeifaddrs(list);
        return all;
    };
    const auto before = names();
    scene.check(before.find("lo ") != std::string::npos, "there is no loopback");
    scene.wait();
    scene.check(names() == before, "the interfaces, addresses or routes are others:\n" + names());
}

constexpr Kind kKinds[] = {
    {"tcp.established", tcp},
    {"tcp.established-v6", tcp6},
    {"tcp.listening", tcpListening},
    {"tcp.bound", tcpBound},
    {"tcp.half-closed", tcpHalfClosed},
    {"tcp.closed", tcpClosed},
    {"tcp.peer-gone", tcpPeerGone},
    {"tcp.unaccepted", tcpUnaccepted},
    {"tcp.options", tcpOptions},
    {"udp.connected", udp},
    {"udp.queued", udpQueued},
    {"udp.lite", udpLite},
    {"net.raw", raw},
    {"net.packet", packet},
    {"net.netlink", netlink},
    {"net.interfaces", interfaces},
};

} // namespace

std::span<const Kind> networkKinds() {
    return kKinds;
}

} // namespace victim
