#include "dbus/service/Callers.h"

namespace entracte::service {

Callers::Callers(BusLoop& loop) : m_loop(loop) {
    m_leaving = compat::addMatch(loop.connection(),
                                 "type='signal',sender='org.freedesktop.DBus',interface='org."
                                 "freedesktop.DBus',member='NameOwnerChanged',arg2=''",
                                 [this] { forgetGone(); });
    m_rulesChanged = compat::addMatch(
        loop.connection(),
        "type='signal',sender='org.freedesktop.PolicyKit1',interface='org.freedesktop.PolicyKit1."
        "Authority',member='Changed'",
        [this] {
            for (auto& [name, known] : m_known)
                known.seesAll = false;
        });
}

Result<Caller> Callers::identify(sd_bus_message* message) {
    const char* const sender = sd_bus_message_get_sender(message);
    if (!sender || sender[0] != ':')
        return fail(ErrorCode::NotAuthorized, "The caller has no name on the bus.");
    Caller caller{sender, {}, sd_bus_message_get_allow_interactive_authorization(message) > 0};
    if (const auto known = m_known.find(caller.name); known != m_known.end()) {
        caller.uid = known->second.uid;
        return caller;
    }
    sd_bus_creds* credentials = nullptr;
    // Without AUGMENT: only what the bus daemon says, nothing from /proc, where the pid may be
    // reused.
    if (sd_bus_get_name_creds(m_loop.raw(), sender, SD_BUS_CREDS_EUID, &credentials) < 0)
        return fail(ErrorCode::NotAuthorized, "The bus does not say who is calling.");
    const int result = sd_bus_creds_get_euid(credentials, &caller.uid);
    sd_bus_creds_unref(credentials);
    if (result < 0 || caller.uid == static_cast<uid_t>(-1))
        return fail(ErrorCode::NotAuthorized, "The bus does not say who is calling.");
    m_known.emplace(caller.name, Known{caller.uid, false});
    return caller;
}

void Callers::letSeeAll(const std::string& name) {
    if (const auto known = m_known.find(name); known != m_known.end())
        known->second.seesAll = true;
}

std::vector<std::string> Callers::audience(std::optional<uid_t> owner) const {
    std::vector<std::string> names;
    for (const auto& [name, known] : m_known)
        if (known.seesAll || isOwn(known.uid, owner))
            names.push_back(name);
    return names;
}

void Callers::forgetGone() {
    sd_bus_message* const signal = sd_bus_get_current_message(m_loop.raw());
    const char* gone = nullptr;
    if (!compat::wentToEverybody(m_loop.raw()) || sd_bus_message_rewind(signal, 1) < 0 ||
        sd_bus_message_read(signal, "s", &gone) < 0)
        return;
    m_known.erase(gone);
}

} // namespace entracte::service
