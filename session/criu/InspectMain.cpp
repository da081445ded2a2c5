// entracte-criu-inspect sockets: reads files.img from standard input and writes the paths that unix
// sockets are bound to, each ended by a NUL, to standard output (inspectImages in Criu.h).
// entracte-criu-inspect terminals: reads a stream of images and writes the mended ones
// (TerminalImages.h).
//
// A program of a session shapes these bytes, so before the first of them is read, this process is
// nobody, may not open anything, and may use only the system calls of a filter. Exit status 0: all
// was read; 1: an image is damaged; 3: a terminal could not be told.

#include "session/criu/ImageReader.h"
#include "session/criu/TerminalImages.h"

#include <grp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace {

constexpr rlim_t kMemory = 256 << 20;
constexpr rlim_t kSeconds = 10;
constexpr int kDamaged = 1;
constexpr int kUnknown = 3;
constexpr std::size_t kMaxPaths = 100000;
constexpr std::size_t kMaxPathBytes = 8192; // a directory of PATH_MAX and a name of 108

bool limit(__rlimit_resource resource, rlim_t value) {
    const rlimit both{value, value};
    return ::setrlimit(resource, &both) == 0;
}

bool filterSystemCalls() {
    scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return false;
    bool done = true;
    // Memory and futex: what malloc and the end of a process need.
    for (const int call : {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(brk),
                           SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
                           SCMP_SYS(futex), SCMP_SYS(exit_group)})
        done = done && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
    done = done && ::seccomp_load(filter) == 0;
    ::seccomp_release(filter);
    return done;
}

bool lockUp() {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 &&
        (::setgroups(0, nullptr) < 0 || ::setresgid(nobody, nobody, nobody) < 0 ||
         ::setresuid(nobody, nobody, nobody) < 0))
        return false;
#ifndef __SANITIZE_ADDRESS__ // which reserves terabytes of addresses
    if (!limit(RLIMIT_AS, kMemory))
        return false;
#endif
    return limit(RLIMIT_CPU, kSeconds) && limit(RLIMIT_NOFILE, 0) && limit(RLIMIT_CORE, 0) &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filterSystemCalls();
}

entracte::Status writePath(std::string_view path) {
    char nul = '\0';
    iovec parts[] = {{const_cast<char*>(path.data()), path.size()}, {&nul, 1}};
    if (path.size() > kMaxPathBytes ||
        ::writev(STDOUT_FILENO, parts, 2) != static_cast<ssize_t>(path.size() + 1))
        return entracte::fail(entracte::ErrorCode::SnapshotDamaged, "Too much.");
    return {};
}

int tellSockets() {
    std::size_t count = 0;
    const auto done =
        entracte::readSocketPaths(STDIN_FILENO, [&](std::string_view path) -> entracte::Status {
            if (++count > kMaxPaths)
                return entracte::fail(entracte::ErrorCode::SnapshotDamaged, "Too many.");
            return writePath(path);
        });
    return done ? 0 : kDamaged;
}

int mendTerminals() {
    std::string stream;
    std::array<char, 65536> buffer{};
    ssize_t got = 0;
    while ((got = ::read(STDIN_FILENO, buffer.data(), buffer.size())) > 0)
        stream.append(buffer.data(), static_cast<std::size_t>(got));
    const auto images = entracte::unpackTerminals(stream);
    if (got < 0 || !images)
        return kDamaged;
    const auto mended = entracte::mendTerminals(*images);
    if (!mended)
        return mended.error().code() == entracte::ErrorCode::RestoreFailed ? kUnknown : kDamaged;
    const auto answer = entracte::packMended(*mended);
    for (std::string_view rest = answer; !rest.empty();) {
        const ssize_t put = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (put <= 0)
            return kDamaged;
        rest.remove_prefix(static_cast<std::size_t>(put));
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const bool terminals = argc == 2 && std::string_view(argv[1]) == "terminals";
    if (!lockUp())
        ::_exit(2);
    // The system call itself: what a C library or a sanitiser does at an end is not in the filter.
    const int status = terminals ? mendTerminals() : tellSockets();
    ::syscall(SYS_exit_group, status);
    return status;
}
