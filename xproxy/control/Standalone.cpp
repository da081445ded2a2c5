#include "xproxy/control/Standalone.h"

#include "session/base/Companion.h"
#include "session/base/FdPassing.h"
#include "xproxy/control/ControlServer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace entracte::xproxy {

using namespace std::chrono_literals;

namespace {
constexpr auto kMoveLimit = 60s;
} // namespace

Result<UniqueFd> startScreen(const std::string& display, const std::string& xauthority) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(Error::fromErrno("A channel to the screen could not be made"));
    UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    const std::string program = companionProgram("entracte-screen");
    const std::string number = std::to_string(theirs.get());
    const char* arguments[] = {program.c_str(), "--kind",       "host",         "--display",
                               display.c_str(), "--channel-fd", number.c_str(), nullptr};
    const pid_t child = ::fork();
    if (child < 0)
        return fail(Error::fromErrno("entracte-screen could not be started"));
    if (child == 0) {
        ::signal(SIGCHLD, SIG_DFL);
        ::fcntl(theirs.get(), F_SETFD, 0);
        if (!xauthority.empty())
            ::setenv("XAUTHORITY", xauthority.c_str(), 1);
        ::execv(program.c_str(), const_cast<char**>(arguments));
        ::_exit(127);
    }
    return ours;
}

Result<std::filesystem::path> standaloneControlPath(int number) {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::filesystem::path directory =
        runtime && *runtime
            ? std::filesystem::path(runtime) / "entracte"
            : std::filesystem::path("/tmp") / ("entracte-" + std::to_string(::getuid()));
    ::mkdir(directory.c_str(), 0700);
    struct stat status {};
    if (::lstat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
        status.st_uid != ::getuid() || (status.st_mode & 0077) != 0)
        return fail(ErrorCode::System, directory.string() + " is not a private directory of yours.",
                    {}, "Remove it, or set XDG_RUNTIME_DIR");
    return directory / ("xproxy-" + std::to_string(number));
}

namespace {

Result<UniqueFd> connectToProxy(int number, const std::string& startWith) {
    ENTRACTE_ASSIGN(path, standaloneControlPath(number));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        return fail(ErrorCode::InvalidArgument, "The path of the control socket is too long.");
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail(ErrorCode::NotFound,
                    "No entracte-xproxy of yours serves display :" + std::to_string(number) + ".",
                    std::strerror(errno),
                    "Start one with: entracte-xproxy --listen :" + std::to_string(number) +
                        " --display " + startWith);
    return socket;
}

} // namespace

Status moveDisplay(int number, const std::string& display, const std::string& xauthority) {
    ENTRACTE_ASSIGN(socket, connectToProxy(number, display));
    const xcontrol::Request request{xcontrol::kMagic, kMoveTo, 0};
    Bytes message = copyOf(std::as_bytes(std::span(&request, 1)));
    for (const std::string* text : {&display, &xauthority}) {
        const auto bytes = bytesOf(*text);
        message.insert(message.end(), bytes.begin(), bytes.end());
        message.push_back(std::byte{0});
    }
    ENTRACTE_TRY(sendMessage(socket.get(), message));
    ENTRACTE_ASSIGN(received, receiveMessage(socket.get(), 4096, kMoveLimit));
    xcontrol::Answer answer{};
    if (received.bytes.size() < sizeof answer)
        return fail(ErrorCode::System, "The proxy ended.");
    std::memcpy(&answer, received.bytes.data(), sizeof answer);
    if (answer.failure == xcontrol::Failure::None)
        return {};
    return fail(ErrorCode::ScreenUnavailable,
                textOf(ByteView(received.bytes).subspan(sizeof answer)));
}

Result<AuditAnswer> auditDisplay(int number) {
    ENTRACTE_ASSIGN(socket, connectToProxy(number, ":0"));
    const xcontrol::Request request{xcontrol::kMagic, xcontrol::Operation::Audit, 1};
    ENTRACTE_TRY(sendMessage(socket.get(), std::as_bytes(std::span(&request, 1))));
    struct {
        xcontrol::Answer answer;
        xcontrol::AuditNumbers numbers;
    } head{};
    ENTRACTE_ASSIGN(
        received, receiveMessage(socket.get(), sizeof head + xcontrol::kMaxAuditText, kMoveLimit));
    if (received.bytes.size() < sizeof head)
        return fail(ErrorCode::System, "The proxy ended.");
    std::memcpy(&head, received.bytes.data(), sizeof head);
    const std::string text = textOf(ByteView(received.bytes).subspan(sizeof head));
    if (head.answer.failure != xcontrol::Failure::None)
        return fail(ErrorCode::ScreenUnavailable, text);
    return AuditAnswer{text, head.numbers.complete != 0 && head.numbers.differences == 0};
}

Result<std::string> programsOfDisplay(int number) {
    ENTRACTE_ASSIGN(socket, connectToProxy(number, ":0"));
    const xcontrol::Request request{xcontrol::kMagic, xcontrol::Operation::Programs, 0};
    ENTRACTE_TRY(sendMessage(socket.get(), std::as_bytes(std::span(&request, 1))));
    constexpr std::size_t kHead = sizeof(xcontrol::Answer);
    ENTRACTE_ASSIGN(received,
                    receiveMessage(socket.get(), kHead + xcontrol::kMaxAuditText, kMoveLimit));
    if (received.bytes.size() < kHead)
        return fail(ErrorCode::System, "The proxy ended.");
    return textOf(ByteView(received.bytes).subspan(kHead));
}

} // namespace entracte::xproxy
