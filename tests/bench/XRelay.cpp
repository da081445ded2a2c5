// x-relay LISTEN SERVER: passes bytes and descriptors between programs on the socket LISTEN and the
// X server on the socket SERVER, and knows nothing of what they say: what anything between a
// program and its server costs at least, if it is made the simple way (epoll, one buffer).

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <vector>

namespace {

constexpr std::size_t kBuffer = 64 * 1024;

struct Way {
    int to = -1;
    std::vector<char> waiting; // what the other side did not take at once
    std::size_t begin = 0;
};

sockaddr_un addressOf(const char* path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

class Relay {
public:
    explicit Relay(const char* server) : m_server(addressOf(server)) {}
    bool listen(const char* path);
    void run();

private:
    void accept();
    bool pass(int from);
    bool drain(int to);
    // A side is read while the other takes what it says.
    void interest(int fd) {
        const Way& way = m_ways[fd];
        const std::uint32_t in = way.waiting.empty() ? EPOLLIN : 0u;
        const std::uint32_t out = m_ways[way.to].waiting.empty() ? 0u : EPOLLOUT;
        watch(fd, EPOLL_CTL_MOD, in | out);
    }
    void watch(int fd, int operation, std::uint32_t events) {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        ::epoll_ctl(m_epoll, operation, fd, &event);
    }
    void end(int fd);

    sockaddr_un m_server;
    int m_epoll = ::epoll_create1(EPOLL_CLOEXEC);
    int m_listener = -1;
    std::map<int, Way> m_ways; // by the descriptor that is read
};

bool Relay::listen(const char* path) {
    ::unlink(path);
    m_listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = addressOf(path);
    watch(m_listener, EPOLL_CTL_ADD, EPOLLIN);
    return ::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
           ::listen(m_listener, 64) == 0;
}

void Relay::accept() {
    const int program = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (program < 0 || server < 0 ||
        ::connect(server, reinterpret_cast<const sockaddr*>(&m_server), sizeof m_server) != 0) {
        ::close(program);
        ::close(server);
        return;
    }
    m_ways[program].to = server;
    m_ways[server].to = program;
    watch(program, EPOLL_CTL_ADD, EPOLLIN);
    watch(server, EPOLL_CTL_ADD, EPOLLIN);
}

void Relay::end(int fd) {
    const int other = m_ways[fd].to;
    m_ways.erase(fd);
    m_ways.erase(other);
    ::close(fd);
    ::close(other);
}

bool Relay::pass(int from) {
    static std::array<char, kBuffer> buffer;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 16)> control;
    Way& way = m_ways[from];
    iovec iov{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &iov;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    std::array<int, 16> passed{};
    std::size_t count = 0;
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message)) {
        count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        std::memcpy(passed.data(), CMSG_DATA(header), count * sizeof(int));
    } else {
        message.msg_control = nullptr;
        message.msg_controllen = 0;
    }
    iov.iov_len = static_cast<std::size_t>(got);
    const ssize_t sent = ::sendmsg(way.to, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    for (std::size_t i = 0; i < count; ++i)
        ::close(passed[i]);
    if (sent < 0 && errno != EAGAIN)
        return false;
    const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (done < static_cast<std::size_t>(got)) {
        way.waiting.assign(buffer.data() + done, buffer.data() + got);
        way.begin = 0;
        interest(from);
        interest(way.to);
    }
    return true;
}

bool Relay::drain(int to) {
    const int from = m_ways[to].to;
    Way& way = m_ways[from];
    const ssize_t sent = ::send(to, way.waiting.data() + way.begin, way.waiting.size() - way.begin,
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN;
    way.begin += static_cast<std::size_t>(sent);
    if (way.begin == way.waiting.size()) {
        way.waiting.clear();
        interest(from);
        interest(to);
    }
    return true;
}

void Relay::run() {
    for (;;) {
        std::array<epoll_event, 16> events;
        const int count = ::epoll_wait(m_epoll, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == m_listener) {
                accept();
                continue;
            }
            if (!m_ways.contains(fd))
                continue;
            const bool readable = (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
            const bool writable = (events[i].events & EPOLLOUT) != 0;
            if ((writable && !drain(fd)) || (readable && !pass(fd)))
                end(fd);
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3)
        return std::fputs("Usage: x-relay LISTEN SERVER (paths of sockets)\n", stderr), 2;
    Relay relay(argv[2]);
    if (!relay.listen(argv[1]))
        return std::perror("x-relay"), 1;
    relay.run();
}
