#pragma once

// A thread that gives an X proxy the System V segments of its session (MIT-SHM): the proxy asks
// with an id, and gets a descriptor that it can hand to an X server. Both ends of a segment belong
// to the same person, so what a program can wrest from it is its own memory; what it could do is
// keep the helper busy, and that is bounded.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/container/Container.h"

#include <atomic>
#include <functional>
#include <thread>

namespace entracte::service {

using SegmentOpener = std::function<Result<SysvSegment>(int shmid)>;

class ShmService {
public:
    // At most so many requests in a second; the rest waits. Each makes a short-lived process of the
    // helper's.
    static constexpr int kMaxEachSecond = 200;

    // `channel`: a control connection on which BecomeShmChannel was sent.
    ShmService(UniqueFd channel, SegmentOpener open);
    ShmService(const ShmService&) = delete;
    ShmService& operator=(const ShmService&) = delete;
    ~ShmService(); // closes the channel and waits for the thread

    // The other side closed it (as the proxy does when it answers Prepare), or said what cannot be.
    bool ended() const { return m_ended; }

private:
    void run();
    bool answerOne();

    UniqueFd m_channel;
    UniqueFd m_stop; // eventfd
    SegmentOpener m_open;
    std::atomic<bool> m_ended{false};
    std::thread m_thread;
};

} // namespace entracte::service
