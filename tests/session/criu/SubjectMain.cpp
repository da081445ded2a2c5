// What the driver's tests save and restore: runs as PID 1 in the namespaces that entracte-criu-pair
// makes, in place of its own program (/pair in the root). The file /mode says what it does beside
// counting:
//   connect   connects to the unix socket /outside and sends its count there
//   uring     holds an io_uring open
//   nested    has a child in namespaces of its own
//   busy      keeps 32 MiB of memory that change
// It counts in its name, "probe N", as the pair does. Linked statically.

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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
