// entracte-criu-pair: the processes on which a CRIU is tried (Trial.h). Two of them hand a number
// to and fro over a TCP and a unix connection, in user, pid, mount, ipc, uts and network namespaces
// like a session's.
//
//   entracte-criu-pair outside ROOT   makes the namespaces with ROOT as their root, prints the host
//   pid of
//                                     PID 1 and stays until that ends; ROOT holds this program as
//                                     /pair
//   /pair inside                      PID 1 itself
//
// How far the two have come is read from outside as the name (comm) of PID 1: "probe N" after N
// rounds over both connections. Linked statically, so that its root needs nothing but itself.

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

void require(bool done, const char* what) {
    if (!done) {
        std::perror(what);
        ::_exit(1);
    }
}

void writeMap(pid_t pid, const char* name) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    const char map[] = "0 0 4294967295\n";
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    require(file >= 0 && ::write(file, map, sizeof map - 1) == sizeof map - 1, path);
    ::close(file);
}

void loopbackUp() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    require(socket >= 0 && ::ioctl(socket, SIOCSIFFLAGS, &request) == 0, "loopback");
    ::close(socket);
}

// CRIU wants of PID 1: executed inside the user namespace, a session leader, its descriptors opened
// inside the mount namespace.
[[noreturn]] void becomeInit(const char* root) {
    require(::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0, "mount --make-rslave");
    // Bound once more: a mount inherited from another user namespace is locked, and cannot be a
    // root.
    require(::mount(root, root, nullptr, MS_BIND, nullptr) == 0, "bind root");
    require(::chdir(root) == 0, "chdir");
    require(::mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0,
            "proc");
    require(::syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
    require(::umount2(".", MNT_DETACH) == 0 && ::chdir("/") == 0, "old root");
    loopbackUp();
    require(::setsid() >= 0, "setsid");
    ::syscall(SYS_close_range, 0, ~0U, 0);
    ::execl("/pair", "/pair", "inside", nullptr);
    ::_exit(1);
}

[[noreturn]] void enterNamespaces(const char* root, int report) {
    require(::setresgid(0, 0, 0) == 0 && ::setresuid(0, 0, 0) == 0, "setresuid");
    require(::unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) == 0,
            "unshare");
    const pid_t init = ::fork();
    require(init >= 0, "fork");
    if (init == 0)
        becomeInit(root);
    // This process has kept its own pid namespace, so the number is the host's.
    require(::write(report, &init, sizeof init) == sizeof init, "report");
    ::waitpid(init, nullptr, 0);
    ::_exit(0);
}

int runOutside(const char* root) {
    int go[2];
    int report[2];
    require(::pipe2(go, O_CLOEXEC) == 0 && ::pipe2(report, O_CLOEXEC) == 0, "pipe");
    const pid_t child = ::fork();
    require(child >= 0, "fork");
    if (child == 0) {
        char byte = 0;
        require(::unshare(CLONE_NEWUSER) == 0, "unshare user namespace");
        require(::write(report[1], &byte, 1) == 1 && ::read(go[0], &byte, 1) == 1, "wait for maps");
        enterNamespaces(root, report[1]);
    }
    ::close(report[1]);
    char byte = 0;
    require(::read(report[0], &byte, 1) == 1, "child");
    writeMap(child, "uid_map");
    writeMap(child, "gid_map");
    pid_t init = 0;
    require(::write(go[1], &byte, 1) == 1, "child");
    require(::read(report[0], &init, sizeof init) == sizeof init, "child");
    std::printf("%d\n", init);
    std::fflush(stdout);
    ::waitpid(child, nullptr, 0);
    return 0;
}

bool sendNumber(int socket, std::uint64_t number) {
    return ::send(socket, &number, sizeof number, MSG_NOSIGNAL) == sizeof number;
}

bool receiveNumber(int socket, std::uint64_t& number) {
    return ::recv(socket, &number, sizeof number, MSG_WAITALL) == sizeof number;
}

int runInside() {
    for (int fd = 0; fd < 3; ++fd)
        if (::open("/dev/null", O_RDWR | O_CREAT, 0600) != fd)
            return 1;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    int pair[2];
    require(::bind(listener, generic, sizeof address) == 0 && ::listen(listener, 1) == 0 &&
                ::getsockname(listener, generic, &length) == 0 &&
                ::connect(client, generic, sizeof address) == 0 &&
                ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0,
            "connections");
    const int server = ::accept(listener, nullptr, nullptr);
    require(server >= 0, "accept");
    ::close(listener);

    if (::fork() == 0) {
        std::uint64_t number = 0;
        while (receiveNumber(server, number) && sendNumber(pair[1], number)) {
        }
        return 0;
    }
    for (std::uint64_t sent = 1;; ++sent) {
        // A broken connection ends PID 1 and with it everything: the pair does not count on alone.
        std::uint64_t back = 0;
        if (!sendNumber(client, sent) || !receiveNumber(pair[0], back) || back != sent)
            return 1;
        char name[16];
        std::snprintf(name, sizeof name, "probe %" PRIu64, sent % 100000000);
        ::prctl(PR_SET_NAME, name);
        ::usleep(5000);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "outside") == 0)
        return runOutside(argv[2]);
    if (argc == 2 && std::strcmp(argv[1], "inside") == 0)
        return runInside();
    std::fputs("usage: entracte-criu-pair outside ROOT\n", stderr);
    return 2;
}
