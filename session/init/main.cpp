// entracte-session: PID 1 of a session, as the person, without any privilege. Starts the session's
// bus and X display, then programs on the helper's request; reaps; reports exits; ends all.
// Statically linked, so that a saved session does not depend on the host's libraries for it.
//
// One thread, one poll loop. Whatever it holds is part of every snapshot, so it holds little.

#include "session/base/UniqueFd.h"
#include "session/init/ControlServer.h"
#include "session/init/Launcher.h"
#include "session/init/Programs.h"
#include "session/init/Services.h"
#include "session/init/Switchboard.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace {

using namespace entracte;
using namespace entracte::init;
using Clock = std::chrono::steady_clock;

// The launcher's socket (session/container/LaunchChild.h): 'R' when we listen.
constexpr int kReportFd = 3;
constexpr std::chrono::seconds kDefaultGrace{5};
// While the bus and the display start, their sockets are tried this often.
constexpr std::chrono::milliseconds kStartupStep{10};

class Init {
public:
    bool prepare();
    int run(bool display);

private:
    void terminate(std::chrono::milliseconds grace);
    int pollTimeout() const;
    void takeSignals();

    UniqueFd m_signals;
    // Terminal 0, used by nobody: CRIU counts every open /dev/tty as terminal 0 (TerminalImages.h).
    UniqueFd m_firstTerminal;
    Programs m_programs;
    Services m_services{m_programs};
    ControlServer m_server;
    Switchboard m_switchboard;
    bool m_settled = false;
    std::optional<Clock::time_point> m_killAt; // set once the session is ending
};

bool Init::prepare() {
    ::mkdir(kLogDirectory, 0700);
    const UniqueFd log(
        ::open("/run/entracte/log/1", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (log)
        ::dup2(log.get(), 2);
    m_firstTerminal.reset(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
    sigset_t ours;
    ::sigemptyset(&ours);
    ::sigaddset(&ours, SIGCHLD);
    ::sigaddset(&ours, SIGTERM);
    if (::sigprocmask(SIG_BLOCK, &ours, nullptr) < 0)
        return false;
    if (!m_switchboard.listen(desk::kSocket))
        std::fprintf(stderr, "The way to the person's desktop is closed: %s\n",
                     std::strerror(errno));
    m_signals.reset(::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK));
    return m_signals && m_server.listen(kContainerPath);
}

void Init::terminate(std::chrono::milliseconds grace) {
    if (!m_killAt)
        ::kill(-1, SIGTERM);
    m_killAt = Clock::now() + grace;
}

void Init::takeSignals() {
    signalfd_siginfo signal{};
    while (::read(m_signals.get(), &signal, sizeof signal) == sizeof signal)
        if (signal.ssi_signo == SIGTERM && !m_killAt)
            terminate(kDefaultGrace);
}

int Init::pollTimeout() const {
    if (!m_settled)
        return static_cast<int>(kStartupStep.count());
    auto next = m_server.nextDeadline();
    if (m_killAt && (!next || *m_killAt < *next))
        next = m_killAt;
    if (!next)
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

int Init::run(bool display) {
    setUpLauncher();
    m_services.start(display);
    const ControlServer::Handler handler{
        [this](const SpawnRequest& request) {
            return m_killAt ? -ESHUTDOWN : m_programs.start(request, Programs::Kind::Requested);
        },
        [this](std::chrono::milliseconds grace) { terminate(grace); },
        [this](std::uint64_t serial) { return m_programs.exits().hasAfter(serial); },
        [this](std::uint64_t serial, Answer& answer) {
            answer.programs = m_programs.requested();
            m_programs.exits().fill(serial, answer);
        }};
    std::vector<pollfd> polled;
    for (;;) {
        polled.assign(1, {m_signals.get(), POLLIN, 0});
        // Programs would not find their bus and display earlier: requests wait until then.
        if (m_settled)
            m_server.addTo(polled);
        m_switchboard.addTo(polled);
        if (::poll(polled.data(), polled.size(), pollTimeout()) < 0 && errno != EINTR)
            return 1;
        m_switchboard.serve(polled);
        takeSignals();
        const bool childrenLeft = m_programs.reap();
        if (m_killAt && (!childrenLeft || Clock::now() >= *m_killAt)) {
            ::kill(-1, SIGKILL);
            return 0;
        }
        if (m_settled)
            m_server.serve(polled, handler);
        else if ((m_settled = m_services.settled()) && display)
            m_services.startInputMethod();
    }
}

} // namespace

int main(int argc, char** argv) {
    // Anywhere else its signals would reach the whole machine.
    if (::getpid() != 1 || ::geteuid() == 0) {
        std::fputs(
            "entracte-session is the first process of a session; it is started by entracted.\n",
            stderr);
        return 2;
    }
    const bool display = argc < 2 || std::strcmp(argv[1], "--no-display") != 0;
    Init init;
    if (!init.prepare()) {
        char sentence[128];
        const int size =
            std::snprintf(sentence, sizeof sentence, "entracte-session: %s", std::strerror(errno));
        [[maybe_unused]] const ssize_t told =
            ::write(kReportFd, sentence, static_cast<std::size_t>(size));
        return 1;
    }
    [[maybe_unused]] const ssize_t told = ::write(kReportFd, "R", 1);
    ::close(kReportFd);
    return init.run(display);
}
