#pragma once

// A program counts its own requests; the server counts those and the ones that the proxy put in
// between. This maps the server's number to the program's. Numbers are 64 bits here, 16 in the
// protocol.
//
// Held as breakpoints: from server number `from` on, the program's is `from`'s plus the distance.
// An injected request counts as the program's request before it.

#include <cstdint>
#include <deque>

namespace entracte::xproxy {

class SequenceMap {
public:
    // A new server connection of a program that has sent `clientSequence` requests so far.
    explicit SequenceMap(std::uint64_t clientSequence = 0) : m_client(clientSequence) {
        m_breaks.push_back({0, clientSequence});
    }
    // One request more was passed on, or injected. Returns the server's number of it.
    std::uint64_t passed() { return passed(1); }
    // Several at once; the number of the last.
    std::uint64_t passed(std::uint64_t count) {
        m_client += count;
        return m_server += count;
    }
    std::uint64_t injected() {
        ++m_server;
        m_breaks.push_back({m_server, m_client});
        return m_server;
    }
    // One that the server never sees. The program's number of it.
    std::uint64_t answeredHere() {
        ++m_client;
        if (m_breaks.back().from == m_server + 1)
            m_breaks.back().client = m_client + 1;
        else
            m_breaks.push_back({m_server + 1, m_client + 1});
        return m_client;
    }
    // A request that a lost server left unanswered is asked again: its answer bears its first
    // number.
    std::uint64_t askedAgain(std::uint64_t clientSequence) {
        m_client = clientSequence;
        ++m_server;
        m_breaks.push_back({m_server, m_client});
        return m_server;
    }
    // After those: the program had sent so many in all.
    void skipTo(std::uint64_t clientSequence) {
        m_client = clientSequence;
        m_breaks.push_back({m_server + 1, m_client + 1});
    }
    std::uint64_t serverSequence() const { return m_server; }
    std::uint64_t clientSequence() const { return m_client; }

    // The 64-bit number of which a message of the server bears the lower half. It is never before
    // what was already seen.
    std::uint64_t widen(std::uint16_t low) {
        std::uint64_t wide = (m_seen & ~std::uint64_t{0xffff}) | low;
        if (wide < m_seen)
            wide += 0x10000;
        if (wide > m_server) // a server that counts wrongly: nothing better is known
            wide = m_seen;
        m_seen = wide;
        while (m_breaks.size() > 1 && m_breaks[1].from <= m_seen)
            m_breaks.pop_front();
        return wide;
    }
    std::uint64_t toClient(std::uint64_t server) const {
        const Break* last = &m_breaks.front();
        for (const auto& candidate : m_breaks) {
            if (candidate.from > server)
                break;
            last = &candidate;
        }
        return server < last->from ? last->client : last->client + (server - last->from);
    }
    std::uint64_t seen() const { return m_seen; }
    // The two number alike: nothing was ever injected.
    bool identity() const { return m_breaks.size() == 1 && m_breaks[0].from == m_breaks[0].client; }

private:
    struct Break {
        std::uint64_t from;
        std::uint64_t client;
    };
    std::deque<Break> m_breaks;
    std::uint64_t m_server = 0;
    std::uint64_t m_client;
    std::uint64_t m_seen = 0;
};

} // namespace entracte::xproxy
