#pragma once

// Who logged out, says logind, while sessions of theirs run on: their vault is locked when the last
// of these has ended or was suspended, since until then there is something to save with its key.
// In the bus thread.

#include "dbus/service/BusLoop.h"

#include <functional>
#include <set>

namespace entracte::service {

class Leavers {
public:
    struct Asked {
        std::function<bool(uid_t)> runsSomething;
        // `done` in the bus thread; false: it is not locked, and asked for again.
        std::function<void(uid_t, std::function<void(bool)> done)> lock;
    };
    Leavers(BusLoop& loop, Asked asked);

    // Sessions have changed.
    void settle();

private:
    void left();
    void cameBack();
    // Of the signal that is being read, when logind says it to everybody.
    std::optional<uid_t> person() const;

    BusLoop& m_loop;
    const Asked m_asked;
    std::set<uid_t> m_waiting;
    std::set<uid_t> m_locking; // of these, who is asked for now
    sdbus::Slot m_leaving;
    sdbus::Slot m_coming;
};

} // namespace entracte::service
