#include "session/engine/DumpTries.h"

#include <poll.h>

#include <algorithm>

namespace entracte {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{50}; // how often it is looked whether somebody cancelled

} // namespace

bool DumpTries::again(const CriuFailure& failure, int init, const JobControl& job) {
    if (!failure.passes || m_made >= kMost)
        return false;
    const auto end = Clock::now() + m_pause;
    for (auto now = Clock::now(); now < end && !job.cancelled(); now = Clock::now()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
        pollfd poller{init, POLLIN, 0};
        if (::poll(&poller, 1, static_cast<int>(std::min(left, kLook).count())) > 0)
            return false;
    }
    m_pause *= 2;
    ++m_made;
    return true;
}

} // namespace entracte
