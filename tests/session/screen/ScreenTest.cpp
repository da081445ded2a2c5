// The program entracte-screen with real X servers.

#include "session/base/DisplayChannel.h"
#include "session/base/FdPassing.h"
#include "session/screen/CookieFile.h"
#include "session/screen/ScreenProtocol.h"
#include "tests/support/TestServer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cstring>

namespace entracte::screen {
namespace {

using namespace std::chrono_literals;
using display::ConnectStatus;
using test::TestServer;

class ScreenProcess {
public:
    // `role` is "--channel-fd" or "--control-fd".
    ScreenProcess(const std::string& role, std::vector<std::string> arguments) {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
        socket.reset(ends[0]);
        arguments.insert(arguments.begin(), ENTRACTE_SCREEN_PROGRAM);
        arguments.insert(arguments.end(), {role, std::to_string(ends[1])});
        m_pid = ::fork();
        if (m_pid == 0) {
            ::close(ends[0]);
            ::unsetenv("DISPLAY");
            ::setenv("XAUTHORITY", "/nonexistent", 1);
            std::vector<char*> argv;
            for (auto& argument : arguments)
                argv.push_back(argument.data());
            argv.push_back(nullptr);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        ::close(ends[1]);
    }
    ~ScreenProcess() {
        if (m_pid > 0)
            ::kill(m_pid, SIGTERM);
        wait();
    }
    // Its exit status; -1 when a signal ended it.
    int wait() {
        int status = 0;
        if (m_pid > 0)
            ::waitpid(m_pid, &status, 0);
        m_pid = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    void crash() {
        ::kill(m_pid, SIGKILL);
        wait();
    }

    UniqueFd socket;

private:
    pid_t m_pid = -1;
};

struct Answer {
    display::ConnectReply reply{};
    std::vector<std::byte> setup;
};

std::optional<Answer> askToConnect(int channel, int passed, char byteOrder = 'l') {
    const display::ConnectRequest request{
        display::kChannelMagic, static_cast<std::uint8_t>(byteOrder), {}};
    if (!sendMessage(channel, std::as_bytes(std::span(&request, 1)), std::span(&passed, 1)))
        return std::nullopt;
    const auto message = receiveMessage(channel, display::kMaxMessage, 15s);
    Answer answer;
    if (!message || message->bytes.size() < sizeof answer.reply)
        return std::nullopt;
    std::memcpy(&answer.reply, message->bytes.data(), sizeof answer.reply);
    answer.setup.assign(message->bytes.begin() + sizeof answer.reply, message->bytes.end());
    EXPECT_EQ(answer.reply.setupLength, answer.setup.size());
    return answer;
}

UniqueFd freshSocket() {
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

unsigned byteAt(std::span<const std::byte> bytes, std::size_t at) {
    return std::to_integer<unsigned>(bytes[at]);
}

// GetInputFocus and its reply (X protocol, appendix B): proves that data flows both ways.
void expectServerAnswers(int socket, char byteOrder = 'l') {
    const std::array<unsigned char, 4> request = byteOrder == 'l'
                                                     ? std::array<unsigned char, 4>{43, 0, 1, 0}
                                                     : std::array<unsigned char, 4>{43, 0, 0, 1};
    ASSERT_EQ(::send(socket, request.data(), request.size(), MSG_NOSIGNAL), 4);
    std::array<unsigned char, 32> reply{};
    ASSERT_EQ(::recv(socket, reply.data(), reply.size(), MSG_WAITALL), 32);
    EXPECT_EQ(reply[0], 1);
    EXPECT_EQ(reply[byteOrder == 'l' ? 2 : 3], 1) << "sequence number";
}

ScreenEvent nextEvent(int control) {
    ScreenEvent event{};
    const auto message = receiveMessage(control, sizeof event, 25s);
    if (message && message->bytes.size() == sizeof event)
        std::memcpy(&event, message->bytes.data(), sizeof event);
    return event;
}

std::vector<std::string> hostArguments(const std::string& display,
                                       const std::filesystem::path& cookieFile) {
    return {"--kind", "host", "--display", display, "--xauthority", cookieFile.string()};
}

TEST(ScreenTest, connectsPassedSocketInBothByteOrders) {
    TestServer server;
    ScreenProcess screen("--channel-fd", hostArguments(server.display(), server.cookieFile()));
    for (const char order : {'l', 'B'}) {
        const auto passed = freshSocket();
        const auto answer = askToConnect(screen.socket.get(), passed.get(), order);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->reply.status, ConnectStatus::Ok);
        ASSERT_GT(answer->setup.size(), 40U);
        const unsigned low = byteAt(answer->setup, order == 'l' ? 6 : 7);
        const unsigned high = byteAt(answer->setup, order == 'l' ? 7 : 6);
        EXPECT_EQ(answer->setup.size(), 8 + (high << 8 | low) * 4);
        expectServerAnswers(passed.get(), order);
    }
}

TEST(ScreenTest, wrongCookieIsRefused) {
    TestServer server;
    const auto wrong = server.directory() / "wrong";
    ASSERT_TRUE(createCookieFile(wrong));
    ScreenProcess screen("--channel-fd", hostArguments(server.display(), wrong));
    const auto answer = askToConnect(screen.socket.get(), freshSocket().get());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->reply.status, ConnectStatus::Refused);
}

TEST(ScreenTest, noServerIsUnreachable) {
    ScreenProcess screen("--channel-fd", hostArguments(":59000", "/nonexistent"));
    const auto answer = askToConnect(screen.socket.get(), freshSocket().get());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->reply.status, ConnectStatus::Unreachable);
    EXPECT_EQ(answer->reply.setupLength, 0U);
}

TEST(ScreenTest, connectionsOutliveTheScreen) {
    TestServer server({"-nolisten", "tcp", "-noreset"});
    const auto passed = freshSocket();
    {
        ScreenProcess screen("--channel-fd", hostArguments(server.display(), server.cookieFile()));
        ASSERT_TRUE(askToConnect(screen.socket.get(), passed.get()));
    }
    expectServerAnswers(passed.get());
}

TEST(ScreenTest, relaysTcpDisplays) {
    TestServer server({"-listen", "tcp"});
    ScreenProcess screen(
        "--channel-fd",
        hostArguments("localhost:" + std::to_string(server.number()), server.cookieFile()));
    const auto first = freshSocket();
    const auto second = freshSocket();
    const auto answer = askToConnect(screen.socket.get(), first.get());
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->reply.status, ConnectStatus::Ok);
    ASSERT_TRUE(askToConnect(screen.socket.get(), second.get(), 'B'));
    expectServerAnswers(first.get());
    expectServerAnswers(second.get(), 'B');

    // The channel's end ends no connection; the last connection's end ends the screen.
    screen.socket.reset();
    const std::array<unsigned char, 4> request{43, 0, 1, 0};
    ASSERT_EQ(::send(first.get(), request.data(), request.size(), MSG_NOSIGNAL), 4);
    std::array<unsigned char, 32> reply{};
    EXPECT_EQ(::recv(first.get(), reply.data(), reply.size(), MSG_WAITALL), 32);
    ::shutdown(first.get(), SHUT_RDWR);
    ::shutdown(second.get(), SHUT_RDWR);
    EXPECT_EQ(screen.wait(), 0);
}

TEST(ScreenTest, relaysAbstractNames) {
    TestServer server;
    std::filesystem::remove("/tmp/.X11-unix/X" + std::to_string(server.number()));
    ScreenProcess screen("--channel-fd", hostArguments(server.display(), server.cookieFile()));
    const auto passed = freshSocket();
    const auto answer = askToConnect(screen.socket.get(), passed.get());
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->reply.status, ConnectStatus::Ok);
    expectServerAnswers(passed.get());
}

TEST(ScreenTest, relayCarriesMoreThanItsBuffers) {
    TestServer server({"-listen", "tcp"});
    ScreenProcess screen(
        "--channel-fd",
        hostArguments("localhost:" + std::to_string(server.number()), server.cookieFile()));
    const auto passed = freshSocket();
    ASSERT_TRUE(askToConnect(screen.socket.get(), passed.get()));
    // 64 GetKeyboardMapping requests of 248 keycodes, written before any reply is read.
    constexpr int kRequests = 64;
    for (int i = 0; i < kRequests; ++i) {
        const std::array<unsigned char, 8> request{101, 0, 2, 0, 8, 248, 0, 0};
        ASSERT_EQ(::send(passed.get(), request.data(), request.size(), MSG_NOSIGNAL), 8);
    }
    std::size_t total = 0;
    for (int i = 0; i < kRequests; ++i) {
        std::array<unsigned char, 32> header{};
        ASSERT_EQ(::recv(passed.get(), header.data(), header.size(), MSG_WAITALL), 32);
        ASSERT_EQ(header[0], 1);
        ASSERT_EQ(header[2] | header[3] << 8, i + 1);
        std::vector<unsigned char> rest((header[4] | header[5] << 8 | header[6] << 16) * 4);
        ASSERT_EQ(::recv(passed.get(), rest.data(), rest.size(), MSG_WAITALL),
                  static_cast<ssize_t>(rest.size()));
        total += rest.size();
    }
    EXPECT_GT(total, 256U * 1024);
}

TEST(ScreenTest, refusesDescriptorsThatAreNoFreshUnixSocket) {
    TestServer server;
    const auto arguments = hostArguments(server.display(), server.cookieFile());
    ScreenProcess screen("--channel-fd", arguments);
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    const UniqueFd one(pair[0]);
    const UniqueFd other(pair[1]);
    const UniqueFd inet(::socket(AF_INET, SOCK_STREAM, 0));
    const UniqueFd datagram(::socket(AF_UNIX, SOCK_DGRAM, 0));
    const UniqueFd file(::memfd_create("file", 0));
    for (const auto* fd : {&one, &inet, &datagram, &file}) {
        const auto answer = askToConnect(screen.socket.get(), fd->get());
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->reply.status, ConnectStatus::Unreachable);
    }
    const auto good = freshSocket();
    const auto answer = askToConnect(screen.socket.get(), good.get());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->reply.status, ConnectStatus::Ok);
}

TEST(ScreenTest, malformedRequestClosesTheChannel) {
    TestServer server;
    const auto arguments = hostArguments(server.display(), server.cookieFile());
    const display::ConnectRequest wrongMagic{1, 'l', {}};
    const display::ConnectRequest wrongOrder{display::kChannelMagic, 'x', {}};
    const display::ConnectRequest withoutSocket{display::kChannelMagic, 'l', {}};
    const std::vector<std::byte> tooLong(4096);
    const auto bytes = [](const auto& request) { return std::as_bytes(std::span(&request, 1)); };
    const auto passed = freshSocket();
    const int fd = passed.get();
    const std::vector<std::pair<std::span<const std::byte>, std::span<const int>>> messages = {
        {bytes(wrongMagic), {&fd, 1}},
        {bytes(wrongOrder), {&fd, 1}},
        {bytes(withoutSocket), {}},
        {tooLong, {&fd, 1}}};
    for (const auto& [message, fds] : messages) {
        ScreenProcess screen("--channel-fd", arguments);
        ASSERT_TRUE(sendMessage(screen.socket.get(), message, fds));
        const auto end = receiveMessage(screen.socket.get(), 64, 10s);
        // What was not read makes the end a reset (unix(7)).
        EXPECT_TRUE(!end || end->bytes.empty());
        EXPECT_EQ(screen.wait(), 0);
    }
}

TEST(ScreenTest, headlessStartsServesAndEnds) {
    ScreenProcess screen("--control-fd", {"--kind", "headless", "--size", "700x500"});
    const auto ready = nextEvent(screen.socket.get());
    ASSERT_EQ(ready.event, FromScreen::Ready);
    ASSERT_GE(ready.displayNumber, 0);

    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    const UniqueFd channel(ends[0]);
    const ScreenRequest serve{kMagic, ToScreen::ServeChannel};
    ASSERT_TRUE(sendMessage(screen.socket.get(), std::as_bytes(std::span(&serve, 1)),
                            std::span(&ends[1], 1)));
    ::close(ends[1]);
    const auto passed = freshSocket();
    const auto answer = askToConnect(channel.get(), passed.get());
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->reply.status, ConnectStatus::Ok);
    // The first screen's size in the setup reply: after the fixed part, vendor and formats.
    const auto& setup = answer->setup;
    const std::size_t vendor = byteAt(setup, 24) | byteAt(setup, 25) << 8;
    const std::size_t at = 40 + ((vendor + 3) & ~std::size_t{3}) + 8 * byteAt(setup, 29);
    EXPECT_EQ(byteAt(setup, at + 20) | byteAt(setup, at + 21) << 8, 700U);
    EXPECT_EQ(byteAt(setup, at + 22) | byteAt(setup, at + 23) << 8, 500U);

    const ScreenRequest quit{kMagic, ToScreen::Quit};
    ASSERT_TRUE(sendMessage(screen.socket.get(), std::as_bytes(std::span(&quit, 1))));
    EXPECT_EQ(screen.wait(), 0);
    const auto path = "/tmp/.X11-unix/X" + std::to_string(ready.displayNumber);
    EXPECT_FALSE(std::filesystem::exists(path)) << "the server has ended";
}

TEST(ScreenTest, outlivesItsHelperAndTakesTheNext) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("entracte-screen-test." + std::to_string(::getpid()));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    UniqueFd helpers(::socket(AF_UNIX, SOCK_SEQPACKET, 0)); // inherited by the screen
    ASSERT_EQ(::bind(helpers.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ScreenProcess screen("--control-fd",
                         {"--kind", "headless", "--helper-fd", std::to_string(helpers.get())});
    helpers.reset();
    const auto first = nextEvent(screen.socket.get());
    ASSERT_EQ(first.event, FromScreen::Ready);
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    const UniqueFd channel(ends[0]);
    const ScreenRequest serve{kMagic, ToScreen::ServeChannel};
    ASSERT_TRUE(sendMessage(screen.socket.get(), std::as_bytes(std::span(&serve, 1)),
                            std::span(&ends[1], 1)));
    ::close(ends[1]);

    screen.socket.reset(); // the helper dies
    const auto between = freshSocket();
    const auto answer = askToConnect(channel.get(), between.get());
    ASSERT_TRUE(answer) << "the session is served meanwhile";
    EXPECT_EQ(answer->reply.status, ConnectStatus::Ok);
    const UniqueFd next(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(next.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::filesystem::remove(path);
    const auto again = nextEvent(next.get());
    EXPECT_EQ(again.event, FromScreen::Ready);
    EXPECT_EQ(again.displayNumber, first.displayNumber);
    expectServerAnswers(between.get());
    const ScreenRequest quit{kMagic, ToScreen::Quit};
    ASSERT_TRUE(sendMessage(next.get(), std::as_bytes(std::span(&quit, 1))));
    EXPECT_EQ(screen.wait(), 0);
}

TEST(ScreenTest, windowShowsItselfOnTheDisplayOfThePerson) {
    TestServer server;
    ScreenProcess screen("--control-fd", {"--kind", "window", "--size", "400x300", "--display",
                                          server.display(), "--xauthority", server.cookieFile()});
    const auto ready = nextEvent(screen.socket.get());
    ASSERT_EQ(ready.event, FromScreen::Ready);
    EXPECT_NE(ready.displayNumber, server.number());
    // Its parent's end is its own.
    server.kill();
    EXPECT_EQ(nextEvent(screen.socket.get()).event, FromScreen::ServerGone);
}

TEST(ScreenTest, startedServerDiesWithACrashedScreen) {
    std::string folder = "/tmp/entracte-screen-test.XXXXXX"; // which a killed one cannot remove
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    ScreenProcess screen("--control-fd", {"--kind", "headless", "--directory", folder});
    const auto ready = nextEvent(screen.socket.get());
    ASSERT_EQ(ready.event, FromScreen::Ready);
    screen.crash();
    EXPECT_GT(std::filesystem::remove_all(folder), 1u) << "it keeps its files where it was told";
    const std::string path = "/tmp/.X11-unix/X" + std::to_string(ready.displayNumber);
    for (int i = 0; i < 100 && std::filesystem::exists(path); ++i)
        ::usleep(50000);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ScreenTest, tellsThatTheServerWasKilled) {
    TestServer server;
    ScreenProcess screen("--control-fd", hostArguments(server.display(), server.cookieFile()));
    const auto ready = nextEvent(screen.socket.get());
    ASSERT_EQ(ready.event, FromScreen::Ready);
    EXPECT_EQ(ready.displayNumber, server.number());
    server.kill();
    EXPECT_EQ(nextEvent(screen.socket.get()).event, FromScreen::ServerGone);
    EXPECT_NE(screen.wait(), 0);
}

TEST(ScreenTest, failuresSayWhy) {
    ScreenProcess nobody("--control-fd", hostArguments(":59000", "/nonexistent"));
    auto event = nextEvent(nobody.socket.get());
    EXPECT_EQ(event.event, FromScreen::Failed);
    EXPECT_EQ(event.reason, ScreenFailure::Unreachable);

    TestServer server;
    ScreenProcess stranger("--control-fd", hostArguments(server.display(), "/nonexistent"));
    event = nextEvent(stranger.socket.get());
    EXPECT_EQ(event.event, FromScreen::Failed);
    EXPECT_EQ(event.reason, ScreenFailure::Refused);

    ScreenProcess nowhere("--control-fd",
                          {"--kind", "window", "--display", ":59000", "--size", "400x300"});
    event = nextEvent(nowhere.socket.get());
    EXPECT_EQ(event.event, FromScreen::Failed);
    EXPECT_EQ(event.reason, ScreenFailure::ServerFailed);
}

} // namespace
} // namespace entracte::screen
