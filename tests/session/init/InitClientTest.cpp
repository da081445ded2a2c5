#include "session/init/InitClient.h"

#include "session/base/FdPassing.h"
#include "tests/session/container/ContainerFixture.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <thread>

namespace entracte {
namespace {

using namespace std::chrono_literals;

class InitClientTest : public ContainerFixture {
protected:
    InitClient connect() {
        auto client = InitClient::connect(m_container.init);
        EXPECT_TRUE(client) << client.error().forLog();
        return std::move(*client);
    }
    bool endsWithin(std::chrono::milliseconds limit) {
        pollfd poller{m_container.initPidfd.get(), POLLIN, 0};
        return ::poll(&poller, 1, static_cast<int>(limit.count())) == 1;
    }
};

TEST_F(InitClientTest, startsProgramsAndTellsHowTheyEnded) {
    start();
    auto client = connect();
    const auto sleeping = client.spawn({"sleep", "1000"}, {}, "/");
    ASSERT_TRUE(sleeping) << sleeping.error().forLog();
    const auto ending = client.spawn({"sh", "-c", "exit $CODE"}, {{"CODE", "7"}}, "/tmp");
    ASSERT_TRUE(ending);
    const auto events = client.waitEvents(0);
    ASSERT_TRUE(events);
    ASSERT_EQ(events->exits.size(), 1u);
    EXPECT_EQ(events->exits[0].serial, 1u);
    EXPECT_EQ(events->exits[0].pid, *ending);
    EXPECT_EQ(WEXITSTATUS(events->exits[0].waitStatus), 7);
    EXPECT_EQ(events->programs, 1u);
    ASSERT_EQ(run("kill -9 " + std::to_string(*sleeping)).status, 0);
    // Both have been reaped once no program is left.
    auto later = connect().events(1);
    for (int round = 0; round < 400 && later && later->programs != 0; ++round) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        later = connect().events(1);
    }
    ASSERT_TRUE(later);
    ASSERT_EQ(later->exits.size(), 2u);
    EXPECT_TRUE(std::any_of(later->exits.begin(), later->exits.end(), [&](const auto& exit) {
        return exit.pid == *sleeping && WTERMSIG(exit.waitStatus) == SIGKILL;
    }));
    EXPECT_EQ(later->programs, 0u);
}

TEST_F(InitClientTest, saysThatThereIsNoSuchProgram) {
    start();
    auto client = connect();
    for (const auto& [command, directory] :
         {std::pair{"no-such-program", "/"}, {"/no/such/program", "/"}, {"true", "/no/such"}}) {
        const auto pid = client.spawn({command}, {}, directory);
        ASSERT_FALSE(pid) << command;
        EXPECT_EQ(pid.error().code(), ErrorCode::NotFound);
    }
    EXPECT_EQ(client.spawn({}, {}, "/").error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(client.spawn({"true"}, {{"A=B", ""}}, "/").error().code(),
              ErrorCode::InvalidArgument);
    EXPECT_EQ(client.spawn({"true", std::string(300 * 1024, 'x')}, {}, "/").error().code(),
              ErrorCode::InvalidArgument);
    EXPECT_TRUE(client.spawn({"true"}, {}, "/")) << "the connection is still good";
}

TEST_F(InitClientTest, waitsNoLongerThanItPromises) {
    start();
    auto client = connect();
    const auto begin = std::chrono::steady_clock::now();
    const auto events = client.waitEvents(0);
    ASSERT_TRUE(events) << events.error().forLog();
    EXPECT_TRUE(events->exits.empty());
    const auto waited = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(waited, 9s);
    EXPECT_LE(waited, 15s);
}

TEST_F(InitClientTest, reapsOrphans) {
    start();
    run("for i in 1 2 3 4 5; do (sleep 0.05 &) ; done");
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(run("grep -l '^State:.Z' /proc/[0-9]*/status").text, "");
    EXPECT_EQ(connect().events(0)->exits.size(), 2u) << "orphans are not programs";
}

TEST_F(InitClientTest, endsTheSession) {
    start();
    auto client = connect();
    const auto stubborn =
        client.spawn({"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}, {}, "/");
    ASSERT_TRUE(stubborn);
    std::this_thread::sleep_for(100ms);
    ASSERT_TRUE(client.terminate(500ms));
    EXPECT_FALSE(client.spawn({"true"}, {}, "/")) << "a session that is ending starts nothing";
    EXPECT_FALSE(endsWithin(200ms)) << "a program that takes its time is given it";
    EXPECT_TRUE(endsWithin(5000ms));
}

TEST_F(InitClientTest, endsAtOnceWhenNothingIsLeft) {
    start();
    ASSERT_TRUE(connect().terminate(60000ms));
    EXPECT_TRUE(endsWithin(3000ms));
}

TEST_F(InitClientTest, givesAProgramAGroupOfItsOwn) {
    start();
    const auto other = spawn({"sleep", "1000"});
    EXPECT_EQ(run("kill -KILL 0").status, SIGKILL);
    EXPECT_EQ(run("kill -0 " + std::to_string(other)).status, 0) << "it killed another program";
}

TEST_F(InitClientTest, listensToNobodyInTheSession) {
    const auto program = std::filesystem::path(m_spec.person.home) / "ask.py";
    write(program, R"(
import socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/entracte/init")
try:
    s.send(struct.pack("=IIQ", 0x31494e45, 3, 0))
    print(len(s.recv(65536)))
except OSError as error:
    print("refused")
)");
    start();
    EXPECT_THAT(run("/usr/bin/python3 ask.py").text, testing::AnyOf("0\n", "refused\n"));
    EXPECT_EQ(run("echo alive").text, "alive\n");
}

TEST_F(InitClientTest, believesNoAnswerOfAnotherShape) {
    // A program of the session that took the place of PID 1's socket.
    const auto program = std::filesystem::path(m_spec.person.home) / "lie.py";
    write(program, R"(
import os, socket
os.rename("/run/entracte/init", "/run/entracte/init.old")
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind("/run/entracte/init")
s.listen(8)
answers = [b"x" * 10, b"\xff" * 1048, b"x" * 100000, b""]
print("ready", flush=True)
for answer in answers:
    c, _ = s.accept()
    c.recv(65536)
    if answer:
        c.send(answer)
    c.close()
)");
    start();
    const auto pid = spawn({"/usr/bin/python3", program});
    const auto log = inside("/run/entracte/log/" + std::to_string(pid));
    for (int i = 0; i < 500 && read(log) != "ready\n"; ++i)
        std::this_thread::sleep_for(10ms);
    for (int lie = 0; lie < 4; ++lie) {
        auto client = InitClient::connect(m_container.init);
        ASSERT_TRUE(client) << client.error().forLog();
        EXPECT_FALSE(client->events(0)) << lie;
    }
}

} // namespace
} // namespace entracte
