// What comes over a connection after its owner was frozen: kept, and given to whoever comes next.

#include "session/engine/HeldInput.h"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

namespace entracte {

namespace {

struct Connection {
    Connection() {
        int pair[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        server.reset(pair[0]);
        program.reset(pair[1]);
        struct stat info {};
        EXPECT_EQ(::fstat(pair[1], &info), 0);
        inode = info.st_ino;
    }
    bool say(const std::string& text) const {
        return ::send(server.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }
    UniqueFd server, program;
    std::uint64_t inode = 0;
};

std::string readAll(int socket) {
    std::string all;
    char buffer[1024];
    for (ssize_t got = 0; (got = ::read(socket, buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(got));
    return all;
}

TEST(HeldInputTest, keepsWhatComesAfterTheProgramsEndAndClosesThen) {
    Connection connection;
    HeldInput held(::getpid(), {connection.inode, 1});
    ASSERT_TRUE(connection.say("one "));
    connection.program.reset();
    ASSERT_TRUE(connection.say("two")) << "it was closed with the program";
    const Input input = held.take();
    ASSERT_TRUE(input.contains(connection.inode));
    EXPECT_EQ(input.at(connection.inode), "one two");
    EXPECT_FALSE(connection.say("three")) << "said to nobody, and not told";
}

// A server that wrote until nothing more went has the rest in its own memory.
TEST(HeldInputTest, waitsForWhatTheServerItselfQueues) {
    Connection connection;
    HeldInput held(::getpid(), {connection.inode});
    const std::string event(32, 'e');
    std::size_t queued = 0;
    while (::send(connection.server.get(), event.data(), event.size(), MSG_DONTWAIT) > 0)
        queued += event.size();
    constexpr int kMore = 500;
    std::thread server([&] {
        for (int i = 0; i < kMore; ++i)
            EXPECT_TRUE(connection.say(event)); // which waits for room
    });
    EXPECT_EQ(held.take().at(connection.inode).size(), queued + kMore * event.size());
    server.join();
}

// As an X server says to everybody who asked for it that the windows of one who left are gone.
TEST(HeldInputTest, tellsNoConnectionOfTheEndOfAnother) {
    const Connection first, second;
    HeldInput held(::getpid(), {first.inode, second.inode});
    const auto tellOf = [](const Connection& one, const Connection& other) {
        return std::thread([&one, &other] {
            pollfd ended{one.server.get(), 0, 0};
            while (::poll(&ended, 1, -1) != 1 || (ended.revents & POLLHUP) == 0) {
            }
            static_cast<void>(other.say("gone"));
        });
    };
    std::thread ofTheFirst = tellOf(first, second), ofTheSecond = tellOf(second, first);
    const Input input = held.take();
    ofTheFirst.join();
    ofTheSecond.join();
    EXPECT_EQ(input.at(first.inode), "");
    EXPECT_EQ(input.at(second.inode), "");
}

TEST(HeldInputTest, leavesTheConnectionAloneWhenItIsNotAsked) {
    const Connection connection;
    static_cast<void>(HeldInput(::getpid(), {connection.inode}));
    ASSERT_TRUE(connection.say("one"));
    char byte = 0;
    EXPECT_EQ(::read(connection.program.get(), &byte, 1), 1);
}

TEST(HeldInputTest, comesThroughASnapshot) {
    const auto through = [](const Input& input) {
        return inputFromJson({{"input", inputToJson(input)}});
    };
    const auto read = through({{7, std::string("\0key", 4)}, {8, ""}});
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (Input{{7, std::string("\0key", 4)}}));
    EXPECT_TRUE(inputFromJson(nlohmann::json::object())->empty()) << "an older snapshot";
    for (const char* wrong : {"7", "[]", "{\"a\":\"aGk=\"}", "{\"7\":7}", "{\"7\":\"?\"}"})
        EXPECT_FALSE(inputFromJson({{"input", nlohmann::json::parse(wrong)}})) << wrong;
    EXPECT_FALSE(through({{7, std::string(200'000, 'x')}})) << "more than is queued";
}

TEST(HeldInputTest, isReadToTheEndFromAnEndedConnection) {
    const std::string much(120'000, 'k');
    const auto connection = endedConnection(much);
    ASSERT_TRUE(connection);
    EXPECT_EQ(readAll(connection->get()), much);
    EXPECT_EQ(readAll(endedConnection({})->get()), "");
}

} // namespace

} // namespace entracte
