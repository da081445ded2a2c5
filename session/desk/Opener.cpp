#include "session/desk/Opener.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace entracte::desk {
namespace {

// With the person's own choice of a browser, and as their programs start, not as one of the
// helper's service. Whether it came up is its own affair.
constexpr const char* kOpener =
    R"(systemd-run --user --quiet --collect -- xdg-open "$1" || exec xdg-open "$1")";

bool startOpener(const std::string& link) {
    const pid_t child = ::fork();
    if (child != 0)
        return child > 0;
    ::setsid();
    ::signal(SIGCHLD, SIG_DFL);
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execl("/bin/sh", "sh", "-c", kOpener, "sh", link.c_str(), nullptr);
    ::_exit(127);
}

struct Request {
    std::string link;
    Opened done;
    static void forget(void* request) { delete static_cast<Request*>(request); }
};

// Nobody offers it. Anything else is an answer, and a refusal one that counts.
bool isNobody(const sd_bus_error* error) {
    constexpr std::array kNobody = {
        SD_BUS_ERROR_SERVICE_UNKNOWN,   SD_BUS_ERROR_NAME_HAS_NO_OWNER,
        SD_BUS_ERROR_UNKNOWN_INTERFACE, SD_BUS_ERROR_UNKNOWN_OBJECT,
        SD_BUS_ERROR_UNKNOWN_METHOD,    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound"};
    return error && error->name && std::ranges::any_of(kNobody, [error](const char* name) {
               return std::strcmp(name, error->name) == 0;
           });
}

int answered(sd_bus_message* reply, void* request, sd_bus_error*) {
    const auto& [link, done] = *static_cast<Request*>(request);
    if (sd_bus_message_is_method_error(reply, nullptr) <= 0)
        done(true);
    else
        done(isNobody(sd_bus_message_get_error(reply)) && startOpener(link));
    return 0;
}

} // namespace

void openLink(sd_bus* bus, const std::string& link, Opened done) {
    if (!bus)
        return done(startOpener(link));
    auto request = std::make_unique<Request>(Request{link, std::move(done)});
    sd_bus_slot* slot = nullptr;
    if (sd_bus_call_method_async(bus, &slot, "org.freedesktop.portal.Desktop",
                                 "/org/freedesktop/portal/desktop",
                                 "org.freedesktop.portal.OpenURI", "OpenURI", &answered,
                                 request.get(), "ssa{sv}", "", link.c_str(), 0) < 0)
        return request->done(false);
    sd_bus_slot_set_destroy_callback(slot, &Request::forget);
    request.release();
    sd_bus_slot_set_floating(slot, 1);
    sd_bus_slot_unref(slot);
}

} // namespace entracte::desk
