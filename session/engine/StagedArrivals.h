#pragma once

// The last round of a move, in memory between its arrival and its resume (docs/moving.md): checked
// like any other import, and stored only when the session runs (ArrivedRound.h). What nobody takes
// goes by itself after a while, when its owner's vault is locked, and with the helper; what a
// killed helper leaves is removed by TransferPlace::clearAll.
//
// Owned by the engine; any thread. A thread of its own watches the time while there is something.

#include "session/engine/TransferPlace.h"
#include "session/store/SnapshotStore.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace entracte {

struct StagedArrival {
    std::string move;
    uid_t owner = 0;
    TransferPlace place; // its layer.tar
    Staging staging;     // its images; goes before `place`, in which it lies
    SnapshotRecord record;
    SnapshotId base; // the snapshot by the same move whose files of the host it names

    std::filesystem::path layer() const { return place.disk() / "layer.tar"; }
};

class StagedArrivals {
public:
    explicit StagedArrivals(std::chrono::milliseconds limit) : m_limit(limit) {}
    StagedArrivals(const StagedArrivals&) = delete;
    StagedArrivals& operator=(const StagedArrivals&) = delete;
    ~StagedArrivals();

    // In the place of what the session had staged before. Busy when too much of the owner's waits.
    Status put(const SessionId& session, StagedArrival arrival);
    // What that move has staged of the session; it is the caller's now.
    std::optional<StagedArrival> take(const SessionId& session, const std::string& move);
    void drop(const SessionId& session);
    void dropOf(uid_t owner);

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        Clock::time_point until;
        StagedArrival arrival;
    };
    void watch();

    const std::chrono::milliseconds m_limit;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<SessionId, Waiting> m_waiting;
    bool m_ending = false;
    std::thread m_watch; // from the first arrival on
};

} // namespace entracte
