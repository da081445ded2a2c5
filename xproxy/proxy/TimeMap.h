#pragma once

// Server time (ms, 32 bits, wraps) of the two worlds. The programs' time goes on across servers;
// the distance to the server's differs with each. 0 is CurrentTime in both.
//
// A server ignores a request whose time lies before the last change or in its future (X protocol,
// section 10 "SetSelectionOwner", "GrabPointer"), so what a program took from an event of an
// earlier server becomes the moment of arrival at this one, and nothing becomes later than the
// latest that this server told.

#include <cstdint>

namespace entracte::xproxy {

// The moment next to `wide` whose last 32 bits are these.
inline std::int64_t near(std::int64_t wide, std::uint32_t time) {
    return wide + static_cast<std::int32_t>(time - static_cast<std::uint32_t>(wide));
}

// What `reckoned` is corrected to by a time that a server told: it may be a little ahead of what a
// clock of ours makes of it. One that lies far off was told weeks ago (32 bits are 24.8 days each
// way).
inline std::int64_t corrected(std::int64_t reckoned, std::uint32_t told) {
    constexpr std::int64_t kMostAhead = 3'600'000; // ms
    const std::int64_t moment = near(reckoned, told);
    return moment > reckoned && moment - reckoned <= kMostAhead ? moment : reckoned;
}

class TimeMap {
public:
    // The session's first server.
    TimeMap() = default;
    // `arrival`: this server's time now; `clientNow`: what programs should take it for.
    TimeMap(std::uint32_t arrival, std::uint32_t clientNow)
        : m_offset(clientNow - arrival), m_arrival(arrival), m_latest(arrival), m_moved(true) {}

    std::uint32_t toServer(std::uint32_t time) const {
        if (time == 0 || !m_moved)
            return time;
        const std::uint32_t server = time - m_offset;
        if (isBefore(server, m_arrival))
            return m_arrival;
        return isBefore(m_latest, server) ? m_latest : nonZero(server);
    }
    std::uint32_t toClient(std::uint32_t time) const {
        return time == 0 ? 0 : nonZero(time + m_offset);
    }
    // This server told its time, in an event.
    void saw(std::uint32_t time) {
        if (time != 0 && (m_latest == 0 || isBefore(m_latest, time)))
            m_latest = time;
    }
    std::uint32_t latestClient() const { return toClient(m_latest); }
    bool identity() const { return !m_moved; }

private:
    static bool isBefore(std::uint32_t a, std::uint32_t b) {
        return static_cast<std::int32_t>(a - b) < 0;
    }
    static std::uint32_t nonZero(std::uint32_t time) { return time == 0 ? 1 : time; }

    std::uint32_t m_offset = 0;
    std::uint32_t m_arrival = 0;
    std::uint32_t m_latest = 0;
    bool m_moved = false;
};

} // namespace entracte::xproxy
