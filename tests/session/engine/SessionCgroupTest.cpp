// Sessions' groups in a real hierarchy of version 2, in a group of the test's own.

#include "session/engine/ControlGroups.h"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

namespace entracte {

namespace {

namespace fs = std::filesystem;

const SessionId kSession = "0123456789abcdef";
constexpr uid_t kOwner = 1234;
constexpr std::size_t kMemory = 24u << 20; // bytes that each program touches

std::string readText(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

bool writeText(const fs::path& path, const std::string& text) {
    std::ofstream out(path);
    out << text << std::flush;
    return static_cast<bool>(out);
}

// Ends with the test.
class Program {
public:
    explicit Program(const fs::path& group) {
        int ready[2];
        if (::pipe(ready) != 0)
            return;
        m_pid = ::fork();
        if (m_pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            std::uint8_t begun = writeText(group / "cgroup.procs", "0") ? 1 : 0;
            void* const memory = ::mmap(nullptr, kMemory, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (memory == MAP_FAILED)
                ::_exit(1);
            for (std::size_t at = 0; at < kMemory; at += 4096)
                static_cast<volatile char*>(memory)[at] = 1;
            [[maybe_unused]] const ssize_t told = ::write(ready[1], &begun, 1);
            for (;;)
                ::pause();
        }
        std::uint8_t begun = 0;
        m_entered = ::read(ready[0], &begun, 1) == 1 && begun == 1;
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~Program() { end(); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void end() {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        m_pid = -1;
    }
    bool entered() const { return m_entered; }
    pid_t pid() const { return m_pid; }
    // In the hierarchy of version 2.
    std::string group() const {
        std::istringstream in(readText("/proc/" + std::to_string(m_pid) + "/cgroup"));
        for (std::string line; std::getline(in, line);)
            if (line.starts_with("0::"))
                return line.substr(3);
        return {};
    }
    bool runs() const { return m_pid > 0 && ::waitpid(m_pid, nullptr, WNOHANG) == 0; }

private:
    pid_t m_pid = -1;
    bool m_entered = false;
};

// As systemd has it: the helper's service and the one that keeps sessions, side by side.
class SessionCgroupTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root: control groups";
        std::string pattern = "/tmp/entracte-cgroup-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        m_top = pattern;
        const fs::path mount = m_top / "groups";
        fs::create_directories(mount);
        fs::create_directory(m_top / "run");
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("cgroup2", mount.c_str(), "cgroup2", 0, nullptr) != 0)
            GTEST_SKIP() << "no hierarchy of version 2 can be mounted here";
        m_mounts = "30 1 0:26 / " + mount.string() + " rw - cgroup2 cgroup2 rw\n";
        m_name = "entracte-test-" + std::to_string(::getpid());
        m_group = mount / m_name;
        if (!fs::create_directory(m_group))
            GTEST_SKIP() << "no group can be made here";
        for (const std::string controller : {"memory", "pids", "cpu"}) {
            writeText(mount / "cgroup.subtree_control", '+' + controller);
            writeText(m_group / "cgroup.subtree_control", '+' + controller);
        }
        fs::create_directory(helpers());
        fs::create_directory(keeper());
    }
    void TearDown() override {
        if (m_group.empty())
            return;
        for (const fs::path& group : {folder(), folder().parent_path(), keeper() / kKeeperGroup,
                                      keeper(), helpers(), m_group})
            EXPECT_TRUE(removed(group)) << group;
        ::umount2((m_top / "groups").c_str(), MNT_DETACH);
        fs::remove_all(m_top);
    }
    // A process that ended may be in it for a moment still.
    static bool removed(const fs::path& group) {
        std::error_code error;
        for (int round = 0; round < 100; ++round) {
            if (!fs::exists(group) || fs::remove(group, error))
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    }
    fs::path helpers() const { return m_group / "entracted.service"; }
    fs::path keeper() const { return m_group / ControlGroups::kService; }
    bool has(const std::string& controller) const {
        return readText(keeper() / "cgroup.controllers").find(controller) != std::string::npos;
    }
    // Of a helper that begins in the service's group.
    SessionCgroup session(const SessionLimits& together = {}) const {
        ControlGroups groups;
        groups.limitPeople(together);
        groups.find(m_top / "run", "0::/" + m_name + "/entracted.service\n", m_mounts);
        return groups.of(kSession, kOwner);
    }
    std::string expectedGroup() const {
        return "/" + m_name + "/" + ControlGroups::kService + "/" +
               folder().lexically_relative(keeper()).string();
    }
    fs::path folder() const {
        return keeper() / (kPersonPrefix + std::to_string(kOwner)) / (kGroupPrefix + kSession);
    }

    fs::path m_top;
    fs::path m_group;
    std::string m_name;
    std::string m_mounts;
};

TEST_F(SessionCgroupTest, isTheSameForEachHelperAndLeavesNothing) {
    Program sleeper(keeper()); // what the unit runs, so that its group is there
    ASSERT_TRUE(sleeper.entered());
    Program program(helpers());
    ASSERT_TRUE(program.entered());
    ASSERT_TRUE(session().available());
    for (int helper = 0; helper < 3; ++helper) {
        const auto entered = session().enter(program.pid());
        ASSERT_TRUE(entered) << entered.error().forLog();
        EXPECT_EQ(program.group(), expectedGroup());
        // systemd starts the next helper in its own group, where processes must be allowed.
        EXPECT_TRUE(Program(helpers()).entered());
    }
    // As a session that comes back.
    ASSERT_TRUE(session().make());
    const auto doors = session().doors();
    ASSERT_TRUE(doors) << doors.error().forLog();
    EXPECT_EQ(doors->size(), 1u);
    program.end();
    session().remove();
    EXPECT_FALSE(fs::exists(folder().parent_path()));
}

TEST_F(SessionCgroupTest, countsAndLimitsWhatASessionUses) {
    if (!has("memory") || !has("pids") || !has("cpu"))
        GTEST_SKIP() << "the kernel's controllers are not in version 2 here";
    Program sleeper(keeper());
    ASSERT_TRUE(session().make());
    Program program(folder());
    ASSERT_TRUE(program.entered());
    const SessionUsage usage = session().usage();
    EXPECT_GE(usage.memoryBytes, kMemory);
    EXPECT_LT(usage.memoryBytes, 4 * kMemory);
    EXPECT_GT(usage.cpuMicros, 0u);
    EXPECT_EQ(usage.processes, 1u);
    const auto limited = session().limit({3 * kMemory, 150, 20});
    ASSERT_TRUE(limited) << limited.error().forLog();
    EXPECT_EQ(readText(folder() / "memory.max"), std::to_string(3 * kMemory) + "\n");
    EXPECT_EQ(readText(folder() / "cpu.max"), "150000 100000\n");
    EXPECT_EQ(readText(folder() / "pids.max"), "20\n");
    ASSERT_TRUE(session().limit({}));
    EXPECT_EQ(readText(folder() / "memory.max"), "max\n");
    EXPECT_EQ(readText(folder() / "cpu.max"), "max 100000\n");
    EXPECT_EQ(readText(folder() / "pids.max"), "max\n");
    program.end();
    session().remove();
    EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(SessionCgroupTest, holdsAPersonsSessionsToWhatTheyMayUseTogether) {
    if (!has("memory") || !has("pids"))
        GTEST_SKIP() << "the kernel's controllers are not in version 2 here";
    Program sleeper(keeper());
    ASSERT_TRUE(session({3 * kMemory, 0, 20}).make());
    const fs::path together = folder().parent_path();
    EXPECT_EQ(readText(together / "memory.max"), std::to_string(3 * kMemory) + "\n");
    EXPECT_EQ(readText(together / "pids.max"), "20\n");
    EXPECT_EQ(readText(folder() / "pids.max"), "max\n");
    Program program(folder());
    ASSERT_TRUE(program.entered());
    EXPECT_EQ(readText(together / "pids.current"), "1\n");
    ASSERT_TRUE(session({}).make()); // of a helper that begins without limits
    EXPECT_EQ(readText(together / "memory.max"), "max\n");
    program.end();
    session().remove();
}

TEST_F(SessionCgroupTest, takesOverWhereTheGroupLayBefore) {
    Program sleeper(keeper());
    const fs::path before = keeper() / (kGroupPrefix + kSession);
    ASSERT_TRUE(session().make());
    ASSERT_TRUE(fs::create_directory(before));
    Program program(before);
    ASSERT_TRUE(program.entered());
    ASSERT_TRUE(session().enter(program.pid()));
    EXPECT_EQ(program.group(), expectedGroup());
    program.end();
    session().remove();
    EXPECT_FALSE(fs::exists(before));
    EXPECT_FALSE(fs::exists(folder().parent_path()));
}

TEST_F(SessionCgroupTest, refusesLessMemoryThanIsUsedInsteadOfKillingPrograms) {
    if (!has("memory"))
        GTEST_SKIP() << "the memory controller is not in version 2 here";
    if (readText("/proc/swaps").find("\n/") != std::string::npos)
        GTEST_SKIP() << "there is swap, which takes what is too much";
    ASSERT_TRUE(session().make());
    Program program(folder());
    const auto limited = session().limit({kMemory / 4, 0, 0});
    ASSERT_FALSE(limited);
    EXPECT_EQ(limited.error().code(), ErrorCode::InvalidArgument);
    EXPECT_TRUE(program.runs());
    EXPECT_EQ(readText(folder() / "memory.max"), "max\n");
    program.end();
    session().remove();
}

} // namespace

} // namespace entracte
