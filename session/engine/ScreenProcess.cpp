#include "session/engine/ScreenProcess.h"

#include "session/base/Companion.h"
#include "session/base/FdPassing.h"
#include "session/base/Printable.h"
#include "session/screen/ScreenProtocol.h"
#include "session/screen/SurveyProtocol.h"
#include "session/store/Directories.h"
#include "session/store/RemoveTree.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <span>

namespace entracte {

namespace {

using namespace std::chrono_literals;
using namespace screen;

constexpr auto kReadyLimit = 30s; // an X server that starts on a busy machine
constexpr auto kQuitGrace = 2s;
constexpr auto kFoundLimit = 3s; // one that runs already answers at once
constexpr int kControlFd = 3;
constexpr int kHelperFd = 4;

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
                                       const std::string& session, const ScreenSpec& spec,
                                       const ScreenPlace& place) {
    // One word each with "=", so that no value can be taken for an option.
    std::vector<std::string> command{program.string(),
                                     std::string("--kind=") + kindName(spec.kind),
                                     "--size=" + std::to_string(spec.width) + "x" +
                                         std::to_string(spec.height),
                                     "--control-fd=" + std::to_string(kControlFd),
                                     "--helper-fd=" + std::to_string(kHelperFd),
                                     "--directory=" + place.directory().string()};
    if (!spec.display.empty() && spec.kind != ScreenKind::Headless)
        command.push_back("--display=" + spec.display);
    if (!spec.xauthority.empty() && spec.kind != ScreenKind::Headless)
        command.push_back("--xauthority=" + spec.xauthority);
    if (spec.kind == ScreenKind::Window)
        command.push_back("--title=" + session + " - Entracte");
    if (spec.kind == ScreenKind::Window && spec.fullScreen)
        command.emplace_back("--full-screen");
    if (spec.clipboard)
        command.emplace_back("--clipboard");
    return command;
}

Result<UniqueFd> socketAt(const std::filesystem::path& path, sockaddr_un& address) {
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    address = {};
    address.sun_family = AF_UNIX;
    if (!socket || path.native().size() >= sizeof address.sun_path)
        return fail(Error::fromErrno("A socket for the screen could not be made"));
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    return socket;
}

} // namespace

ScreenPlace::ScreenPlace(const EnginePaths& paths, std::string name)
    : m_name(std::move(name)), m_directory(paths.screens() / m_name),
      m_socket(paths.screenSockets() / m_name) {}

Result<ScreenPlace> ScreenPlace::make(const EnginePaths& paths, const Person& person) {
    ENTRACTE_ASSIGN(screens, openDirectory(paths.screens(), true));
    // The person must reach what is its own in it, and may not see what else there is.
    if (::fchmod(screens.get(), 0711) != 0)
        return fail(Error::fromErrno("A directory for the screen could not be made"));
    ENTRACTE_ASSIGN(sockets, openDirectory(paths.screenSockets(), true));
    sockets.reset();
    ScreenPlace place(paths, newId());
    ENTRACTE_ASSIGN(directory, openDirectoryAt(screens.get(), place.name(), true));
    if (::fchown(directory.get(), person.uid, person.gid) != 0)
        return fail(Error::fromErrno("A directory for the screen could not be made"));
    return place;
}

void ScreenPlace::removeOthers(const EnginePaths& paths, const std::set<std::string>& used) {
    for (const auto& folder : {paths.screens(), paths.screenSockets()}) {
        const auto opened = openDirectory(folder, false);
        const auto names = opened ? namesIn(opened->get()) : Result<std::vector<std::string>>();
        for (const std::string& name : names ? *names : std::vector<std::string>())
            if (!used.contains(name))
                static_cast<void>(removeTree(opened->get(), name));
    }
}

void ScreenPlace::remove() const {
    for (const auto& path : {m_directory, m_socket})
        if (const auto folder = openDirectory(path.parent_path(), false))
            static_cast<void>(removeTree(folder->get(), m_name));
}

ScreenProcess::ScreenProcess(ScreenSpec spec, ScreenPlace place, UniqueFd control)
    : m_spec(std::move(spec)), m_place(std::move(place)), m_control(std::move(control)),
      m_display(m_spec.display) {}

Result<std::unique_ptr<ScreenProcess>>
ScreenProcess::start(const Person& person, const std::string& session, const ScreenSpec& spec,
                     const std::filesystem::path& program, ScreenPlace place) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Error::fromErrno("A socket for the screen could not be made"));
    const UniqueFd theirs(pair[1]);
    std::unique_ptr<ScreenProcess> screen(
        new ScreenProcess(spec, std::move(place), UniqueFd(pair[0])));
    sockaddr_un address;
    ENTRACTE_ASSIGN(helpers, socketAt(screen->m_place.socket(), address));
    if (::bind(helpers.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail(Error::fromErrno("A socket for the screen could not be made"));

    SubprocessSpec process;
    process.command = screenCommand(program.empty() ? companionProgram("entracte-screen") : program,
                                    session, spec, screen->m_place);
    process.environment.push_back("HOME=" + person.home);
    process.environment.push_back("USER=" + person.name);
    process.environment.push_back("XDG_RUNTIME_DIR=/run/user/" + std::to_string(person.uid));
    process.credentials = Credentials{person.uid, person.gid, person.groups};
    process.fds = {{theirs.get(), kControlFd}, {helpers.get(), kHelperFd}};
    ENTRACTE_ASSIGN(started, Subprocess::start(process));
    screen->m_process.emplace(std::move(started));
    ENTRACTE_TRY(screen->waitReady());
    return screen;
}

Result<std::unique_ptr<ScreenProcess>>
ScreenProcess::findAgain(const Person& person, const ScreenSpec& spec, ScreenPlace place) {
    sockaddr_un address;
    ENTRACTE_ASSIGN(control, socketAt(place.socket(), address));
    // Who listens there: the screen itself called listen(2), so these are its credentials
    // (unix(7)).
    ucred who{};
    socklen_t size = sizeof who;
    if (::connect(control.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0 ||
        ::getsockopt(control.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 ||
        who.uid != person.uid || who.pid <= 1)
        return fail(ErrorCode::NotFound, "The session's screen is gone.");
    std::unique_ptr<ScreenProcess> screen(
        new ScreenProcess(spec, std::move(place), std::move(control)));
    screen->m_pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, who.pid, 0)));
    ENTRACTE_TRY(screen->waitReady());
    return screen;
}

Status ScreenProcess::waitReady() {
    auto message =
        receiveMessage(m_control.get(), sizeof(ScreenEvent), m_process ? kReadyLimit : kFoundLimit);
    const auto detail = [&] {
        return m_process ? printable(m_process->errors(), 500) : std::string();
    };
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

Status ScreenProcess::shareClipboard(bool shared) {
    m_spec.clipboard = shared;
    const ScreenRequest request{kMagic,
                                shared ? ToScreen::ShareClipboard : ToScreen::KeepClipboard};
    return sendMessage(m_control.get(), std::as_bytes(std::span(&request, 1)));
}

Result<UniqueFd> ScreenProcess::beginSurvey() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Error::fromErrno("A socket for the screen could not be made"));
    UniqueFd ours(pair[0]);
    const UniqueFd theirs(pair[1]);
    const ScreenRequest request{kMagic, ToScreen::Survey};
    const int passed = theirs.get();
    ENTRACTE_TRY(
        sendMessage(m_control.get(), std::as_bytes(std::span(&request, 1)), std::span(&passed, 1)));
    return ours;
}

Result<Survey> ScreenProcess::readSurvey(const UniqueFd& stream, std::chrono::milliseconds limit) {
    constexpr std::size_t most =
        sizeof(SurveyHeader) + kMaxSurveyWindows * sizeof(SurveyWindow) + kMaxThumbnail;
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::string bytes;
    for (std::array<char, 65536> buffer{};;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd readable{stream.get(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&readable, 1, static_cast<int>(left.count())) <= 0)
            return fail(ErrorCode::TimedOut, "The session's screen gave no answer.");
        const ssize_t got = ::recv(stream.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got <= 0)
            break;
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
        if (bytes.size() > most)
            break;
    }
    SurveyHeader header{};
    if (bytes.size() >= sizeof header)
        std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != kSurveyMagic || header.windows > kMaxSurveyWindows ||
        header.pngBytes > kMaxThumbnail ||
        bytes.size() != sizeof header + header.windows * sizeof(SurveyWindow) + header.pngBytes)
        return fail(ErrorCode::NotFound, "The session's screen tells nothing of its windows.");
    Survey survey;
    const char* from = bytes.data() + sizeof header;
    for (std::uint32_t i = 0; i < header.windows; ++i, from += sizeof(SurveyWindow)) {
        SurveyWindow window{};
        std::memcpy(&window, from, sizeof window);
        const auto text = [](const char* start, std::size_t room) {
            return printable(std::string(start, ::strnlen(start, room)), room);
        };
        survey.windows.push_back({text(window.title, sizeof window.title),
                                  text(window.className, sizeof window.className), window.x,
                                  window.y, window.width, window.height});
    }
    survey.thumbnail.assign(from, header.pngBytes);
    return survey;
}

ShownOn ScreenProcess::shownOn() const {
    const bool ownServer = m_spec.kind != ScreenKind::Host;
    return {m_display, m_place.name(),
            ownServer ? (m_place.directory() / kCookieFileName).string() : std::string()};
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

void ScreenProcess::leave() {
    m_left = true;
    if (m_process)
        m_process->release();
}

void ScreenProcess::end() {
    const ScreenRequest request{kMagic, ToScreen::Quit};
    static_cast<void>(sendMessage(m_control.get(), std::as_bytes(std::span(&request, 1))));
    if (m_process) {
        static_cast<void>(m_process->wait(kQuitGrace));
        m_process->terminate(1s);
        return;
    }
    pollfd ended{m_pidfd.get(), POLLIN, 0};
    for (const int number : {0, SIGTERM, SIGKILL}) {
        if (number != 0)
            ::syscall(SYS_pidfd_send_signal, m_pidfd.get(), number, nullptr, 0);
        if (!m_pidfd ||
            ::poll(&ended, 1, static_cast<int>(std::chrono::milliseconds(kQuitGrace).count())) > 0)
            return;
    }
}

ScreenProcess::~ScreenProcess() {
    if (m_left)
        return;
    end();
    m_place.remove();
}

} // namespace entracte
