#include "session/screen/ServerProcess.h"

#include "session/screen/CookieFile.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

namespace entracte::screen {
namespace {

using namespace std::chrono_literals;
constexpr auto kStartLimit = 20s;
constexpr int kEndLimitMs = 3000;
constexpr int kStartAttempts = 5;

struct Pipe {
    UniqueFd read, write;
};

std::optional<Pipe> makePipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return std::nullopt;
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Xephyr makes it a STRING, which is Latin-1 (ICCCM 2.7.1).
std::string latin1(const std::string& utf8) {
    std::string result;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        const auto byte = static_cast<unsigned char>(utf8[at]);
        const bool fits = (byte == 0xc2 || byte == 0xc3) && at + 1 < utf8.size();
        if (byte < 0x80)
            result += utf8[at];
        else if (fits)
            result += static_cast<char>((byte & 3) << 6 | (utf8[++at] & 0x3f));
        else if (byte >= 0xc0) // what follows belongs to it
            result += '?';
    }
    return result;
}

std::vector<std::string> serverArguments(const ServerSpec& spec, const std::string& cookieFile,
                                         int displayFd) {
    const std::string size = std::to_string(spec.width) + "x" + std::to_string(spec.height);
    std::vector<std::string> arguments;
    if (spec.window)
        arguments = {"Xephyr", "-screen", size, "-resizeable", "-title", latin1(spec.title)};
    else
        arguments = {"Xvfb", "-screen", "0", size + "x24"};
    if (spec.window && spec.fullScreen) // with a window manager or without one
        arguments.emplace_back("-fullscreen");
    arguments.insert(arguments.end(), {"-displayfd", std::to_string(displayFd), "-auth", cookieFile,
                                       "-nolisten", "tcp", "-noreset"});
    return arguments;
}

// In the child; on failure the errno goes through `report`.
[[noreturn]] void executeServer(std::vector<std::string>& arguments, int displayFd, int report,
                                pid_t parent) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent)
        ::_exit(127);
    ::setsid(); // a Ctrl-C at the terminal of the screen is the screen's
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    ::fcntl(displayFd, F_SETFD, 0);
    std::vector<char*> argv;
    for (auto& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    const int failure = errno;
    [[maybe_unused]] const auto told = ::write(report, &failure, sizeof failure);
    ::_exit(127);
}

// The number that the server writes on its -displayfd once it listens.
std::optional<std::uint16_t> readDisplayNumber(int fd) {
    const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
    std::string text;
    while (text.size() < 16) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd poller{fd, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&poller, 1, static_cast<int>(left.count())) <= 0)
            return std::nullopt;
        std::array<char, 16> chunk{};
        const auto got = ::read(fd, chunk.data(), chunk.size());
        if (got <= 0)
            return std::nullopt;
        text.append(chunk.data(), static_cast<std::size_t>(got));
        if (const auto end = text.find('\n'); end != std::string::npos) {
            std::uint16_t number = 0;
            const auto parsed = std::from_chars(text.data(), text.data() + end, number);
            return parsed.ec == std::errc{} ? std::optional(number) : std::nullopt;
        }
    }
    return std::nullopt;
}

tl::unexpected<ServerStartFailure> failed(ScreenFailure reason, Error error) {
    return tl::unexpected(ServerStartFailure{reason, std::move(error)});
}

} // namespace

tl::expected<ServerProcess, ServerStartFailure> ServerProcess::start(const ServerSpec& spec) {
    const auto cookieFile = spec.directory / kCookieFileName;
    if (auto cookie = createCookieFile(cookieFile); !cookie)
        return failed(ScreenFailure::ServerFailed, std::move(cookie).error());
    for (int attempt = 1;; ++attempt) {
        auto server = startOnce(spec, cookieFile);
        if (server || server.error().reason != ScreenFailure::ServerFailed ||
            attempt == kStartAttempts)
            return server;
        // Not in step with the other one.
        std::this_thread::sleep_for(std::chrono::milliseconds(50 * attempt + ::getpid() % 50));
    }
}

tl::expected<ServerProcess, ServerStartFailure>
ServerProcess::startOnce(const ServerSpec& spec, const std::filesystem::path& cookieFile) {
    ServerProcess server;
    server.m_cookieFile = cookieFile;
    auto number = makePipe();
    auto report = makePipe();
    if (!number || !report)
        return failed(ScreenFailure::ServerFailed, Error::fromErrno("No pipe could be made"));

    auto arguments = serverArguments(spec, server.m_cookieFile.string(), number->write.get());
    const std::string program = arguments.front();
    const pid_t parent = ::getpid();
    server.m_pid = ::fork();
    if (server.m_pid < 0)
        return failed(ScreenFailure::ServerFailed,
                      Error::fromErrno("The X server could not be started"));
    if (server.m_pid == 0) {
        if (spec.window) {
            ::setenv("DISPLAY", spec.parentDisplay.c_str(), 1);
            if (!spec.parentCookieFile.empty())
                ::setenv("XAUTHORITY", spec.parentCookieFile.c_str(), 1);
        }
        executeServer(arguments, number->write.get(), report->write.get(), parent);
    }
    number->write.reset();
    report->write.reset();
    server.m_pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, server.m_pid, 0)));

    int failure = 0;
    if (::read(report->read.get(), &failure, sizeof failure) == sizeof failure)
        return failed(ScreenFailure::ProgramMissing,
                      Error(ErrorCode::ScreenUnavailable, program + " cannot be started.",
                            std::strerror(failure), "Install " + program + "."));
    const auto display = readDisplayNumber(number->read.get());
    if (!display)
        return failed(ScreenFailure::ServerFailed,
                      Error(ErrorCode::ScreenUnavailable, program + " ended before it was ready.",
                            {}, "Its own words are in the log."));
    server.m_displayNumber = *display;
    return server;
}

ServerProcess::~ServerProcess() {
    if (m_pid < 0)
        return;
    ::kill(m_pid, SIGTERM);
    pollfd poller{m_pidfd.get(), POLLIN, 0};
    if (::poll(&poller, 1, kEndLimitMs) <= 0)
        ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
}

} // namespace entracte::screen
