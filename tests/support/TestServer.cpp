#include "tests/support/TestServer.h"

#include "session/screen/Connector.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace entracte::test {

namespace {

// The calling process's own clock, from now on; without privileges there is none.
void setClockAhead(int seconds) {
    if (::unshare(CLONE_NEWTIME) != 0)
        return;
    const std::string offset = "monotonic " + std::to_string(seconds) + " 0";
    const UniqueFd offsets(::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC));
    const UniqueFd clock(::open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC));
    if (::write(offsets.get(), offset.data(), offset.size()) < 0 ||
        ::setns(clock.get(), CLONE_NEWTIME) != 0)
        ::_exit(126);
}

} // namespace

TestServer::TestServer(const std::vector<std::string>& options, int clockAhead)
    : m_clockAhead(clockAhead) {
    std::string pattern = "/tmp/entracte-test-server.XXXXXX";
    m_directory = ::mkdtemp(pattern.data());
    m_cookieFile = m_directory / "cookie";
    if (!screen::createCookieFile(m_cookieFile))
        ADD_FAILURE() << "no cookie file";
    for (int attempt = 0; attempt < 5; ++attempt)
        if (start(options))
            return;
    ADD_FAILURE() << "Xvfb did not start";
}

bool TestServer::start(const std::vector<std::string>& options) {
    int number[2];
    EXPECT_EQ(::pipe(number), 0);
    std::vector<std::string> arguments{"Xvfb",       "-screen",
                                       "0",          "640x480x24",
                                       "-displayfd", std::to_string(number[1]),
                                       "-auth",      m_cookieFile.string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    m_pid = ::fork();
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(number[0]);
        if (m_clockAhead != 0)
            setClockAhead(m_clockAhead);
        ::dup2(::open("/dev/null", O_RDWR), STDERR_FILENO);
        std::vector<char*> argv;
        for (auto& argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(number[1]);
    std::string text;
    char c = 0;
    while (::read(number[0], &c, 1) == 1 && c != '\n')
        text += c;
    ::close(number[0]);
    if (text.empty()) {
        ::waitpid(m_pid, nullptr, 0);
        m_pid = -1;
        return false;
    }
    m_number = std::stoi(text);
    return true;
}

bool TestServer::hasOwnClock() const {
    const auto clockOf = [](const std::string& process) {
        std::error_code none;
        return std::filesystem::read_symlink("/proc/" + process + "/ns/time", none);
    };
    return clockOf(std::to_string(m_pid)) != clockOf("self");
}

void TestServer::freeze() {
    int status = 0;
    ::kill(m_pid, SIGSTOP);
    ::waitpid(m_pid, &status, WUNTRACED);
}

void TestServer::kill() {
    if (m_pid < 0)
        return;
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
    m_pid = -1;
    // A killed server leaves this behind, in everybody's /tmp; unless another has taken it over.
    const std::string path = "/tmp/.X11-unix/X" + std::to_string(m_number);
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    if (screen::connectToPath(probe.get(), path, false, soon) == ECONNREFUSED)
        std::filesystem::remove(path);
}

TestServer::~TestServer() {
    kill();
    std::filesystem::remove_all(m_directory);
}

} // namespace entracte::test
