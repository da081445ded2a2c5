// Pipes, terminals, System V and POSIX communication, and the descriptors that tell of events.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pty.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>

namespace victim {
namespace {

std::string readSome(int file) {
    char text[256] = {};
    const ssize_t got = ::read(file, text, sizeof text);
    return {text, got > 0 ? static_cast<std::size_t>(got) : 0};
}

void put(Scene& scene, int file, const std::string& text) {
    scene.check(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
                "it cannot be written to");
}

void pipeData(Scene& scene) {
    int ends[2];
    scene.must(::pipe2(ends, O_NONBLOCK), "pipe");
    scene.must(::fcntl(ends[0], F_SETPIPE_SZ, 1 << 18), "F_SETPIPE_SZ");
    const std::string much(100000, 'p');
    put(scene, ends[1], much);
    scene.wait();
    std::string all(much.size() + 1, '\0');
    scene.check(::read(ends[0], all.data(), all.size()) == static_cast<ssize_t>(much.size()) &&
                    all.substr(0, much.size()) == much,
                "the bytes within are others");
    scene.check(::fcntl(ends[0], F_GETPIPE_SZ) == 1 << 18, "its size is another");
    scene.check(::read(ends[0], all.data(), 1) < 0 && errno == EAGAIN, "it waits");
    ::close(ends[1]);
    scene.check(::read(ends[0], all.data(), 1) == 0, "its end does not come");
}

void fifo(Scene& scene) {
    scene.must(::mkfifo(scene.path("fifo").c_str(), 0600), "mkfifo");
    const int end = scene.must(::open(scene.path("fifo").c_str(), O_RDWR | O_NONBLOCK), "open");
    put(scene, end, "through a name");
    scene.wait();
    scene.check(readSome(end) == "through a name", "the bytes within are others");
}

void pseudoTerminal(Scene& scene) {
    int master = -1;
    int slave = -1;
    const winsize size{33, 77, 0, 0};
    scene.must(::openpty(&master, &slave, nullptr, nullptr, &size), "openpty");
    termios settings{};
    scene.must(::tcgetattr(slave, &settings), "tcgetattr");
    ::cfmakeraw(&settings);
    settings.c_cc[VMIN] = 3;
    scene.must(::tcsetattr(slave, TCSANOW, &settings), "tcsetattr");
    put(scene, master, "typed");
    scene.wait();
    winsize now{};
    termios then{};
    scene.check(::ioctl(master, TIOCGWINSZ, &now) == 0 && now.ws_row == 33 && now.ws_col == 77,
                "the size is another");
    scene.check(::tcgetattr(slave, &then) == 0 && then.c_lflag == settings.c_lflag &&
                    then.c_cc[VMIN] == 3,
                "the settings are others");
    scene.check(readSome(slave) == "typed", "what was typed is lost");
    put(scene, slave, "shown");
    scene.check(readSome(master) == "shown", "the two ends are not connected");
}

void controllingTerminal(Scene& scene) {
    int toChild[2];
    scene.must(::pipe(toChild), "pipe");
    int master = -1;
    const pid_t child = scene.must(::forkpty(&master, nullptr, nullptr, nullptr), "forkpty");
    if (child == 0) {
        ::signal(SIGINT, SIG_DFL);                  // a shell may have had it ignored
        const int tty = ::open("/dev/tty", O_RDWR); // stays open
        char go = 0;
        const bool right = ::read(toChild[0], &go, 1) == 1 && tty >= 0 &&
                           ::tcgetsid(tty) == ::getpid() && ::tcgetpgrp(tty) == ::getpid() &&
                           ::write(tty, "yes\n", 4) == 4 && ::open("/dev/tty", O_RDWR) >= 0;
        ::pause();
        ::_exit(right ? 0 : 1);
    }
    scene.wait();
    put(scene, toChild[1], "g");
    scene.check(readSome(master).starts_with("yes"), "the child has another terminal");
    put(scene, master, "\x03"); // Ctrl+C
    int status = 0;
    scene.check(::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
                    WTERMSIG(status) == SIGINT,
                "Ctrl+C does not reach the child");
}

void eventCounter(Scene& scene) {
    const int event = scene.must(::eventfd(5, EFD_NONBLOCK), "eventfd");
    scene.wait();
    eventfd_t value = 0;
    scene.check(::eventfd_read(event, &value) == 0 && value == 5, "the count is another");
}

void eventSemaphore(Scene& scene) {
    const int semaphore = scene.must(::eventfd(3, EFD_SEMAPHORE), "eventfd");
    scene.wait();
    eventfd_t value = 0;
    scene.check(::eventfd_read(semaphore, &value) == 0 && value == 1, "it is no semaphore");
}

void epollLevel(Scene& scene) {
    const int poll = scene.must(::epoll_create1(0), "epoll_create1");
    const int event = scene.must(::eventfd(1, EFD_NONBLOCK), "eventfd");
    epoll_event wanted{EPOLLIN, {.u64 = 0x1234567890ULL}};
    scene.must(::epoll_ctl(poll, EPOLL_CTL_ADD, event, &wanted), "epoll_ctl");
    scene.wait();
    epoll_event got{};
    for (int i = 0; i < 2; ++i)
        scene.check(::epoll_wait(poll, &got, 1, 2000) == 1 && got.data.u64 == 0x1234567890ULL,
                    "no event is told");
}

void epollEdge(Scene& scene) {
    const int poll = scene.must(::epoll_create1(0), "epoll_create1");
    const int event = scene.must(::eventfd(0, EFD_NONBLOCK), "eventfd");
    epoll_event wanted{EPOLLIN | EPOLLET, {.u64 = 8}};
    scene.must(::epoll_ctl(poll, EPOLL_CTL_ADD, event, &wanted), "epoll_ctl");
    scene.wait();
    epoll_event got{};
    scene.check(::epoll_wait(poll, &got, 1, 0) == 0, "there is an event");
    scene.must(::eventfd_write(event, 1), "write");
    scene.check(::epoll_wait(poll, &got, 1, 2000) == 1 && got.data.u64 == 8, "no event is told");
    scene.check(::epoll_wait(poll, &got, 1, 0) == 0, "the same event is told again");
}

void watchFolder(Scene& scene) {
    scene.must(::mkdir(scene.path("folder").c_str(), 0700), "mkdir");
    const int watch = scene.must(::inotify_init1(IN_NONBLOCK), "inotify_init1");
    const int number =
        scene.must(::inotify_add_watch(watch, scene.path("folder").c_str(), IN_CREATE), "watch");
    scene.wait();
    const auto file = scene.path("folder") + "/new";
    ::close(scene.must(::open(file.c_str(), O_CREAT | O_WRONLY, 0600), "open"));
    const auto told = readSome(watch);
    inotify_event event{};
    scene.check(told.size() >= sizeof event, "nothing is told");
    std::memcpy(&event, told.data(), sizeof event);
    scene.check(event.wd == number && event.mask == IN_CREATE, "something else is told");
}

void watchEverything(Scene& scene) {
    const int watch = ::fanotify_init(FAN_CLASS_NOTIF, O_RDONLY);
    if (scene.refused(watch))
        scene.absent("programs of a session have no privileges");
    scene.must(watch, "fanotify_init");
    scene.wait();
}

void processDescriptor(Scene& scene) {
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const int descriptor = scene.must(::syscall(SYS_pidfd_open, child, 0), "pidfd_open");
    scene.wait();
    scene.must(::syscall(SYS_pidfd_send_signal, descriptor, SIGTERM, nullptr, 0), "signal");
    pollfd poller{descriptor, POLLIN, 0};
    scene.check(::poll(&poller, 1, 5000) == 1, "the child's end is not told");
}

void sysvMemory(Scene& scene) {
    const int id = scene.must(::shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600), "shmget");
    auto* memory = static_cast<char*>(::shmat(id, nullptr, 0));
    scene.check(memory != reinterpret_cast<char*>(-1), "the memory cannot be attached");
    std::strcpy(memory, "System V");
    scene.wait();
    auto* again = static_cast<char*>(::shmat(id, nullptr, 0));
    scene.check(again != reinterpret_cast<char*>(-1) && !std::strcmp(again, "System V"),
                "the memory has other contents");
    memory[0] = 'X';
    scene.check(again[0] == 'X', "the memory is not shared");
    ::shmctl(id, IPC_RMID, nullptr);
}

void sysvSemaphores(Scene& scene) {
    const int id = scene.must(::semget(IPC_PRIVATE, 2, IPC_CREAT | 0600), "semget");
    scene.must(::semctl(id, 0, SETVAL, 4), "semctl");
    scene.must(::semctl(id, 1, SETVAL, 9), "semctl");
    scene.wait();
    scene.check(::semctl(id, 0, GETVAL) == 4 && ::semctl(id, 1, GETVAL) == 9,
                "the values are others");
    ::semctl(id, 0, IPC_RMID);
}

// What a process did with SEM_UNDO is undone at its end.
void sysvUndo(Scene& scene) {
    const int id = scene.must(::semget(IPC_PRIVATE, 1, IPC_CREAT | 0600), "semget");
    scene.must(::semctl(id, 0, SETVAL, 4), "semctl");
    int done[2];
    scene.must(::pipe(done), "pipe");
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0) {
        sembuf change{0, -3, SEM_UNDO};
        if (::semop(id, &change, 1) == 0 && ::write(done[1], "d", 1) == 1)
            ::pause();
        ::_exit(1);
    }
    readSome(done[0]);
    scene.wait();
    scene.check(::semctl(id, 0, GETVAL) == 1, "the value is another");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    scene.check(::semctl(id, 0, GETVAL) == 4, "it was not undone at the process's end");
    ::semctl(id, 0, IPC_RMID);
}

void sysvMessages(Scene& scene) {
    struct Message {
        long type;
        char text[16];
    };
    const int id = scene.must(::msgget(IPC_PRIVATE, IPC_CREAT | 0600), "msgget");
    const Message first{3, "first"};
    const Message second{5, "second"};
    scene.must(::msgsnd(id, &first, sizeof first.text, 0), "msgsnd");
    scene.must(::msgsnd(id, &second, sizeof second.text, 0), "msgsnd");
    scene.wait();
    Message got{};
    scene.check(::msgrcv(id, &got, sizeof got.text, 5, IPC_NOWAIT) > 0 &&
                    !std::strcmp(got.text, "second"),
                "the second message is another");
    scene.check(::msgrcv(id, &got, sizeof got.text, 0, IPC_NOWAIT) > 0 &&
                    !std::strcmp(got.text, "first"),
                "the first message is another");
    ::msgctl(id, IPC_RMID, nullptr);
}

void posixQueue(Scene& scene) {
    const auto queue = ::mq_open(("/" + scene.name()).c_str(), O_RDWR | O_CREAT, 0600, nullptr);
    if (scene.refused(queue))
        scene.absent("a session does not offer them, since CRIU cannot save them");
    scene.must(queue, "mq_open");
    scene.wait();
}

void posixSemaphore(Scene& scene) {
    auto* semaphore = ::sem_open(("/" + scene.name()).c_str(), O_CREAT, 0600, 2);
    scene.check(semaphore != SEM_FAILED, "the semaphore cannot be made");
    scene.wait();
    int value = 0;
    scene.check(::sem_getvalue(semaphore, &value) == 0 && value == 2, "its value is another");
    auto* again = ::sem_open(("/" + scene.name()).c_str(), 0);
    scene.check(again != SEM_FAILED && ::sem_wait(again) == 0 &&
                    ::sem_getvalue(semaphore, &value) == 0 && value == 1,
                "under its name is another");
}

void posixMemory(Scene& scene) {
    const auto name = "/" + scene.name();
    const int file = scene.must(::shm_open(name.c_str(), O_RDWR | O_CREAT, 0600), "shm_open");
    scene.must(::ftruncate(file, 4096), "ftruncate");
    auto* memory =
        static_cast<char*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    std::strcpy(memory, "POSIX");
    scene.wait();
    const int again = scene.must(::shm_open(name.c_str(), O_RDWR, 0), "shm_open");
    char text[8] = {};
    scene.check(::pread(again, text, 6, 0) == 6 && !std::strcmp(text, "POSIX"),
                "the memory has other contents");
    ::shm_unlink(name.c_str());
}

void devices(Scene& scene) {
    const int null = scene.must(::open("/dev/null", O_RDWR), "open");
    const int zero = scene.must(::open("/dev/zero", O_RDWR), "open");
    const int full = scene.must(::open("/dev/full", O_RDWR), "open");
    const int random = scene.must(::open("/dev/random", O_RDONLY), "open");
    const int urandom = scene.must(::open("/dev/urandom", O_RDONLY), "open");
    scene.wait();
    char byte = 1;
    scene.check(::read(null, &byte, 1) == 0 && ::write(null, &byte, 1) == 1, "null");
    scene.check(::read(zero, &byte, 1) == 1 && byte == 0, "zero");
    scene.check(::write(full, &byte, 1) < 0 && errno == ENOSPC, "full");
    scene.check(::read(random, &byte, 1) == 1 && ::read(urandom, &byte, 1) == 1, "random");
}

void tunnel(Scene& scene) {
    const int file = ::open("/dev/net/tun", O_RDWR);
    if (file < 0)
        scene.absent("a session does not offer it");
    scene.wait();
}

constexpr Kind kKinds[] = {
    {"pipe.data", pipeData},
    {"pipe.fifo", fifo},
    {"tty.pty", pseudoTerminal},
    {"tty.controlling", controllingTerminal},
    {"event.eventfd", eventCounter},
    {"event.eventfd-semaphore", eventSemaphore},
    {"event.epoll-level", epollLevel},
    {"event.epoll-edge", epollEdge},
    {"event.inotify", watchFolder},
    {"event.fanotify", watchEverything},
    {"event.pidfd", processDescriptor},
    {"sysv.memory", sysvMemory},
    {"sysv.semaphores", sysvSemaphores},
    {"sysv.semaphore-undo", sysvUndo},
    {"sysv.messages", sysvMessages},
    {"posix.message-queue", posixQueue},
    {"posix.semaphore", posixSemaphore},
    {"posix.memory", posixMemory},
    {"devices.plain", devices},
    {"devices.tun", tunnel},
};

} // namespace

std::span<const Kind> eventKinds() {
    return kKinds;
}

} // namespace victim
