#pragma once

// The machine is about to go down. systemd-logind says so beforehand, and waits a little while
// somebody holds a delay lock (org.freedesktop.login1(5), "Inhibitor locks"); sessions that run are
// suspended in that time. What takes longer goes on while systemd ends the helper, whose unit has
// time for it. Where there is no logind nobody says anything, and nothing is done.
//
// Bus thread only.

#include "dbus/service/BusLoop.h"
#include "session/base/UniqueFd.h"

namespace entracte::service {

class Shutdown {
public:
    // `begin` is called once logind said it.
    Shutdown(BusLoop& loop, std::function<void()> begin);

    bool begun() const { return m_begun; }
    // Nothing is left to be done: the machine need not wait for us any more.
    void letGo() { m_lock.reset(); }

private:
    struct Unref {
        void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
    };

    bool hasCome() const;
    void askForLock();
    void prepare();
    static int gotLock(sd_bus_message* reply, void* self, sd_bus_error* error);

    BusLoop& m_loop;
    std::function<void()> m_begin;
    UniqueFd m_lock;
    bool m_begun = false;
    std::unique_ptr<sd_bus_slot, Unref> m_question;
    sdbus::Slot m_appearing;
    sdbus::Slot m_preparing;
};

} // namespace entracte::service
