#include "session/init/ControlServer.h"

#include "session/init/PathListener.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace entracte::init {
namespace {

constexpr std::size_t kMaxClients = 16;
constexpr std::chrono::seconds kWaitLimit{10};

bool isHelper(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

} // namespace

bool ControlServer::listen(const char* path) {
    m_listener = listenAtPath(path, SOCK_SEQPACKET);
    return static_cast<bool>(m_listener);
}

void ControlServer::addTo(std::vector<pollfd>& polled) const {
    polled.push_back({m_listener.get(), POLLIN, 0});
    for (const auto& client : m_clients)
        polled.push_back({client.socket.get(), POLLIN, 0});
}

void ControlServer::serve(const std::vector<pollfd>& polled, const Handler& handler) {
    const auto isReady = [&polled](int fd) {
        return std::any_of(polled.begin(), polled.end(), [fd](const pollfd& entry) {
            return entry.fd == fd && entry.revents != 0;
        });
    };
    const auto now = Clock::now();
    for (auto client = m_clients.begin(); client != m_clients.end();) {
        bool stays = !isReady(client->socket.get()) || read(*client, handler);
        if (stays && client->deadline &&
            (handler.hasEvents(client->serial) || now >= *client->deadline))
            stays = answer(*client, Operation::WaitEvents, 0, handler);
        client = stays ? std::next(client) : m_clients.erase(client);
    }
    if (isReady(m_listener.get()))
        accept();
}

std::optional<ControlServer::Clock::time_point> ControlServer::nextDeadline() const {
    std::optional<Clock::time_point> next;
    for (const auto& client : m_clients)
        if (client.deadline && (!next || *client.deadline < *next))
            next = client.deadline;
    return next;
}

void ControlServer::accept() {
    UniqueFd socket(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket && m_clients.size() < kMaxClients && isHelper(socket.get()))
        m_clients.push_back({std::move(socket), 0, std::nullopt});
}

bool ControlServer::read(Client& client, const Handler& handler) {
    const ssize_t size =
        ::recv(client.socket.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size < static_cast<ssize_t>(sizeof(Request)) || size > static_cast<ssize_t>(kMaxRequest))
        return false;
    std::string message(static_cast<std::size_t>(size), '\0');
    const ssize_t got = ::recv(client.socket.get(), message.data(), message.size(), MSG_DONTWAIT);
    return got == size && handle(client, message, handler);
}

bool ControlServer::handle(Client& client, const std::string& message, const Handler& handler) {
    Request request;
    std::memcpy(&request, message.data(), sizeof request);
    if (request.magic != kMagic)
        return false;
    client.deadline.reset();
    switch (request.operation) {
    case Operation::Spawn: {
        const auto program = decodeSpawn(std::string_view(message).substr(sizeof request));
        client.serial = ~std::uint64_t{0};
        return answer(client, request.operation, program ? handler.spawn(*program) : -EINVAL,
                      handler);
    }
    case Operation::Terminate:
        client.serial = ~std::uint64_t{0};
        handler.terminate(
            std::chrono::milliseconds(std::min<std::uint64_t>(request.argument, 10 * 60 * 1000)));
        return answer(client, request.operation, 0, handler);
    case Operation::Events:
        client.serial = request.argument;
        return answer(client, request.operation, 0, handler);
    case Operation::WaitEvents:
        client.serial = request.argument;
        client.deadline = Clock::now() + kWaitLimit;
        return true; // serve answers
    }
    return false;
}

bool ControlServer::answer(Client& client, Operation operation, int result,
                           const Handler& handler) {
    client.deadline.reset();
    Answer reply{};
    reply.magic = kMagic;
    reply.operation = operation;
    reply.errnoValue = result < 0 ? -result : 0;
    reply.pid = result < 0 ? 0 : result;
    handler.describe(client.serial, reply);
    return ::send(client.socket.get(), &reply, sizeof reply, MSG_DONTWAIT | MSG_NOSIGNAL) ==
           static_cast<ssize_t>(sizeof reply);
}

} // namespace entracte::init
