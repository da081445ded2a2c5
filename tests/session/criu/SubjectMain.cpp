// What the driver's tests save and restore: runs as PID 1 in the namespaces that entracte-criu-pair
// makes, in place of its own program (/pair in the root). The file /mode says what it does beside
// counting:
//   connect   connects to the unix socket /outside and sends its count there
//   uring     holds an io_uring open
//   nested    has a child in namespaces of its own
//   busy      keeps 32 MiB of memory that change
//   gpu       has /dev/dri/card0 open and /dev/video0 mapped (files of these names)
//   gone      has a file open on a file system that it has unmounted
//   watch     watches a folder that it has removed and keeps open
//   tcp       is connected with itself
//   callers   has a child that serves others, which come, connect and end all the time
//   datagram  has sent itself a datagram and not read it
// It counts in its name, "probe N", as the pair does. Linked statically.

#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

bool useDevices() {
    ::mkdir("/dev/dri", 0755);
    const int mapped = ::open("/dev/video0", O_RDWR | O_CREAT, 0600);
    return ::open("/dev/dri/card0", O_RDWR | O_CREAT, 0600) >= 0 &&
           ::ftruncate(mapped, 4096) == 0 &&
           ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, mapped, 0) != MAP_FAILED &&
           ::close(mapped) == 0;
}

bool keepUnmounted() {
    return ::mkdir("/gone", 0755) == 0 && ::mount("gone", "/gone", "tmpfs", 0, nullptr) == 0 &&
           ::open("/gone/file", O_RDWR | O_CREAT, 0600) >= 0 && ::umount2("/gone", MNT_DETACH) == 0;
}

bool watchRemoved() {
    return ::mkdir("/watched", 0755) == 0 && ::open("/watched", O_RDONLY | O_DIRECTORY) >= 0 &&
           ::inotify_add_watch(::inotify_init(), "/watched", IN_CREATE) >= 0 &&
           ::rmdir("/watched") == 0;
}

bool connectItself() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    return ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
           ::listen(listener, 1) == 0 &&
           ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
           ::connect(client, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
           ::accept(listener, nullptr, nullptr) >= 0 && ::close(listener) == 0;
}

// One after the other: a caller begins, connects and ends while its server holds the connection.
[[noreturn]] void serveCallers() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, "callers");
    const auto* const any = reinterpret_cast<const sockaddr*>(&address);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::bind(listener, any, sizeof address) < 0 || ::listen(listener, 8) < 0)
        ::_exit(1);
    for (;;) {
        const pid_t caller = ::fork();
        if (caller == 0) {
            const int own = ::socket(AF_UNIX, SOCK_STREAM, 0);
            const bool connected = ::connect(own, any, sizeof address) == 0;
            ::usleep(2000);
            ::_exit(connected ? 0 : 1);
        }
        const int accepted = ::accept(listener, nullptr, nullptr);
        ::waitpid(caller, nullptr, 0);
        ::close(accepted);
    }
}

bool leaveDatagram() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    return ::bind(socket, any, sizeof address) == 0 && ::getsockname(socket, any, &size) == 0 &&
           ::sendto(socket, "x", 1, 0, any, sizeof address) == 1;
}

} // namespace

int main() {
    for (int fd = 0; fd < 3; ++fd)
        if (::open("/dev/null", O_RDWR | O_CREAT, 0600) != fd)
            return 1;
    char mode[64] = {};
    const int file = ::open("/mode", O_RDONLY);
    if (file >= 0) {
        if (::read(file, mode, sizeof mode - 1) < 0)
            return 1;
        ::close(file);
    }
    int outside = -1;
    if (std::strstr(mode, "connect")) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, "/outside");
        outside = ::socket(AF_UNIX, SOCK_STREAM, 0);
        if (::connect(outside, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0)
            return 1;
    }
    if (std::strstr(mode, "nested") && ::fork() == 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
            return 1;
        for (;;)
            ::pause();
    }
    if (std::strstr(mode, "uring")) {
        io_uring_params parameters{};
        if (::syscall(SYS_io_uring_setup, 4, &parameters) < 0)
            return 1;
    }
    if (std::strstr(mode, "gpu") && !useDevices())
        return 1;
    if (std::strstr(mode, "gone") && !keepUnmounted())
        return 1;
    if (std::strstr(mode, "watch") && !watchRemoved())
        return 1;
    if (std::strstr(mode, "tcp") && !connectItself())
        return 1;
    if (std::strstr(mode, "datagram") && !leaveDatagram())
        return 1;
    if (std::strstr(mode, "callers") && ::fork() == 0)
        serveCallers();
    char* memory = nullptr;
    const std::size_t size = 32 << 20;
    if (std::strstr(mode, "busy"))
        memory = static_cast<char*>(std::malloc(size));

    for (std::uint64_t count = 1;; ++count) {
        char name[16];
        std::snprintf(name, sizeof name, "probe %u", static_cast<unsigned>(count % 100000000));
        ::prctl(PR_SET_NAME, name);
        if (outside >= 0)
            ::send(outside, &count, sizeof count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (memory)
            std::memset(memory, static_cast<int>(count), size);
        ::usleep(5000);
    }
}
