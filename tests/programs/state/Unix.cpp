// Unix sockets, with what is on the way in them.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace victim {
namespace {

struct Address {
    sockaddr_un bytes{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

Address addressOf(const std::string& name) { // a path, or '\0' and an abstract name
    Address address;
    address.bytes.sun_family = AF_UNIX;
    std::memcpy(address.bytes.sun_path, name.data(), name.size());
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() +
                                          (name[0] == '\0' ? 0 : 1));
    return address;
}

void put(Scene& scene, int socket, const std::string& text) {
    scene.check(::send(socket, text.data(), text.size(), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(text.size()),
                "the socket takes nothing");
}

std::string take(int socket) {
    char text[256];
    const ssize_t got = ::recv(socket, text, sizeof text, MSG_DONTWAIT);
    return {text, got > 0 ? static_cast<std::size_t>(got) : 0};
}

void bothWays(Scene& scene, int type) {
    int ends[2];
    scene.must(::socketpair(AF_UNIX, type, 0, ends), "socketpair");
    put(scene, ends[0], "one");
    put(scene, ends[0], "two");
    put(scene, ends[1], "back");
    scene.wait();
    if (type == SOCK_STREAM) {
        scene.check(take(ends[1]) == "onetwo", "what was on the way is lost");
    } else {
        scene.check(take(ends[1]) == "one", "the first message is another");
        scene.check(take(ends[1]) == "two", "the second message is another");
    }
    scene.check(take(ends[0]) == "back", "what was on the way back is lost");
    put(scene, ends[0], "again");
    scene.check(take(ends[1]) == "again", "the two are not connected");
}

void stream(Scene& scene) {
    bothWays(scene, SOCK_STREAM);
}

void datagram(Scene& scene) {
    bothWays(scene, SOCK_DGRAM);
}

void sequential(Scene& scene) {
    bothWays(scene, SOCK_SEQPACKET);
}

// A client that is connected to a server by its name, which takes another one afterwards.
void named(Scene& scene, const std::string& name) {
    const auto address = addressOf(name);
    const int listener = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::bind(listener, address.get(), address.size), "bind");
    scene.must(::listen(listener, 5), "listen");
    const int client = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::connect(client, address.get(), address.size), "connect");
    const int server = scene.must(::accept(listener, nullptr, nullptr), "accept");
    put(scene, client, "asked");
    scene.wait();
    scene.check(take(server) == "asked", "what was on the way is lost");
    const int second = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::connect(second, address.get(), address.size), "connect");
    scene.must(::accept(listener, nullptr, nullptr), "accept");
}

void withPath(Scene& scene) {
    named(scene, scene.path("socket"));
}

void abstractName(Scene& scene) {
    named(scene, std::string(1, '\0') + scene.name());
}

void unlinkedName(Scene& scene) {
    const auto name = scene.path("socket");
    const auto address = addressOf(name);
    const int listener = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::bind(listener, address.get(), address.size), "bind");
    scene.must(::listen(listener, 5), "listen");
    const int client = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::connect(client, address.get(), address.size), "connect");
    const int server = scene.must(::accept(listener, nullptr, nullptr), "accept");
    scene.must(::unlink(name.c_str()), "unlink");
    scene.wait();
    put(scene, client, "still");
    scene.check(take(server) == "still", "the two are not connected");
    scene.check(::access(name.c_str(), F_OK) < 0, "the name is there again");
}

void unaccepted(Scene& scene) {
    const auto address = addressOf(scene.path("socket"));
    const int listener = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::bind(listener, address.get(), address.size), "bind");
    scene.must(::listen(listener, 5), "listen");
    const int client = scene.must(::socket(AF_UNIX, SOCK_STREAM, 0), "socket");
    scene.must(::connect(client, address.get(), address.size), "connect");
    scene.wait();
    const int server = scene.must(::accept(listener, nullptr, nullptr), "accept");
    put(scene, client, "hello");
    scene.check(take(server) == "hello", "the two are not connected");
}

void descriptors(Scene& scene) {
    int ends[2];
    scene.must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    const int file = scene.must(::open(scene.path("file").c_str(), O_RDWR | O_CREAT, 0600), "open");
    scene.must(::write(file, "passed", 6), "write");
    char byte = 'f';
    iovec part{&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &file, sizeof file);
    scene.must(::sendmsg(ends[0], &message, 0), "sendmsg");
    ::close(file);
    scene.wait();
    scene.check(::recvmsg(ends[1], &message, MSG_DONTWAIT) == 1 && CMSG_FIRSTHDR(&message),
                "no descriptor came");
    int got = -1;
    std::memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof got);
    char text[8] = {};
    scene.check(::pread(got, text, 6, 0) == 6 && !std::strcmp(text, "passed"),
                "the descriptor is of another file");
}

void halfClosed(Scene& scene) {
    int ends[2];
    scene.must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    put(scene, ends[0], "last");
    scene.must(::shutdown(ends[0], SHUT_WR), "shutdown");
    scene.wait();
    scene.check(take(ends[1]) == "last", "what was on the way is lost");
    char byte = 0;
    scene.check(::recv(ends[1], &byte, 1, MSG_DONTWAIT) == 0, "the end does not come");
    put(scene, ends[1], "back");
    scene.check(take(ends[0]) == "back", "the other way is closed");
}

void closedPeer(Scene& scene) {
    int ends[2];
    scene.must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    put(scene, ends[0], "left behind");
    ::close(ends[0]);
    scene.wait();
    scene.check(take(ends[1]) == "left behind", "what was left behind is lost");
    char byte = 0;
    scene.check(::recv(ends[1], &byte, 1, MSG_DONTWAIT) == 0, "the end does not come");
}

void options(Scene& scene) {
    int ends[2];
    scene.must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    const int on = 1;
    const timeval limit{3, 500000};
    scene.must(::setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), "setsockopt");
    scene.must(::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "setsockopt");
    scene.wait();
    int passes = 0;
    timeval now{};
    socklen_t size = sizeof passes;
    scene.check(::getsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &passes, &size) == 0 && passes == 1,
                "credentials are not passed any more");
    size = sizeof now;
    scene.check(::getsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &now, &size) == 0 &&
                    now.tv_sec == 3 && now.tv_usec >= 490000 && now.tv_usec <= 510000,
                "the time limit is another");
}

constexpr Kind kKinds[] = {
    {"unix.stream", stream},          {"unix.datagram", datagram},
    {"unix.seqpacket", sequential},   {"unix.path", withPath},
    {"unix.abstract", abstractName},  {"unix.unlinked-name", unlinkedName},
    {"unix.unaccepted", unaccepted},  {"unix.queued-descriptor", descriptors},
    {"unix.half-closed", halfClosed}, {"unix.closed-peer", closedPeer},
    {"unix.options", options},
};

} // namespace

std::span<const Kind> unixKinds() {
    return kKinds;
}

} // namespace victim
