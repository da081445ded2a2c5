#include "session/screen/Relay.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace entracte::screen {
namespace {

bool later() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

Relay::~Relay() {
    m_emptied = nullptr;
    while (!m_pairs.empty())
        end(m_pairs.begin()->first);
}

bool Relay::add(UniqueFd program, UniqueFd server) {
    if (m_pairs.size() >= kMaxRelays)
        return false;
    const std::size_t key = m_nextKey++;
    auto pair = std::make_unique<Pair>();
    pair->sides[0].socket = std::move(program);
    pair->sides[1].socket = std::move(server);
    for (auto& side : pair->sides)
        side.watch =
            m_reactor.add(side.socket.get(), EPOLLIN, [this, key](std::uint32_t) { serve(key); });
    m_pairs.emplace(key, std::move(pair));
    return true;
}

void Relay::readFrom(Side& source) {
    const auto got =
        ::recv(source.socket.get(), source.buffer.data(), source.buffer.size(), MSG_DONTWAIT);
    source.ended = got == 0 || (got < 0 && !later());
    source.begin = 0;
    source.end = got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool Relay::writeTo(Side& target, Side& source) {
    const auto sent = ::send(target.socket.get(), source.buffer.data() + source.begin,
                             source.end - source.begin, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !later())
        return false;
    source.begin += sent > 0 ? static_cast<std::size_t>(sent) : 0;
    return true;
}

void Relay::serve(std::size_t key) {
    auto& sides = m_pairs.at(key)->sides;
    for (std::size_t from = 0; from < 2; ++from) {
        auto& source = sides[from];
        auto& target = sides[1 - from];
        if (!source.ended && !source.pending())
            readFrom(source);
        if (source.pending() && !writeTo(target, source))
            return end(key);
        if (source.ended && !source.pending())
            return end(key);
    }
    for (std::size_t i = 0; i < 2; ++i) {
        // A side that has ended takes nothing more: only what it said last is still delivered.
        const std::uint32_t read = sides[i].pending() ? 0U : EPOLLIN;
        const std::uint32_t write = sides[1 - i].pending() ? EPOLLOUT : 0U;
        m_reactor.change(sides[i].watch, sides[i].ended ? 0U : read | write);
    }
}

void Relay::end(std::size_t key) {
    const auto found = m_pairs.find(key);
    for (auto& side : found->second->sides)
        m_reactor.remove(side.watch);
    m_pairs.erase(found);
    if (m_pairs.empty() && m_emptied)
        m_emptied();
}

} // namespace entracte::screen
