#include "session/engine/ScreenProcess.h"

#include "session/base/Companion.h"
#include "session/base/FdPassing.h"
#include "session/base/Printable.h"
#include "session/screen/ScreenProtocol.h"

#include <sys/socket.h>

#include <cstring>
#include <span>

namespace entracte {

namespace {

using namespace std::chrono_literals;
using namespace screen;

constexpr auto kReadyLimit = 30s; // an X server that starts on a busy machine
constexpr auto kQuitGrace = 2s;
constexpr int kControlFd = 3;

const char* kindName(ScreenKind kind) {
    switch (kind) {
    case ScreenKind::Host:
        return "host";
    case ScreenKind::Window:
        return "window";
    case ScreenKind::Headless:
        return "headless";
    }
    return "";
}

Error explain(ScreenFailure reason, const ScreenSpec& spec, std::string detail) {
    const std::string display =
        spec.display.empty() ? "(none was named)" : printable(spec.display, 100);
    const char* server = spec.kind == ScreenKind::Window ? "Xephyr" : "Xvfb";
    const auto error = [&](std::string sentence, std::string hint) {
        return Error(ErrorCode::ScreenUnavailable, std::move(sentence), std::move(detail),
                     std::move(hint));
    };
    switch (reason) {
    case ScreenFailure::Refused:
        return error("The X server " + display + " does not let this user in.",
                     "Give the display's cookie file (XAUTHORITY), then try again.");
    case ScreenFailure::ProgramMissing:
        return error(std::string(server) + " is not installed.",
                     spec.kind == ScreenKind::Window ? "Install the package xserver-xephyr."
                                                     : "Install the package xvfb.");
    case ScreenFailure::ServerFailed:
        return error(std::string("The session's screen (") + server + ") ended at once.",
                     "Try again; if it stays so, \"entracte doctor\" says what is missing.");
    case ScreenFailure::None:
    case ScreenFailure::Unreachable:
        break;
    }
    return error("The X server " + display + " cannot be reached.",
                 "Check that it runs, or choose another screen (--screen headless).");
}

std::vector<std::string> screenCommand(const std::filesystem::path& program,
                                       const ScreenSpec& spec) {
    // One word each with "=", so that no value can be taken for an option.
    std::vector<std::string> command{program.string(), std::string("--kind=") + kindName(spec.kind),
                                     "--size=" + std::to_string(spec.width) + "x" +
                                         std::to_string(spec.height),
                                     "--control-fd=" + std::to_string(kControlFd)};
    if (!spec.display.empty() && spec.kind != ScreenKind::Headless)
        command.push_back("--display=" + spec.display);
    if (!spec.xauthority.empty() && spec.kind != ScreenKind::Headless)
        command.push_back("--xauthority=" + spec.xauthority);
    return command;
}

} // namespace

ScreenProcess::ScreenProcess(ScreenSpec spec, UniqueFd control, Subprocess process)
    : m_spec(std::move(spec)), m_control(std::move(control)), m_process(std::move(process)),
      m_display(m_spec.display) {}

Result<std::unique_ptr<ScreenProcess>> ScreenProcess::start(const Person& person,
                                                            const ScreenSpec& spec,
                                                            const std::filesystem::path& program) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Error::fromErrno("A socket for the screen could not be made"));
    UniqueFd ours(pair[0]);
    const UniqueFd theirs(pair[1]);
    SubprocessSpec process;
    process.command =
        screenCommand(program.empty() ? companionProgram("entracte-screen") : program, spec);
    process.environment.push_back("HOME=" + person.home);
    process.environment.push_back("USER=" + person.name);
    process.environment.push_back("XDG_RUNTIME_DIR=/run/user/" + std::to_string(person.uid));
    process.credentials = Credentials{person.uid, person.gid, person.groups};
    process.fds = {{theirs.get(), kControlFd}};
    ENTRACTE_ASSIGN(started, Subprocess::start(process));
    std::unique_ptr<ScreenProcess> screen(
        new ScreenProcess(spec, std::move(ours), std::move(started)));
    ENTRACTE_TRY(screen->waitReady());
    return screen;
}

Status ScreenProcess::waitReady() {
    auto message = receiveMessage(m_control.get(), sizeof(ScreenEvent), kReadyLimit);
    const auto detail = [&] { return printable(m_process.errors(), 500); };
    if (!message && message.error().code() == ErrorCode::TimedOut)
        return fail(explain(ScreenFailure::Unreachable, m_spec, "no answer in time; " + detail()));
    if (!message)
        return fail(std::move(message).error());
    ScreenEvent event{};
    if (message->bytes.size() != sizeof event)
        return fail(explain(ScreenFailure::ServerFailed, m_spec, "the screen ended; " + detail()));
    std::memcpy(&event, message->bytes.data(), sizeof event);
    if (event.magic != kMagic || event.event != FromScreen::Ready)
        return fail(explain(event.reason, m_spec, detail()));
    if (m_spec.kind != ScreenKind::Host && event.displayNumber >= 0)
        m_display = ":" + std::to_string(event.displayNumber);
    return {};
}

Status ScreenProcess::serve(int channel) {
    const ScreenRequest request{kMagic, ToScreen::ServeChannel};
    return sendMessage(m_control.get(), std::as_bytes(std::span(&request, 1)),
                       std::span(&channel, 1));
}

bool ScreenProcess::ended() {
    auto message = receiveMessage(m_control.get(), sizeof(ScreenEvent), 0ms);
    if (!message)
        return message.error().code() != ErrorCode::TimedOut;
    ScreenEvent event{};
    if (message->bytes.size() != sizeof event)
        return true;
    std::memcpy(&event, message->bytes.data(), sizeof event);
    return event.magic != kMagic || event.event != FromScreen::Ready;
}

ScreenProcess::~ScreenProcess() {
    const ScreenRequest request{kMagic, ToScreen::Quit};
    static_cast<void>(sendMessage(m_control.get(), std::as_bytes(std::span(&request, 1))));
    static_cast<void>(m_process.wait(kQuitGrace));
    m_process.terminate(1s);
}

} // namespace entracte
