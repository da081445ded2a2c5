// Signals, timers and clocks.

#include "tests/programs/state/Scene.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace victim {
namespace {

constexpr long kBillion = 1000000000;

std::atomic<int> g_seen = 0;
std::atomic<void*> g_stack = nullptr;

void note(int number, siginfo_t*, void*) {
    int here = 0;
    g_stack = &here;
    g_seen = number;
}

sigset_t setOf(int number) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, number);
    return set;
}

void handlers(Scene& scene) {
    struct sigaction action {};
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
    action.sa_mask = setOf(SIGHUP);
    scene.must(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
    ::signal(SIGPIPE, SIG_IGN);
    scene.wait();
    struct sigaction now {};
    scene.check(::sigaction(SIGUSR1, nullptr, &now) == 0 && now.sa_sigaction == note &&
                    (now.sa_flags & (SA_RESTART | SA_NODEFER)) == (SA_RESTART | SA_NODEFER) &&
                    ::sigismember(&now.sa_mask, SIGHUP) == 1,
                "the handler is another");
    scene.check(::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_IGN,
                "the ignored signal is not ignored");
    ::raise(SIGUSR1);
    scene.check(g_seen == SIGUSR1, "the handler is not called");
}

void masks(Scene& scene) {
    const auto hup = setOf(SIGHUP);
    ::sigprocmask(SIG_BLOCK, &hup, nullptr);
    scene.wait();
    sigset_t now;
    ::sigprocmask(SIG_BLOCK, nullptr, &now);
    scene.check(::sigismember(&now, SIGHUP) == 1, "a blocked signal is not blocked");
    scene.check(::sigismember(&now, SIGTERM) == 0, "a signal is blocked that was not");
}

void pending(Scene& scene) {
    const int number = SIGRTMIN + 3;
    const auto set = setOf(number);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    for (const int value : {11, 22}) {
        sigval_t with{};
        with.sival_int = value;
        scene.must(::sigqueue(::getpid(), number, with), "sigqueue");
    }
    scene.wait();
    const timespec now{0, 0};
    for (const int value : {11, 22}) {
        siginfo_t info{};
        scene.check(::sigtimedwait(&set, &info, &now) == number &&
                        info.si_value.sival_int == value && info.si_pid == ::getpid() &&
                        info.si_code == SI_QUEUE,
                    "a waiting signal is another");
    }
    scene.check(::sigtimedwait(&set, nullptr, &now) < 0, "there is a signal too many");
}

void pendingOfThread(Scene& scene) {
    const auto set = setOf(SIGRTMIN + 4);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    std::atomic<bool> go = false;
    std::atomic<bool> got = false;
    std::thread thread([&] {
        while (!go)
            ::usleep(1000);
        const timespec now{0, 0};
        got = ::sigtimedwait(&set, nullptr, &now) == SIGRTMIN + 4;
    });
    ::pthread_kill(thread.native_handle(), SIGRTMIN + 4);
    scene.wait();
    const timespec now{0, 0};
    scene.check(::sigtimedwait(&set, nullptr, &now) < 0, "another thread got the signal");
    go = true;
    thread.join();
    scene.check(got, "the thread's signal is lost");
}

void alternateStack(Scene& scene) {
    static char memory[65536];
    stack_t stack{};
    stack.ss_sp = memory;
    stack.ss_size = sizeof memory;
    scene.must(::sigaltstack(&stack, nullptr), "sigaltstack");
    struct sigaction action {};
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    scene.must(::sigaction(SIGUSR1, &action, nullptr), "sigaction");
    scene.wait();
    ::raise(SIGUSR1);
    const auto* at = static_cast<char*>(g_stack.load());
    scene.check(at >= memory && at < memory + sizeof memory, "the handler runs on another stack");
}

void signalDescriptor(Scene& scene) {
    const auto set = setOf(SIGHUP);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    const int file = scene.must(::signalfd(-1, &set, SFD_NONBLOCK), "signalfd");
    ::kill(::getpid(), SIGHUP);
    scene.wait();
    signalfd_siginfo info{};
    scene.check(::read(file, &info, sizeof info) == sizeof info && info.ssi_signo == SIGHUP,
                "the signal is not told");
}

void intervalTimer(Scene& scene) {
    const itimerval real{{500, 0}, {1000, 0}};
    scene.must(::setitimer(ITIMER_REAL, &real, nullptr), "setitimer");
    const itimerval processor{{0, 0}, {2000, 0}};
    scene.must(::setitimer(ITIMER_PROF, &processor, nullptr), "setitimer");
    scene.wait(kNoAlarm); // which is the same timer as ITIMER_REAL
    itimerval now{};
    scene.check(::getitimer(ITIMER_REAL, &now) == 0 && now.it_value.tv_sec > 900 &&
                    now.it_value.tv_sec < 1000 && now.it_interval.tv_sec == 500,
                "the time that is left is another");
    scene.check(::getitimer(ITIMER_PROF, &now) == 0 && now.it_value.tv_sec > 1900,
                "the processor's timer is another");
}

void posixTimer(Scene& scene) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 5;
    event.sigev_value.sival_int = 55;
    const auto set = setOf(SIGRTMIN + 5);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    timer_t soon{};
    timer_t late{};
    scene.must(::timer_create(CLOCK_MONOTONIC, &event, &soon), "timer_create");
    scene.must(::timer_create(CLOCK_MONOTONIC, &event, &late), "timer_create");
    const itimerspec wanted{{300, 0}, {1000, 0}};
    scene.must(::timer_settime(late, 0, &wanted, nullptr), "timer_settime");
    scene.wait();
    itimerspec now{};
    scene.check(::timer_gettime(late, &now) == 0 && now.it_value.tv_sec > 900 &&
                    now.it_value.tv_sec < 1000 && now.it_interval.tv_sec == 300,
                "the time that is left is another");
    const itimerspec brief{{0, 0}, {0, 1000000}};
    scene.must(::timer_settime(soon, 0, &brief, nullptr), "timer_settime");
    siginfo_t info{};
    const timespec limit{5, 0};
    scene.check(::sigtimedwait(&set, &info, &limit) == SIGRTMIN + 5 &&
                    info.si_value.sival_int == 55,
                "the timer does not fire");
}

void timerDescriptor(Scene& scene) {
    const int late = scene.must(::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK), "timerfd_create");
    const int fired = scene.must(::timerfd_create(CLOCK_MONOTONIC, 0), "timerfd_create");
    const itimerspec wanted{{0, 0}, {1000, 0}};
    scene.must(::timerfd_settime(late, 0, &wanted, nullptr), "timerfd_settime");
    const itimerspec brief{{0, 0}, {0, 1000000}};
    scene.must(::timerfd_settime(fired, 0, &brief, nullptr), "timerfd_settime");
    pollfd poller{fired, POLLIN, 0};
    ::poll(&poller, 1, 5000);
    scene.wait();
    itimerspec now{};
    std::uint64_t times = 0;
    scene.check(::timerfd_gettime(late, &now) == 0 && now.it_value.tv_sec > 900 &&
                    now.it_value.tv_sec < 1000,
                "the time that is left is another");
    scene.check(::read(late, &times, sizeof times) < 0 && errno == EAGAIN, "it has fired");
    scene.check(::read(fired, &times, sizeof times) == sizeof times && times == 1,
                "that it has fired is forgotten");
}

// A sleeper wakes up when its time has come, not at once.
void sleeping(Scene& scene) {
    std::atomic<bool> woken = false;
    std::atomic<bool> early = false;
    timespec until{};
    ::clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 3600;
    std::thread([&, until] {
        while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
        }
        early = true;
    }).detach();
    std::thread([&] {
        ::usleep(600000);
        woken = true;
    }).detach();
    ::usleep(1000);
    scene.wait();
    for (int i = 0; i < 500 && !woken; ++i)
        ::usleep(10000);
    scene.check(woken, "who slept for a moment does not wake up");
    scene.check(!early, "who sleeps for an hour was woken");
}

void continues(Scene& scene, clockid_t clock) {
    timespec before{};
    scene.must(::clock_gettime(clock, &before), "clock_gettime");
    scene.wait();
    timespec now{};
    scene.must(::clock_gettime(clock, &now), "clock_gettime");
    const auto passed = (now.tv_sec - before.tv_sec) * kBillion + now.tv_nsec - before.tv_nsec;
    scene.check(passed >= 0, "the clock went back");
    scene.check(passed < 300 * kBillion, "the clock jumped ahead");
}

void monotonic(Scene& scene) {
    continues(scene, CLOCK_MONOTONIC);
}

void bootTime(Scene& scene) {
    continues(scene, CLOCK_BOOTTIME);
}

void wallClock(Scene& scene) {
    timespec before{};
    ::clock_gettime(CLOCK_REALTIME, &before);
    scene.wait();
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    scene.check(now.tv_sec >= before.tv_sec, "the wall clock went back");
}

constexpr Kind kKinds[] = {
    {"signal.handlers", handlers},
    {"signal.mask", masks},
    {"signal.pending", pending},
    {"signal.pending-of-thread", pendingOfThread},
    {"signal.alternate-stack", alternateStack},
    {"signal.signalfd", signalDescriptor},
    {"timer.interval", intervalTimer},
    {"timer.posix", posixTimer},
    {"timer.timerfd", timerDescriptor},
    {"timer.sleeping", sleeping},
    {"clock.monotonic", monotonic},
    {"clock.boottime", bootTime},
    {"clock.wall", wallClock},
};

} // namespace

std::span<const Kind> signalKinds() {
    return kKinds;
}

} // namespace victim
