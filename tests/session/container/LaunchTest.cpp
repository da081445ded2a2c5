#include "tests/session/container/ContainerFixture.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <sstream>

namespace entracte {
namespace {

using testing::HasSubstr;
using testing::Not;

class LaunchTest : public ContainerFixture {
protected:
    std::string ofInit(const std::string& file) const {
        return read("/proc/" + std::to_string(m_container.init) + "/" + file);
    }
    static std::string field(const std::string& status, const std::string& name) {
        std::istringstream lines(status);
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(name + ":\t"))
                return line.substr(name.size() + 2);
        return "(absent)";
    }
    static bool sameNamespace(pid_t init, const char* name) {
        struct stat theirs {
        }, ours{};
        return ::stat(("/proc/" + std::to_string(init) + "/ns/" + name).c_str(), &theirs) == 0 &&
               ::stat(("/proc/self/ns/" + std::string(name)).c_str(), &ours) == 0 &&
               theirs.st_ino == ours.st_ino;
    }
};

TEST_F(LaunchTest, runsAsThePersonWithoutPrivileges) {
    start();
    const std::string status = ofInit("status");
    const std::string uid = std::to_string(m_spec.person.uid);
    const std::string gid = std::to_string(m_spec.person.gid);
    EXPECT_EQ(field(status, "Uid"), uid + "\t" + uid + "\t" + uid + "\t" + uid);
    EXPECT_EQ(field(status, "Gid"), gid + "\t" + gid + "\t" + gid + "\t" + gid);
    EXPECT_EQ(field(status, "Groups"), gid + " ");
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
        EXPECT_EQ(field(status, set), "0000000000000000") << set;
    EXPECT_EQ(field(status, "NoNewPrivs"), "1");
    EXPECT_EQ(field(status, "Seccomp"), "2");
    EXPECT_THAT(field(status, "NSpid"), HasSubstr("\t1"));
    EXPECT_THAT(field(status, "NSsid"), HasSubstr("\t1"));
    // A program that it starts has no more.
    EXPECT_THAT(run("grep -h -e CapEff -e NoNewPrivs /proc/self/status").text,
                HasSubstr("CapEff:\t0000000000000000\nNoNewPrivs:\t1"));
}

TEST_F(LaunchTest, hasNamespacesOfItsOwn) {
    start();
    for (const char* name : {"user", "pid", "mnt", "ipc", "uts", "net", "time"})
        EXPECT_FALSE(sameNamespace(m_container.init, name)) << name;
    std::istringstream map(ofInit("uid_map"));
    std::uint64_t first = 1, outside = 1, count = 0;
    map >> first >> outside >> count;
    EXPECT_EQ(first, 0u);
    EXPECT_EQ(outside, 0u);
    EXPECT_EQ(count, 4294967295u);
    EXPECT_EQ(run("cat /proc/sys/user/max_user_namespaces").text, "0\n");
}

TEST_F(LaunchTest, offersNothingThatCannotBeSaved) {
    const auto probe = m_spec.person.home + "/probe";
    std::filesystem::copy_file(
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "container_probe", probe);
    start();
    EXPECT_EQ(run("./probe").text, "io_uring_setup: ENOSYS\n"
                                   "userfaultfd: ENOSYS\n"
                                   "perf_event_open: EPERM\n"
                                   "bpf: EPERM\n"
                                   "keyctl: ENOSYS\n"
                                   "memfd_secret: ENOSYS\n"
                                   "mq_open: ENOSYS\n"
                                   "clone3: ENOSYS\n"
                                   "unshare user: EPERM\n"
                                   "unshare ipc: EPERM\n"
                                   "unshare time: EPERM\n"
                                   "unshare files: done\n"
                                   "clone user: EPERM\n"
                                   "clone pid: EPERM\n"
                                   "clone: done\n"
                                   "setns: EPERM\n"
                                   "mount: EPERM\n"
                                   "fsopen: EPERM\n"
                                   "socket alg: EAFNOSUPPORT\n"
                                   "socket vsock: EAFNOSUPPORT\n"
                                   "socket unix: done\n"
                                   "socket inet6: done\n"
                                   "memfd_create: done\n");
}

TEST_F(LaunchTest, inheritsNothingFromTheHelper) {
    const auto secret = m_base / "secret";
    write(secret, "x");
    const UniqueFd open(::open(secret.c_str(), O_RDONLY)); // not close-on-exec, on purpose
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    ::signal(SIGUSR2, SIG_IGN);
    ::setenv("ENTRACTE_HELPERS_OWN", "1", 1);
    start();
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGUSR2, SIG_DFL);
    ::unsetenv("ENTRACTE_HELPERS_OWN");
    run("true"); // its services have been started now

    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(m_container.init) + "/fd")) {
        std::error_code gone; // PID 1 is at work: what it had open may be closed by now
        const std::string target = std::filesystem::read_symlink(entry.path(), gone);
        if (gone == std::errc::no_such_file_or_directory) {
            continue;
        }
        EXPECT_TRUE(target == "/dev/null" || target == "/run/entracte/log/1" ||
                    target == "/dev/pts/ptmx" || // keeps the terminal's number 0
                    target == "anon_inode:[signalfd]" || target.starts_with("socket:"))
            << entry.path() << " is " << target;
    }
    EXPECT_EQ(field(ofInit("status"), "SigIgn"), "0000000000000000");
    const std::string program = run("grep -h -e SigBlk -e SigIgn /proc/self/status; env").text;
    EXPECT_THAT(program, HasSubstr("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"));
    EXPECT_THAT(program, Not(HasSubstr("ENTRACTE_HELPERS_OWN")));
    EXPECT_THAT(program, HasSubstr("HOME=" + m_spec.person.home + "\n"));
    EXPECT_THAT(program, HasSubstr("DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/"));
}

TEST_F(LaunchTest, passesTheSessionsEnvironmentButNotTheDesktops) {
    m_spec.environment = {{"LANG", "de_DE.UTF-8"},
                          {"WAYLAND_DISPLAY", "wayland-0"},
                          {"DBUS_SESSION_BUS_ADDRESS", "unix:path=/outside"},
                          {"HOME", "/root"},
                          {"QT_QPA_PLATFORM", "wayland"}};
    start();
    const std::string environment = run("env").text;
    EXPECT_THAT(environment, HasSubstr("LANG=de_DE.UTF-8\n"));
    EXPECT_THAT(environment, HasSubstr("HOME=" + m_spec.person.home + "\n"));
    EXPECT_THAT(environment, HasSubstr("QT_QPA_PLATFORM=xcb\n"));
    EXPECT_THAT(environment, HasSubstr("MOZ_ENABLE_WAYLAND=0\n"));
    EXPECT_THAT(environment, Not(HasSubstr("WAYLAND_DISPLAY")));
    EXPECT_THAT(environment, Not(HasSubstr("/outside")));
}

TEST_F(LaunchTest, hasABusAndALoopbackNetwork) {
    start();
    EXPECT_THAT(run("dbus-send --session --print-reply --dest=org.freedesktop.DBus / "
                    "org.freedesktop.DBus.GetId")
                    .text,
                HasSubstr("string \""));
    EXPECT_THAT(run("cat /proc/net/fib_trie").text, HasSubstr("127.0.0.1"));
    EXPECT_EQ(run("ls /proc/sys/net/ipv4/conf | sort | tr '\\n' ' '").text, "all default lo ");
}

TEST_F(LaunchTest, mountsNothingThatGrantsPrivilege) {
    m_spec.sharedFolders = {{m_spec.person.home, false}};
    start();
    std::istringstream mounts(ofInit("mountinfo"));
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string skip, device, place, options;
        fields >> skip >> skip >> device >> skip >> place >> options;
        EXPECT_THAT(options, HasSubstr("nosuid")) << line;
        const bool isNode = place.starts_with("/dev/");
        EXPECT_TRUE(isNode || options.find("nodev") != std::string::npos) << line;
        EXPECT_THAT(line, Not(HasSubstr(" tmpfs "))) << line;
    }
}

TEST_F(LaunchTest, isApartFromAHostWhoseMountsAreShared) {
    // As systemd sets a host up; in a mount namespace of our own.
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child != 0) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
        return;
    }
    EXPECT_EQ(::unshare(CLONE_NEWNS), 0);
    EXPECT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    EXPECT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr), 0);
    m_spec.sharedFolders = {{m_spec.person.home, false}};
    start();
    const std::string mounts = ofInit("mountinfo");
    EXPECT_THAT(mounts, HasSubstr(" / / "));
    EXPECT_THAT(mounts, Not(HasSubstr("master:")));
    EXPECT_THAT(mounts, Not(HasSubstr("shared:")));
    end();
    ::_exit(HasFailure() ? 1 : 0);
}

TEST_F(LaunchTest, refusesRoot) {
    m_spec.person.uid = 0;
    const auto launched = launch(m_spec);
    ASSERT_FALSE(launched);
    EXPECT_EQ(launched.error().code(), ErrorCode::InvalidArgument);
}

TEST_F(LaunchTest, tellsWhatFailedInTheChildAndLeavesNothing) {
    ASSERT_TRUE(prepareLayer(m_spec, m_state));
    std::filesystem::remove(m_spec.layer / "upper/root/usr/lib/entracte/entracte-session");
    ASSERT_TRUE(mountRoot(m_spec));
    const auto launched = launch(m_spec);
    ASSERT_FALSE(launched);
    EXPECT_THAT(launched.error().detail(),
                HasSubstr("first process could not be started: No such file"));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left behind";
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(LaunchTest, killEndsEveryProcessOfTheSession) {
    start();
    // Away from its parent and its session: only the pid namespace still holds it.
    ASSERT_EQ(run("setsid sleep 4321 >/dev/null 2>&1 </dev/null &").status, 0);
    const std::string mine =
        std::filesystem::read_symlink("/proc/" + std::to_string(m_container.init) + "/ns/pid");
    const auto processes = [&] {
        int count = 0;
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator("/proc"))
            if (std::filesystem::read_symlink(entry.path() / "ns/pid", ignored) == mine)
                ++count;
        return count;
    };
    EXPECT_GE(processes(), 3); // PID 1, the bus, the orphan
    ASSERT_TRUE(killContainer(m_container));
    EXPECT_EQ(processes(), 0);
    EXPECT_TRUE(killContainer(m_container)) << "a second time is no error";
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "nobody was reaped";
}

} // namespace
} // namespace entracte
