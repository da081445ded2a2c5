#include "session/screen/Screen.h"

#include "session/base/Companion.h"
#include "session/base/FdPassing.h"
#include "session/screen/Survey.h"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace entracte::screen {
namespace {

using namespace std::chrono_literals;

// A server that is grabbed or busy may take its time; one that hangs shall not hang us.
constexpr auto kConnectLimit = 10s;
constexpr std::size_t kMaxChannels = 16;
// Without a helper and without a channel: an upgrade may take its time between a dump and the next
// helper, and the session may be gone.
constexpr auto kPatience = 15s;

Deadline connectDeadline() {
    return std::chrono::steady_clock::now() + kConnectLimit;
}

} // namespace

Screen::Screen(ScreenOptions options)
    : m_options(std::move(options)), m_relay(m_reactor, [this] { endWhenUnused(); }) {}

Screen::~Screen() = default;

Status Screen::run() {
    watchSignals();
    if (auto opened = openDisplay(); !opened) {
        // Without a helper to tell, a display that is only not there *yet* is told to whoever asks.
        if (m_options.control || !m_connector)
            return opened;
        spdlog::warn("{}", opened.error().forLog());
    }
    if (m_options.control) {
        m_controlWatch = m_reactor.add(m_options.control.get(), EPOLLIN,
                                       [this](std::uint32_t) { serveControl(); });
        if (m_options.helpers && ::listen(m_options.helpers.get(), 1) == 0)
            m_reactor.add(m_options.helpers.get(), EPOLLIN,
                          [this](std::uint32_t) { takeHelper(); });
        m_patience.reset(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
        m_reactor.add(m_patience.get(), EPOLLIN, [this](std::uint32_t) { m_reactor.stop(); });
        if (m_options.clipboard)
            shareClipboard();
        tell(FromScreen::Ready);
    } else {
        addChannel(std::move(m_options.channel));
    }
    m_reactor.run();
    return m_outcome;
}

Status Screen::openDisplay() {
    std::string display = m_options.display;
    std::filesystem::path cookieFile = m_options.cookieFile;
    if (m_options.kind != Kind::Host) {
        ENTRACTE_TRY(ensureDirectory());
        auto server = ServerProcess::start(
            {m_options.kind == Kind::Window, m_options.width, m_options.height, m_options.display,
             m_options.cookieFile, m_directory->path(), m_options.title, m_options.fullScreen});
        if (!server) {
            tell(FromScreen::Failed, server.error().reason);
            return fail(std::move(server).error().error);
        }
        m_server.emplace(std::move(*server));
        display = ":" + std::to_string(m_server->displayNumber());
        cookieFile = m_server->cookieFile();
        watchServer();
    }
    auto name = parseDisplayName(display);
    if (!name) {
        tell(FromScreen::Failed, ScreenFailure::Unreachable);
        return fail(std::move(name).error());
    }
    m_connector.emplace(std::move(*name), cookieFile);

    auto sentinel = m_connector->open('l', connectDeadline());
    if (!sentinel) {
        const bool refused = sentinel.error().status == display::ConnectStatus::Refused;
        tell(FromScreen::Failed, refused ? ScreenFailure::Refused : ScreenFailure::Unreachable);
        return fail(std::move(sentinel).error().error);
    }
    m_sentinel = std::move(sentinel->socket);
    openSentinel();
    return {};
}

Status Screen::ensureDirectory() {
    if (m_directory)
        return {};
    auto directory = RuntimeDirectory::create(m_options.directory);
    if (!directory)
        return fail(std::move(directory).error());
    m_directory.emplace(std::move(*directory));
    return {};
}

void Screen::watchSignals() {
    sigset_t ends;
    ::sigemptyset(&ends);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&ends, number);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
    m_signals.reset(::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK));
    m_reactor.add(m_signals.get(), EPOLLIN, [this](std::uint32_t) { m_reactor.stop(); });
}

void Screen::watchServer() {
    m_reactor.add(m_server->pidfd(), EPOLLIN, [this](std::uint32_t) { serverGone(); });
}

void Screen::openSentinel() {
    m_reactor.add(m_sentinel.get(), EPOLLIN, [this](std::uint32_t) {
        // Events that every client gets (MappingNotify) are read and forgotten.
        std::array<char, 4096> ignored{};
        const auto got = ::recv(m_sentinel.get(), ignored.data(), ignored.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            serverGone();
    });
}

void Screen::serverGone() {
    tell(FromScreen::ServerGone);
    m_outcome = fail(ErrorCode::ScreenUnavailable, "The X server has ended.");
    m_reactor.stop();
}

void Screen::tell(FromScreen event, ScreenFailure reason) {
    if (!m_options.control)
        return;
    ScreenEvent message{kMagic, event, reason, -1};
    if (m_connector && !m_connector->display().remote())
        message.displayNumber = m_connector->display().number;
    // When the helper is gone, its end of the connection says so in the loop.
    [[maybe_unused]] const auto sent =
        sendMessage(m_options.control.get(), std::as_bytes(std::span(&message, 1)));
}

void Screen::serveControl() {
    auto message = receiveMessage(m_options.control.get(), sizeof(ScreenRequest), 0ms);
    ScreenRequest request{};
    if (message && message->bytes.empty())
        return loseHelper();
    if (!message || message->bytes.size() != sizeof request)
        return m_reactor.stop();
    std::memcpy(&request, message->bytes.data(), sizeof request);
    if (request.magic != kMagic || request.operation == ToScreen::Quit)
        return m_reactor.stop();
    if (request.operation == ToScreen::Survey && message->fds.size() == 1)
        return survey(std::move(message->fds.front()));
    if (request.operation == ToScreen::ShareClipboard)
        return shareClipboard();
    if (request.operation == ToScreen::KeepClipboard)
        return m_clipboard.reset();
    if (request.operation != ToScreen::ServeChannel)
        return m_reactor.stop();
    if (message->fds.size() == 1 && m_channels.size() < kMaxChannels)
        addChannel(std::move(message->fds.front()));
}

void Screen::survey(UniqueFd to) const {
    SurveySpec spec{m_options.display, m_options.cookieFile, ::getpid()};
    if (m_server)
        spec = {":" + std::to_string(m_server->displayNumber()), m_server->cookieFile(), 0};
    // In a process of its own: the X server may take its time, and the session waits for us. Its
    // parent ends at once, so that nobody has to wait for it.
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() == 0) {
            ::signal(SIGALRM, SIG_DFL);
            ::alarm(static_cast<unsigned>(std::chrono::seconds(kConnectLimit).count()));
            writeSurvey(spec, to.get());
        }
        ::_exit(0);
    }
    while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

// The windows of a host screen are the desktop's own clients; of a headless one there is no
// desktop.
void Screen::shareClipboard() {
    if (m_options.kind != Kind::Window || !m_server ||
        (m_clipboard && !m_clipboard->wait(0ms).has_value()))
        return;
    SubprocessSpec spec;
    spec.command = {companionProgram("entracte-clipboard").string(),
                    "--inner=:" + std::to_string(m_server->displayNumber()),
                    "--inner-xauthority=" + m_server->cookieFile().string(),
                    "--outer=" + m_options.display};
    if (!m_options.cookieFile.empty())
        spec.command.push_back("--outer-xauthority=" + m_options.cookieFile.string());
    if (auto started = Subprocess::start(spec))
        m_clipboard.emplace(std::move(*started));
    else
        spdlog::warn("the clipboard is not shared: {}", started.error().forLog());
}

void Screen::loseHelper() {
    if (!m_options.helpers)
        return m_reactor.stop();
    m_reactor.remove(m_controlWatch);
    m_options.control.reset();
    endWhenUnused();
}

void Screen::takeHelper() {
    UniqueFd helper(::accept4(m_options.helpers.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!helper || m_options.control)
        return; // one at a time
    m_options.control = std::move(helper);
    m_controlWatch =
        m_reactor.add(m_options.control.get(), EPOLLIN, [this](std::uint32_t) { serveControl(); });
    endWhenUnused();
    tell(FromScreen::Ready);
}

void Screen::addChannel(UniqueFd socket) {
    // One setup reply must fit into the socket's buffer, or SOCK_SEQPACKET refuses it (unix(7)); a
    // proxy that does not read shall not stop the others.
    const int room = 2 * static_cast<int>(display::kMaxMessage);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    const timeval limit{5, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);

    const std::size_t key = m_nextChannel++;
    Channel channel{std::move(socket), 0};
    channel.watch = m_reactor.add(channel.socket.get(), EPOLLIN,
                                  [this, key](std::uint32_t) { serveChannel(key); });
    m_channels.emplace(key, std::move(channel));
}

void Screen::closeChannel(std::size_t key) {
    const auto found = m_channels.find(key);
    m_reactor.remove(found->second.watch);
    m_channels.erase(found);
    endWhenUnused();
}

void Screen::endWhenUnused() {
    const bool unused = !m_options.control && m_channels.empty() && m_relay.empty();
    if (!m_options.helpers) {
        if (unused)
            m_reactor.stop();
        return;
    }
    itimerspec time{};
    if (unused)
        time.it_value.tv_sec = std::chrono::seconds(kPatience).count();
    ::timerfd_settime(m_patience.get(), 0, &time, nullptr);
}

void Screen::serveChannel(std::size_t key) {
    const int channel = m_channels.at(key).socket.get();
    auto message = receiveMessage(channel, sizeof(display::ConnectRequest), 0ms);
    display::ConnectRequest request{};
    if (!message || message->bytes.size() != sizeof request || message->fds.size() != 1)
        return closeChannel(key);
    std::memcpy(&request, message->bytes.data(), sizeof request);
    const char byteOrder = static_cast<char>(request.byteOrder);
    if (request.magic != display::kChannelMagic || (byteOrder != 'l' && byteOrder != 'B'))
        return closeChannel(key);

    auto setup = answer(message->fds.front().get(), byteOrder);
    if (!setup)
        spdlog::warn("{}", setup.error().error.forLog());
    const auto& bytes = setup ? *setup : setup.error().reply;
    const display::ConnectReply reply{
        display::kChannelMagic, setup ? display::ConnectStatus::Ok : setup.error().status,
        static_cast<std::uint32_t>(bytes.size()), m_server ? display::kOwnServer : 0};
    std::vector<std::byte> out(sizeof reply + bytes.size());
    std::memcpy(out.data(), &reply, sizeof reply);
    if (!bytes.empty())
        std::memcpy(out.data() + sizeof reply, bytes.data(), bytes.size());
    if (!sendMessage(channel, out))
        closeChannel(key);
}

Connected<std::vector<std::byte>> Screen::answer(int passed, char byteOrder) {
    if (!isFreshUnixStream(passed))
        return unreachable("The descriptor passed is not an unconnected unix stream socket.");
    return m_connector->reachableByPath()
               ? m_connector->connectPassed(passed, byteOrder, connectDeadline())
               : connectRelayed(passed, byteOrder);
}

Connected<std::vector<std::byte>> Screen::connectRelayed(int passed, char byteOrder) {
    // The setup is done on the screen's own connection before a byte is relayed, so no cookie
    // passes through a socket that the proxy holds.
    auto upstream = m_connector->open(byteOrder, connectDeadline());
    if (!upstream)
        return tl::unexpected(std::move(upstream).error());
    if (auto made = ensureDirectory(); !made)
        return unreachable("No relay could be made.", made.error().forLog());

    const auto path = m_directory->path() / "relay";
    const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.native().size() >= sizeof address.sun_path)
        return unreachable("No relay could be made.", "path too long");
    std::memcpy(address.sun_path, path.c_str(), path.native().size());
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener.get(), 1) != 0)
        return unreachable("No relay could be made.", std::strerror(errno));
    const int failure = connectToPath(passed, path.native(), false, connectDeadline());
    std::filesystem::remove(path, ignored);
    if (failure != 0)
        return unreachable("No relay could be made.", std::strerror(failure));
    UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!accepted)
        return unreachable("No relay could be made.", std::strerror(errno));
    if (!m_relay.add(std::move(accepted), std::move(upstream->socket)))
        return unreachable("Too many connections are relayed already.");
    return std::move(upstream->setupReply);
}

} // namespace entracte::screen
