#include "dbus/service/Leavers.h"

#include "dbus/service/SdbusCompat.h"

namespace entracte::service {

namespace {

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
    std::erase_if(m_waiting, [this](uid_t uid) {
        if (m_asked.runsSomething(uid))
            return false;
        m_asked.lock(uid);
        return true;
    });
}

} // namespace entracte::service
