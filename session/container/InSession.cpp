// What the helper opens in a session's namespaces from outside. Everything that it meets there was
// shaped by programs of the session.

#include "session/container/Container.h"
#include "session/container/ForkedTask.h"
#include "session/container/Mounting.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace entracte {
namespace {

// How long a listener whose queue is full may keep the helper waiting.
constexpr timeval kConnectLimit{5, 0};

UniqueFd openOf(pid_t init, const char* name, int flags) {
    const std::string path = "/proc/" + std::to_string(init) + "/" + name;
    return UniqueFd(::open(path.c_str(), flags | O_CLOEXEC));
}

Status limitSending(int socket, const timeval& limit) {
    if (::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0)
        return fail(Error::fromErrno("A time limit could not be set"));
    return {};
}

// In the child: where this process has the segment, as its map_files entry ("start-end") names it.
bool mappingAt(std::uintptr_t address, char* name, std::size_t size) {
    FILE* maps = std::fopen("/proc/self/maps", "re");
    if (!maps)
        return false;
    char line[8192];
    bool found = false;
    while (!found && std::fgets(line, sizeof line, maps)) {
        std::uintptr_t start = 0;
        std::uintptr_t end = 0;
        if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2 && start == address) {
            std::snprintf(name, size, "/proc/self/map_files/%" PRIxPTR "-%" PRIxPTR, start, end);
            found = true;
        }
    }
    std::fclose(maps);
    return found;
}

int openSegmentInChild(int ipcNamespace, int shmid, std::uint64_t& size) {
    if (::setns(ipcNamespace, CLONE_NEWIPC) < 0)
        return -1;
    void* address = ::shmat(shmid, nullptr, 0);
    if (address == reinterpret_cast<void*>(-1))
        return -1;
    shmid_ds status{};
    if (::shmctl(shmid, IPC_STAT, &status) < 0)
        return -1;
    size = status.shm_segsz;
    char name[96];
    if (!mappingAt(reinterpret_cast<std::uintptr_t>(address), name, sizeof name)) {
        errno = ENOENT;
        return -1;
    }
    return ::open(name, O_RDWR | O_CLOEXEC);
}

// O_PATH; invalid with errno set when nothing is there.
Result<UniqueFd> placeInSession(pid_t init, const std::string& path) {
    const UniqueFd root = openOf(init, "root", O_PATH | O_DIRECTORY);
    if (!root)
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    // Not over a mount either: a shared folder may be on a file system that makes whoever looks
    // wait.
    open_how how{};
    how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    return UniqueFd(
        static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
}

} // namespace

Result<UniqueFd> socketInSession(pid_t init, int type) {
    const UniqueFd net = openOf(init, "ns/net", O_RDONLY);
    if (!net)
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    ENTRACTE_ASSIGN(made,
                    openInChild("A socket could not be made in the session", [&](std::uint64_t&) {
                        if (::setns(net.get(), CLONE_NEWNET) < 0)
                            return -1;
                        return ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
                    }));
    return std::move(made.fd);
}

Result<UniqueFd> connectInSession(pid_t init, const std::string& path, int type) {
    ENTRACTE_ASSIGN(place, placeInSession(init, path));
    if (!place)
        return fail(ErrorCode::NotFound, "Nothing listens at \"" + path + "\" in the session.",
                    std::strerror(errno));
    ENTRACTE_ASSIGN(socket, socketInSession(init, type));
    ENTRACTE_TRY(limitSending(socket.get(), kConnectLimit));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", place.get());
    int result = 0;
    do
        result =
            ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    while (result < 0 && errno == EINTR);
    if (result < 0)
        return fail(errno == EAGAIN ? ErrorCode::TimedOut : ErrorCode::NotFound,
                    "\"" + path + "\" in the session takes no connection.", std::strerror(errno));
    ENTRACTE_TRY(limitSending(socket.get(), timeval{}));
    return std::move(socket);
}

Result<UniqueFd> openRootOfSession(pid_t init) {
    UniqueFd root = openOf(init, "root", O_PATH | O_DIRECTORY);
    if (!root)
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    return root;
}

Result<UniqueFd> openFifoInSession(pid_t init, const std::string& path) {
    ENTRACTE_ASSIGN(place, placeInSession(init, path));
    struct stat status {};
    if (!place || ::fstat(place.get(), &status) != 0 || !S_ISFIFO(status.st_mode))
        return fail(ErrorCode::NotFound, "There is no \"" + path + "\" in the session.");
    UniqueFd fifo(::open(("/proc/self/fd/" + std::to_string(place.get())).c_str(),
                         O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!fifo)
        return fail(Error::fromErrno("\"" + path + "\" in the session could not be opened"));
    return fifo;
}

Result<SysvSegment> openSysvSegment(pid_t init, int shmid) {
    const UniqueFd ipc = openOf(init, "ns/ipc", O_RDONLY);
    if (!ipc)
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    ENTRACTE_ASSIGN(opened, openInChild("The shared memory segment could not be opened",
                                        [&](std::uint64_t& size) {
                                            return openSegmentInChild(ipc.get(), shmid, size);
                                        }));
    return SysvSegment{std::move(opened.fd), opened.value};
}

} // namespace entracte
