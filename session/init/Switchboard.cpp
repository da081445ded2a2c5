#include "session/init/Switchboard.h"

#include "session/init/PathListener.h"

#include <sys/socket.h>

#include <algorithm>

namespace entracte::init {
namespace {

using desk::Frame;
using desk::Kind;

constexpr std::size_t kMaxClients = 32;

std::optional<uid_t> uidBehind(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    return peer.uid;
}

short eventsOf(const std::vector<pollfd>& polled, int fd) {
    const auto found = std::ranges::find(polled, fd, &pollfd::fd);
    return found == polled.end() ? short{0} : found->revents;
}

short wantedOf(const desk::Line& line) {
    return static_cast<short>(line.owes() ? POLLIN | POLLOUT : POLLIN);
}

} // namespace

bool Switchboard::listen(const char* path) {
    m_listener = listenAtPath(path, SOCK_STREAM);
    return static_cast<bool>(m_listener);
}

void Switchboard::addTo(std::vector<pollfd>& polled) const {
    if (m_listener)
        polled.push_back({m_listener.get(), POLLIN, 0});
    if (m_link)
        polled.push_back({m_link->socket.get(), wantedOf(m_link->line), 0});
    for (const auto& client : m_clients)
        polled.push_back({client.socket.get(), wantedOf(client.line), 0});
}

void Switchboard::serve(const std::vector<pollfd>& polled) {
    if (m_link && !serveLink(eventsOf(polled, m_link->socket.get())))
        m_link.reset();
    for (auto client = m_clients.begin(); client != m_clients.end();)
        client = serveClient(*client, eventsOf(polled, client->socket.get()))
                     ? std::next(client)
                     : m_clients.erase(client);
    if (m_listener && eventsOf(polled, m_listener.get()) != 0)
        accept();
}

void Switchboard::accept() {
    UniqueFd socket(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket)
        return;
    const auto uid = uidBehind(socket.get());
    if (uid == uid_t{0})
        takeLink(std::move(socket));
    else if (uid == ::getuid() && m_clients.size() < kMaxClients)
        m_clients.emplace_back(std::move(socket), ++m_lastNumber);
}

// The newest counts: whoever held the one before may have died without its end being seen.
void Switchboard::takeLink(UniqueFd socket) {
    m_link.emplace(std::move(socket), 0);
    const Frame linked{Kind::Linked, 0, 0, {}};
    m_link->line.send(linked);
    static_cast<void>(m_link->line.flush());
    for (auto& client : m_clients) {
        client.line.send(linked);
        static_cast<void>(client.line.flush());
    }
}

bool Switchboard::serveLink(short events) {
    if (events == 0)
        return true;
    if ((events & POLLOUT) != 0 && !m_link->line.flush())
        return false;
    if ((events & ~POLLOUT) != 0 && !m_link->line.read())
        return false;
    while (const auto frame = m_link->line.next()) {
        const auto client = std::ranges::find(m_clients, frame->client, &Peer::number);
        if (client == m_clients.end())
            continue;
        client->line.send(*frame); // one that reads nothing misses it
        static_cast<void>(client->line.flush());
    }
    return true;
}

bool Switchboard::serveClient(Peer& client, short events) {
    if (events == 0)
        return true;
    if ((events & POLLOUT) != 0 && !client.line.flush())
        return false;
    if ((events & ~POLLOUT) != 0 && !client.line.read())
        return false;
    while (auto frame = client.line.next()) {
        frame->client = client.number;
        if (m_link && m_link->line.send(*frame)) {
            static_cast<void>(m_link->line.flush());
            continue;
        }
        client.line.send({Kind::Unavailable, client.number, frame->token, {}});
        if (!client.line.flush())
            return false;
    }
    return true;
}

} // namespace entracte::init
