#pragma once

// Carries bytes, and nothing else, between sockets of the proxy and X servers that those cannot
// reach themselves (TCP, abstract names). Bounded: each direction holds at most kRelayBuffer bytes
// and stops reading when the other side does not take them. Both sides are strangers.

#include "session/base/UniqueFd.h"
#include "session/screen/Reactor.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace entracte::screen {

inline constexpr std::size_t kRelayBuffer = 64 * 1024;
inline constexpr std::size_t kMaxRelays = 1024;

class Relay {
public:
    // `emptied` is called when the last pair has ended.
    Relay(Reactor& reactor, std::function<void()> emptied)
        : m_reactor(reactor), m_emptied(std::move(emptied)) {}
    ~Relay();

    // Both must be connected and non-blocking. False when there are too many already.
    bool add(UniqueFd program, UniqueFd server);
    bool empty() const { return m_pairs.empty(); }

private:
    struct Side {
        UniqueFd socket;
        Reactor::Id watch = 0;
        std::vector<std::byte> buffer = std::vector<std::byte>(kRelayBuffer);
        std::size_t begin = 0; // buffer[begin, end) was read here and is not yet written to
        std::size_t end = 0;   // the other side
        bool ended = false;

        bool pending() const { return begin != end; }
    };
    struct Pair {
        Side sides[2];
    };

    static void readFrom(Side& source);
    static bool writeTo(Side& target, Side& source);
    void serve(std::size_t key);
    void end(std::size_t key);

    Reactor& m_reactor;
    std::function<void()> m_emptied;
    std::map<std::size_t, std::unique_ptr<Pair>> m_pairs;
    std::size_t m_nextKey = 0;
};

} // namespace entracte::screen
