#pragma once

// The exits of a session's programs, numbered 1, 2, …: the newest kKept are remembered, so that
// whoever was away (a restart of the helper, a restore) can ask for what it missed.

#include "session/init/InitProtocol.h"

#include <algorithm>
#include <cstdint>
#include <deque>

namespace entracte::init {

class ExitLog {
public:
    static constexpr std::size_t kKept = 1024;

    void add(std::int32_t pid, std::int32_t status) {
        m_exits.push_back({++m_last, pid, status});
        if (m_exits.size() > kKept)
            m_exits.pop_front();
    }

    bool hasAfter(std::uint64_t serial) const { return m_last > serial; }

    // Fills the oldest kMaxEvents exits whose serial is greater than `serial`.
    void fill(std::uint64_t serial, Answer& answer) const {
        const auto first = std::find_if(m_exits.begin(), m_exits.end(), [serial](const Exit& exit) {
            return exit.serial > serial;
        });
        const auto count =
            std::min<std::size_t>(static_cast<std::size_t>(m_exits.end() - first), kMaxEvents);
        std::copy_n(first, count, answer.exits);
        answer.exitCount = static_cast<std::uint32_t>(count);
    }

private:
    std::deque<Exit> m_exits;
    std::uint64_t m_last = 0;
};

} // namespace entracte::init
