// The programs that parse what a session or a stranger shaped: what they can still do at the moment
// when they wait for the first byte.

#include "session/base/Companion.h"
#include "session/base/Subprocess.h"
#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace entracte {
namespace {

class ConfinedProgramsTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "only root's programs have something to give up";
    }

    // With a standard input that says nothing, and a socket as descriptor 3.
    void start(std::vector<std::string> command) {
        command[0] = companionProgram(command[0]).string();
        int input[2];
        int socket[2];
        ASSERT_EQ(::pipe2(input, O_CLOEXEC), 0);
        for (const int end : input)
            m_ends.emplace_back(end);
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socket), 0);
        for (const int end : socket)
            m_ends.emplace_back(end);
        SubprocessSpec spec;
        spec.command = std::move(command);
        spec.standardInput = input[0];
        spec.fds = {{socket[0], 3}};
        auto program = Subprocess::start(spec);
        ASSERT_TRUE(program) << program.error().sentence();
        m_program.emplace(std::move(*program));
    }

    std::string proc(const char* name) const {
        return "/proc/" + std::to_string(m_program->pid()) + "/" + name;
    }

    // "Name: value" of proc(5)'s status, once there is a filter; empty if the program has ended.
    std::map<std::string, std::string> confined() {
        while (!m_program->wait(std::chrono::milliseconds(1))) {
            std::map<std::string, std::string> lines;
            std::ifstream status(proc("status"));
            for (std::string name, value;
                 std::getline(status, name, ':') && std::getline(status, value);) {
                const std::size_t start = value.find_first_not_of(" \t");
                lines[name] = start == std::string::npos ? "" : value.substr(start);
            }
            if (lines["Seccomp"] == "2") // by filter
                return lines;
        }
        return {};
    }

    void expectNothingLeft() {
        auto lines = confined();
        ASSERT_FALSE(lines.empty()) << "it ended: " << m_program->errors();
        for (const char* who : {"Uid", "Gid"})
            EXPECT_EQ(lines[who], "65534\t65534\t65534\t65534") << who;
        EXPECT_EQ(lines["Groups"], "");
        EXPECT_EQ(lines["NoNewPrivs"], "1");
        for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"})
            EXPECT_EQ(lines[set], "0000000000000000") << set;
        expectLimit("Max core file size");
        expectLimit("Max processes");
    }

private:
    // Both of proc(5)'s limits of that name are 0.
    void expectLimit(const std::string& name) const {
        std::ifstream limits(proc("limits"));
        std::string line;
        while (std::getline(limits, line) && !line.starts_with(name))
            continue;
        std::istringstream values(line.substr(std::min(line.size(), name.size())));
        long soft = -1;
        long hard = -1;
        values >> soft >> hard;
        EXPECT_EQ(soft, 0) << line;
        EXPECT_EQ(hard, 0) << line;
    }

    std::optional<Subprocess> m_program;
    std::vector<UniqueFd> m_ends;
};

TEST_F(ConfinedProgramsTest, theReaderOfImages) {
    ASSERT_NO_FATAL_FAILURE(start({"entracte-criu-inspect", "sockets"}));
    expectNothingLeft();
}

TEST_F(ConfinedProgramsTest, theUnpackerOfImports) {
    ASSERT_NO_FATAL_FAILURE(start({"entracte-unpack", "1000", "1000", "1000"}));
    expectNothingLeft();
}

} // namespace
} // namespace entracte
