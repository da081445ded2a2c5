#include "session/init/Services.h"

#include "session/base/UniqueFd.h"
#include "session/init/InputMethod.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace entracte::init {
namespace {

constexpr std::chrono::seconds kLimit{15};
constexpr const char* kProxy = "/usr/lib/entracte/entracte-xproxy";

bool takesConnections(const std::string& path) {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) == 0;
}

} // namespace

void Services::add(std::vector<std::string> command, std::string socket) {
    std::string name = command.front();
    const pid_t pid = m_programs.start({"/", std::move(command), {}}, Programs::Kind::Service);
    if (pid < 0)
        std::fprintf(stderr, "%s could not be started: %s\n", name.c_str(), std::strerror(-pid));
    else
        m_waiting.push_back({std::move(name), pid, std::move(socket)});
}

void Services::start(bool display) {
    m_deadline = std::chrono::steady_clock::now() + kLimit;
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::string bus = std::string(runtime ? runtime : "/run/entracte") + "/bus";
    ::setenv("DBUS_SESSION_BUS_ADDRESS", ("unix:path=" + bus).c_str(), 1);
    if (display)
        ::setenv("DISPLAY", ":0", 1);
    add({"dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog",
         "--address=unix:path=" + bus},
        bus);
    if (display)
        add({kProxy, "--listen", ":0", "--session", "--control", "/run/entracte/xproxy"},
            "/tmp/.X11-unix/X0");
}

void Services::startInputMethod() {
    auto command = inputMethodServer();
    if (command.empty())
        return;
    const std::string name = command.front();
    const pid_t pid = m_programs.start({"/", std::move(command), {}}, Programs::Kind::Service);
    if (pid < 0)
        std::fprintf(stderr, "%s, the input method, could not be started: %s\n", name.c_str(),
                     std::strerror(-pid));
}

bool Services::settled() {
    const bool late = std::chrono::steady_clock::now() > m_deadline;
    const auto done = [&](const Service& service) {
        if (takesConnections(service.socket))
            return true;
        if (m_programs.runs(service.pid) && !late)
            return false;
        std::fprintf(stderr, "%s %s\n", service.name.c_str(),
                     late ? "takes no connections" : "ended at once");
        return true;
    };
    m_waiting.erase(std::remove_if(m_waiting.begin(), m_waiting.end(), done), m_waiting.end());
    return m_waiting.empty();
}

} // namespace entracte::init
