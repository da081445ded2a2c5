#include "dbus/service/Leavers.h"

#include "dbus/service/SdbusCompat.h"

namespace entracte::service {

namespace {

constexpr std::chrono::seconds kTryAgain{5};

std::string signalOfLogind(const std::string& name) {
    return "type='signal',sender='org.freedesktop.login1',interface='org.freedesktop.login1."
           "Manager',member='" +
           name + "'";
}

} // namespace

Leavers::Leavers(BusLoop& loop, Asked asked) : m_loop(loop), m_asked(std::move(asked)) {
    m_leaving =
        compat::addMatch(loop.connection(), signalOfLogind("UserRemoved"), [this] { left(); });
    m_coming =
        compat::addMatch(loop.connection(), signalOfLogind("UserNew"), [this] { cameBack(); });
}

std::optional<uid_t> Leavers::person() const {
    sd_bus_message* const signal = sd_bus_get_current_message(m_loop.raw());
    std::uint32_t uid = 0;
    if (!compat::wentToEverybody(m_loop.raw()) || sd_bus_message_rewind(signal, 1) < 0 ||
        sd_bus_message_read(signal, "u", &uid) < 0)
        return std::nullopt;
    return uid;
}

void Leavers::left() {
    if (const auto uid = person())
        m_waiting.insert(*uid);
    settle();
}

void Leavers::cameBack() {
    if (const auto uid = person())
        m_waiting.erase(*uid);
}

void Leavers::settle() {
    const auto waiting = m_waiting; // an answer may come at once
    for (const uid_t uid : waiting)
        if (!m_asked.runsSomething(uid) && m_locking.insert(uid).second)
            m_asked.lock(uid, [this, uid](bool locked) {
                m_locking.erase(uid);
                if (locked)
                    m_waiting.erase(uid);
                else
                    m_loop.after(kTryAgain, [this] { settle(); });
            });
}

} // namespace entracte::service
