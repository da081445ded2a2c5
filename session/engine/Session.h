#pragma once

// A session in the helper's memory: what is known of it (safe from any thread), and its live parts,
// which only the holder of its slot touches.

#include "session/base/Subprocess.h"
#include "session/container/Container.h"
#include "session/engine/DisplayParticipant.h"
#include "session/engine/JobSlot.h"
#include "session/engine/ProgramWatch.h"
#include "session/engine/ScreenProcess.h"
#include "session/engine/SessionRecord.h"
#include "session/engine/SessionWatch.h"

#include <atomic>
#include <chrono>
#include <memory>

namespace entracte {

// The way out of a session (session/network) and the network that its cable's other end lies in.
struct ServedNetwork {
    UniqueFd outside;
    Subprocess process;
    int restarts = 0;       // of one that ended although its session did not
    bool triedIpv6 = false; // to give it what this computer got after the session had begun
};

// What shows its notifications and opens its links (DeskLink.h).
struct DeskProcess {
    Subprocess process;
    UniqueFd alive;            // desk/Wish.h; it ends when this is closed, also by our death
    std::uint64_t outside = 0; // inode of our end of the link
};

// What lets the person hear it (SoundLink.h).
struct SoundProcess {
    Subprocess process;
    UniqueFd alive; // it ends when this is closed, also by the helper's death
};

// What a running session has. Destroyed in the reverse order: the screen goes before the
// container's pidfd.
struct LiveSession {
    RunningContainer container;
    std::optional<ServedNetwork> network; // none: without one, or found again (ends with PID 1)
    std::optional<DeskProcess> desk;      // none: private, or PID 1 takes no link
    int deskTries = 0;                    // to have one again; 0 also: nobody tries (DeskLink.h)
    bool deskSpent = false;               // there was one: the next begins with nothing allowed yet
    std::optional<SoundProcess> sound;    // none: private, or it has no FIFO to play into
    int soundTries = 0;                   // to have one again
    std::unique_ptr<DisplayParticipant> display; // null: a session without a display
    std::unique_ptr<ProgramWatch> programs;
    std::unique_ptr<ScreenProcess> screen; // null: detached
};

// Whether a snapshot that is due may come: the scheduler asks for a moment in which nobody types
// or clicks, the session's watch sees when it is there.
enum class Quiet : std::uint8_t { NotAsked, Asked, Here };

class Session {
    friend class SessionRegistry;

    const SessionId m_id; // these outlive the threads of the parts below, which read them
    mutable std::mutex m_mutex;
    SessionRecord m_record;

public:
    explicit Session(SessionRecord record) : m_id(record.id), m_record(std::move(record)) {}

    const SessionId& id() const { return m_id; }
    SessionRecord record() const {
        const std::lock_guard lock(m_mutex);
        return m_record;
    }
    SessionState state() const { return record().state; }
    SessionInfo info() const;

    std::atomic<std::uint32_t> programs{0};
    std::atomic<std::uint32_t> blockers{0};
    std::atomic<std::uint32_t> windows{0};
    std::atomic<std::int64_t> nextSnapshotUnixMs{0}; // by the schedule
    std::atomic<Quiet> quiet{Quiet::NotAsked};
    std::atomic<bool> commandEnded{false}; // and the session is to end with it
    std::atomic<char> owedOutcome{0}; // desk/Wish.h, to who asked for it to be saved; 0: nothing

    JobSlot slot;
    std::unique_ptr<LiveSession> live;               // of the slot's holder; null: does not run
    std::chrono::steady_clock::time_point liveSince; // or since this helper found it
    unsigned looks = 0;                              // of the watch: how often it has looked
    SessionWatch watch;                              // of the slot's holder; runs between jobs
};

bool isRunning(SessionState state);

} // namespace entracte
