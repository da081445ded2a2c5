#include "dbus/service/Shutdown.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spdlog/spdlog.h>

namespace entracte::service {

namespace {
constexpr const char* kLogind = "org.freedesktop.login1";
constexpr const char* kLogindPath = "/org/freedesktop/login1";
constexpr const char* kLogindManager = "org.freedesktop.login1.Manager";
} // namespace

Shutdown::Shutdown(BusLoop& loop, std::function<void()> begin)
    : m_loop(loop), m_begin(std::move(begin)) {
    m_appearing =
        compat::addMatch(loop.connection(),
                         "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop."
                         "DBus',member='NameOwnerChanged',arg0='org.freedesktop.login1'",
                         [this] {
                             if (compat::wentToEverybody(m_loop.raw()) && hasCome())
                                 askForLock();
                         });
    m_preparing = compat::addMatch(
        loop.connection(),
        "type='signal',sender='org.freedesktop.login1',path='/org/freedesktop/login1',interface="
        "'org.freedesktop.login1.Manager',member='PrepareForShutdown'",
        [this] { prepare(); });
    askForLock();
}

// NameOwnerChanged tells of its end, too: who asks then may ask its successor, which is asked
// again.
bool Shutdown::hasCome() const {
    sd_bus_message* const signal = sd_bus_get_current_message(m_loop.raw());
    const char* name = nullptr;
    const char* before = nullptr;
    const char* now = nullptr;
    return sd_bus_message_rewind(signal, 1) >= 0 &&
           sd_bus_message_read(signal, "sss", &name, &before, &now) >= 0 && *now != '\0';
}

void Shutdown::askForLock() {
    sd_bus_message* call = nullptr;
    sd_bus_slot* slot = nullptr;
    int outcome = sd_bus_message_new_method_call(m_loop.raw(), &call, kLogind, kLogindPath,
                                                 kLogindManager, "Inhibit");
    const std::unique_ptr<sd_bus_message, decltype(&sd_bus_message_unref)> owned(
        call, sd_bus_message_unref);
    // logind is not started for it: it says itself when it is there.
    if (outcome >= 0)
        outcome = sd_bus_message_set_auto_start(call, 0);
    if (outcome >= 0)
        outcome = sd_bus_message_append(call, "ssss", "shutdown", "Entracte",
                                        "Sessions that run are suspended", "delay");
    if (outcome >= 0)
        outcome = sd_bus_call_async(m_loop.raw(), &slot, call, gotLock, this, 0);
    m_question.reset(slot);
    if (outcome < 0)
        spdlog::warn("logind cannot be asked to wait at a shutdown: {}", std::strerror(-outcome));
}

int Shutdown::gotLock(sd_bus_message* reply, void* self, sd_bus_error*) {
    auto& me = *static_cast<Shutdown*>(self);
    int lock = -1;
    if (const auto* const error = sd_bus_message_get_error(reply))
        spdlog::debug("no logind to wait at a shutdown: {}", error->message);
    else if (sd_bus_message_read(reply, "h", &lock) >= 0) // the message keeps the descriptor
        me.m_lock = UniqueFd(::fcntl(lock, F_DUPFD_CLOEXEC, 3));
    return 0;
}

void Shutdown::prepare() {
    sd_bus_message* const signal = sd_bus_get_current_message(m_loop.raw());
    int goingDown = 0;
    if (!compat::wentToEverybody(m_loop.raw()) || sd_bus_message_rewind(signal, 1) < 0 ||
        sd_bus_message_read(signal, "b", &goingDown) < 0)
        return;
    if (!goingDown) { // it stays up after all
        m_begun = false;
        askForLock();
    } else if (!std::exchange(m_begun, true)) {
        spdlog::info("the machine is going down: sessions that run are suspended");
        m_begin();
    }
}

} // namespace entracte::service
