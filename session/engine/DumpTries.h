#pragma once

// How often a dump is tried again that failed for what passes by itself: a program was just making
// a connection, or had not read a message yet that CRIU cannot save. All goes on in between, for a
// little longer each time, so that programs get to it. What stays in the way is told in the end.

#include "session/criu/CriuLog.h"
#include "session/engine/Types.h"

#include <chrono>

namespace entracte {

class DumpTries {
public:
    static constexpr int kMost = 8;

    // Waits, shortly when somebody cancels, and says whether to try again. Not when the session
    // (`init`, the pidfd of its PID 1) has ended.
    bool again(const CriuFailure& failure, int init, const JobControl& job);
    int made() const { return m_made; }

private:
    int m_made = 1;
    std::chrono::milliseconds m_pause{20};
};

} // namespace entracte
