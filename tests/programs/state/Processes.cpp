// Processes: how they belong together, and what the kernel keeps for each.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <string>

namespace victim {
namespace {

// A child that runs `body` and then waits to be told that it may end; its end of a pipe.
struct Child {
    pid_t pid = 0;
    int told = -1; // what it writes
};

template <typename Body>
Child startChild(Scene& scene, Body body) {
    int ends[2];
    scene.must(::pipe(ends), "pipe");
    const pid_t pid = scene.must(::fork(), "fork");
    if (pid == 0) {
        ::close(ends[0]);
        body(ends[1]);
        ::pause();
        ::_exit(0);
    }
    ::close(ends[1]);
    return {pid, ends[0]};
}

pid_t toldPid(Scene& scene, int from) {
    pid_t pid = 0;
    scene.check(::read(from, &pid, sizeof pid) == sizeof pid, "the child said nothing");
    return pid;
}

void tell(int to, pid_t pid) {
    [[maybe_unused]] const ssize_t put = ::write(to, &pid, sizeof pid);
}

void sessionsAndGroups(Scene& scene) {
    const auto leader = startChild(scene, [](int to) {
        ::setsid();
        const pid_t member = ::fork();
        if (member == 0) {
            ::setpgid(0, 0);
            tell(to, ::getpid());
            ::pause();
            ::_exit(0);
        }
    });
    const pid_t member = toldPid(scene, leader.told);
    scene.wait();
    scene.check(::getsid(leader.pid) == leader.pid && ::getpgid(leader.pid) == leader.pid,
                "the leader leads no session");
    scene.check(::getsid(member) == leader.pid && ::getpgid(member) == member,
                "the member is in another session or group");
    ::kill(member, SIGKILL);
    ::kill(leader.pid, SIGKILL);
}

void orphan(Scene& scene) {
    const auto parent = startChild(scene, [](int to) {
        if (::fork() == 0) {
            while (::getppid() != 1)
                ::usleep(1000);
            tell(to, ::getpid());
            ::pause();
        }
        ::_exit(0);
    });
    const pid_t orphaned = toldPid(scene, parent.told);
    scene.must(::waitpid(parent.pid, nullptr, 0), "waitpid");
    scene.wait();
    std::ifstream stat("/proc/" + std::to_string(orphaned) + "/stat");
    std::string word;
    int ppid = 0;
    stat >> word >> word >> word >> ppid;
    scene.check(ppid == 1, "the orphan has another parent");
    scene.must(::kill(orphaned, SIGKILL), "kill");
}

void zombie(Scene& scene) {
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0)
        ::_exit(43);
    siginfo_t info{};
    scene.must(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), "waitid");
    scene.wait();
    int status = 0;
    scene.check(::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
                    WEXITSTATUS(status) == 43,
                "how the child ended is forgotten");
}

void killedZombie(Scene& scene) {
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0) {
        ::kill(::getpid(), SIGTERM);
        ::_exit(0);
    }
    siginfo_t info{};
    scene.must(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), "waitid");
    scene.wait();
    int status = 0;
    scene.check(::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
                    WTERMSIG(status) == SIGTERM,
                "how the child ended is forgotten");
}

void stopped(Scene& scene) {
    const auto child = startChild(scene, [](int) { ::raise(SIGSTOP); });
    int status = 0;
    siginfo_t info{};
    scene.must(::waitid(P_PID, static_cast<id_t>(child.pid), &info, WSTOPPED | WNOWAIT), "waitid");
    scene.wait();
    std::ifstream stat("/proc/" + std::to_string(child.pid) + "/stat");
    std::string word;
    stat >> word >> word >> word;
    scene.check(word == "T", "the child is not stopped any more, but " + word);
    ::kill(child.pid, SIGCONT);
    ::kill(child.pid, SIGKILL);
    scene.check(::waitpid(child.pid, &status, 0) == child.pid, "the child is not ours");
}

void subreaper(Scene& scene) {
    scene.must(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    scene.wait();
    int now = 0;
    scene.check(::prctl(PR_GET_CHILD_SUBREAPER, &now) == 0 && now == 1,
                "orphans are not ours any more");
}

void niceness(Scene& scene) {
    scene.must(::setpriority(PRIO_PROCESS, 0, 17), "setpriority");
    scene.wait();
    scene.check(::getpriority(PRIO_PROCESS, 0) == 17, "the priority is another");
}

void scheduling(Scene& scene) {
    const sched_param none{};
    scene.must(::sched_setscheduler(0, SCHED_BATCH, &none), "sched_setscheduler");
    scene.wait();
    scene.check(::sched_getscheduler(0) == SCHED_BATCH, "the scheduling class is another");
}

void affinity(Scene& scene) {
    cpu_set_t set;
    scene.must(::sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
    int last = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set))
            last = cpu;
    CPU_ZERO(&set);
    CPU_SET(last, &set);
    scene.must(::sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
    scene.wait();
    cpu_set_t now;
    scene.check(::sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&set, &now),
                "it may run on other processors");
}

void limits(Scene& scene) {
    const rlimit wanted{77, 99};
    scene.must(::setrlimit(RLIMIT_NOFILE, &wanted), "setrlimit");
    const rlimit core{0, 0};
    scene.must(::setrlimit(RLIMIT_CORE, &core), "setrlimit");
    scene.wait();
    rlimit now{};
    scene.check(::getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == 77 && now.rlim_max == 99,
                "the limit of open files is another");
    scene.check(::getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_max == 0,
                "the limit of core files is another");
}

void controls(Scene& scene) {
    scene.must(::prctl(PR_SET_NAME, "renamed"), "prctl");
    scene.must(::prctl(PR_SET_DUMPABLE, 0), "prctl");
    scene.wait();
    char name[16] = {};
    scene.check(::prctl(PR_GET_NAME, name) == 0 && !std::strcmp(name, "renamed"),
                "the name is another");
    scene.check(::prctl(PR_GET_DUMPABLE) == 0, "it may be dumped");
    scene.check(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "it may gain privileges");
}

void timerSlack(Scene& scene) {
    scene.must(::prctl(PR_SET_TIMERSLACK, 123456), "prctl");
    scene.wait();
    scene.check(::prctl(PR_GET_TIMERSLACK) == 123456, "the timers' slack is another");
}

void parentDeath(Scene& scene) {
    int ends[2];
    scene.must(::pipe(ends), "pipe");
    const auto parent = startChild(scene, [](int to) {
        if (::fork() == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            tell(to, ::getpid());
            ::pause();
            ::_exit(0);
        }
    });
    const pid_t child = toldPid(scene, parent.told);
    scene.wait();
    ::kill(parent.pid, SIGKILL);
    ::waitpid(parent.pid, nullptr, 0);
    for (int i = 0; i < 500 && ::kill(child, 0) == 0; ++i)
        ::usleep(10000);
    scene.check(::kill(child, 0) < 0, "the child was not told of its parent's death");
}

void outOfMemory(Scene& scene) {
    std::ofstream("/proc/self/oom_score_adj") << 500;
    scene.wait();
    int now = 0;
    std::ifstream("/proc/self/oom_score_adj") >> now;
    scene.check(now == 500, "the score is another");
}

void host(Scene& scene) {
    utsname before{};
    scene.must(::uname(&before), "uname");
    scene.wait();
    utsname now{};
    scene.check(::uname(&now) == 0 && !std::strcmp(before.nodename, now.nodename),
                "the host's name is another");
}

void namespaces(Scene& scene) {
    const int result = ::unshare(CLONE_NEWUSER);
    if (scene.refused(result))
        scene.absent("a session does not offer nested ones, since CRIU cannot save them");
    scene.must(result, "unshare");
    scene.wait();
}

void credentials(Scene& scene) {
    const auto uid = ::getuid();
    const auto gid = ::getgid();
    gid_t groups[64];
    const int count = ::getgroups(64, groups);
    scene.wait();
    gid_t now[64];
    scene.check(::getuid() == uid && ::geteuid() == uid && ::getgid() == gid, "others");
    scene.check(::getgroups(64, now) == count && std::equal(groups, groups + count, now),
                "the groups are others");
}

constexpr Kind kKinds[] = {
    {"process.sessions-groups", sessionsAndGroups},
    {"process.orphan", orphan},
    {"process.zombie", zombie},
    {"process.killed-zombie", killedZombie},
    {"process.stopped", stopped},
    {"process.subreaper", subreaper},
    {"process.nice", niceness},
    {"process.scheduling-class", scheduling},
    {"process.affinity", affinity},
    {"process.limits", limits},
    {"process.prctl", controls},
    {"process.timer-slack", timerSlack},
    {"process.parent-death", parentDeath},
    {"process.oom-score", outOfMemory},
    {"process.credentials", credentials},
    {"namespace.uts", host},
    {"namespace.nested", namespaces},
};

} // namespace

std::span<const Kind> processKinds() {
    return kKinds;
}

} // namespace victim
