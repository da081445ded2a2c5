// Children are started with what was named and nothing else, and never outlive their owner.

#include "session/base/Subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

using namespace entracte;
using namespace std::chrono_literals;

namespace {

SubprocessSpec shell(const std::string& script) {
    SubprocessSpec spec;
    spec.command = {"/bin/sh", "-c", script};
    return spec;
}

TEST(SubprocessTest, capturesOutputErrorsAndStatus) {
    const auto done = runToEnd(shell("echo out; echo err >&2; exit 7"), 5s);
    ASSERT_TRUE(done) << done.error().forLog();
    EXPECT_EQ(done->output, "out\n");
    EXPECT_EQ(done->errors, "err\n");
    EXPECT_EQ(done->status.code, 7);
    EXPECT_FALSE(done->status.success());
    EXPECT_EQ(done->status.inWords(), "ended with status 7");
}

TEST(SubprocessTest, givesInput) {
    const auto done = runToEnd(shell("tr a-z A-Z"), 5s, "hello");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, "HELLO");
}

TEST(SubprocessTest, hidesOurEnvironmentAndDescriptors) {
    ::setenv("ENTRACTE_TEST_SECRET", "leaked", 1);
    const UniqueFd inheritable(::open("/dev/null", O_RDONLY)); // not close-on-exec, on purpose
    const auto done = runToEnd(shell("env; ls /proc/self/fd"), 5s);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output.find("leaked"), std::string::npos);
    const auto fds = done->output.substr(done->output.find("\n0\n"));
    EXPECT_EQ(fds, "\n0\n1\n2\n3\n"); // 3 is the directory that ls reads
}

TEST(SubprocessTest, mapsDescriptorsAcrossEachOther) {
    int a[2];
    int b[2];
    ASSERT_EQ(::pipe2(a, O_CLOEXEC | O_NONBLOCK), 0);
    ASSERT_EQ(::pipe2(b, O_CLOEXEC | O_NONBLOCK), 0);
    const UniqueFd aReader(a[0]), aWriter(a[1]), bReader(b[0]), bWriter(b[1]);
    auto spec = shell("echo for-a >&9; echo for-b >&8");
    // Each target number is the other's source: a naive dup2 in order would lose one.
    const UniqueFd nine(::fcntl(bWriter.get(), F_DUPFD_CLOEXEC, 9));
    const UniqueFd eight(::fcntl(aWriter.get(), F_DUPFD_CLOEXEC, 8));
    spec.fds = {{eight.get(), 9}, {nine.get(), 8}};
    const auto done = runToEnd(spec, 5s);
    ASSERT_TRUE(done);
    char text[32] = {};
    EXPECT_EQ(::read(aReader.get(), text, sizeof text), 6);
    EXPECT_STREQ(text, "for-a\n");
    EXPECT_EQ(::read(bReader.get(), text, sizeof text), 6);
    EXPECT_STREQ(text, "for-b\n");
}

TEST(SubprocessTest, namesAMissingProgram) {
    SubprocessSpec spec;
    spec.command = {"/nonexistent/program"};
    const auto child = Subprocess::start(spec);
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code(), ErrorCode::NotFound);
    EXPECT_NE(child.error().sentence().find("/nonexistent/program"), std::string::npos);
}

TEST(SubprocessTest, refusesARelativePath) {
    SubprocessSpec spec;
    spec.command = {"sh"};
    EXPECT_FALSE(Subprocess::start(spec));
}

TEST(SubprocessTest, losesOutputBeyondTheLimitWithoutBlocking) {
    auto spec = shell("yes | head -c 1000000; exit 3");
    spec.captureLimit = 4096;
    const auto done = runToEnd(spec, 5s);
    ASSERT_TRUE(done) << done.error().forLog();
    EXPECT_EQ(done->output.size(), 4096U);
    EXPECT_EQ(done->status.code, 3);
}

TEST(SubprocessTest, killsWhatTakesTooLongWithItsChildren) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    UniqueFd reader(ends[0]), writer(ends[1]);
    auto spec = shell("sleep 100 & wait");
    spec.fds = {{writer.get(), 5}};
    const auto done = runToEnd(spec, 200ms);
    writer.reset();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::TimedOut);
    pollfd poller{reader.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&poller, 1, 2000), 1); // end of file: nobody holds the other end
}

TEST(SubprocessTest, terminateTellsOfTheSignal) {
    auto child = Subprocess::start(shell("exec sleep 100"));
    ASSERT_TRUE(child);
    child->terminate(5s);
    const auto status = child->wait(0ms);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->signal, SIGTERM);
    EXPECT_EQ(status->inWords(), "was ended by signal 15 (Terminated)");
}

TEST(SubprocessTest, resetsIgnoredSignals) {
    // 33 is glibc's own, which its signal(3) refuses to change; a launcher may have ignored it
    // nevertheless.
    const unsigned long ignore[4] = {1};
    ::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(::syscall(SYS_rt_sigaction, 33, ignore, nullptr, 8), 0);
    const auto done = runToEnd(shell("grep SigIgn /proc/self/status"), 5s);
    ::signal(SIGPIPE, SIG_DFL);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, "SigIgn:\t0000000000000000\n");
}

TEST(SubprocessTest, runsAsSomebodyElse) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root to become another user";
    auto spec = shell("id -u; id -g; id -G");
    spec.credentials = Credentials{65534, 65534, {}};
    const auto done = runToEnd(spec, 5s);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, "65534\n65534\n65534\n");
}

} // namespace
