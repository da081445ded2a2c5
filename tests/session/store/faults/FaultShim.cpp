// Preloaded into a program that works on a store: counts the system calls that touch what lies
// beneath FAULT_ROOT, and lets the one with the number FAULT_AT (and, when a disk is to be full,
// all that want room after it) go wrong.
//
//   FAULT_MODE=count   nothing goes wrong; the number of calls is written to the file FAULT_COUNT
//   FAULT_MODE=kill    SIGKILL in the place of the call; of a write, half is done before
//   FAULT_MODE=full    ENOSPC from this call on, for whatever needs room; with FAULT_WHILE only as
//                      long as the file of that name is there

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

enum class Mode { Off, Count, Kill, Full };

struct Plan {
    Mode mode = Mode::Off;
    long at = 0;
    std::string root;
    std::string countFile;
    std::string whileThere;

    Plan() {
        const char* const mode_ = std::getenv("FAULT_MODE");
        const char* const root_ = std::getenv("FAULT_ROOT");
        const char* const at_ = std::getenv("FAULT_AT");
        const char* const count = std::getenv("FAULT_COUNT");
        if (!mode_ || !root_)
            return;
        const std::string name = mode_;
        mode = name == "kill" ? Mode::Kill : name == "full" ? Mode::Full : Mode::Count;
        root = root_;
        at = at_ ? std::atol(at_) : 0;
        countFile = count ? count : "";
        const char* const while_ = std::getenv("FAULT_WHILE");
        whileThere = while_ ? while_ : "";
    }
};

std::atomic<long> calls{0};

const Plan& plan() {
    static const Plan made;
    return made;
}

template <typename Function>
Function real(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool isOfStore(int directory, const char* path) {
    if (plan().mode == Mode::Off)
        return false;
    if (path && path[0] == '/')
        return std::strncmp(path, plan().root.c_str(), plan().root.size()) == 0;
    if (directory < 0)
        return false;
    char link[64];
    char target[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    const ssize_t size = ::readlink(link, target, sizeof target - 1);
    if (size < 0)
        return false;
    target[size] = '\0';
    return std::strncmp(target, plan().root.c_str(), plan().root.size()) == 0;
}

void countOne(long number) {
    if (plan().mode != Mode::Count || plan().countFile.empty())
        return;
    const int file = static_cast<int>(real<int (*)(const char*, int, ...)>("open")(
        plan().countFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    if (file < 0)
        return;
    const std::string text = std::to_string(number);
    static_cast<void>(
        real<ssize_t (*)(int, const void*, size_t)>("write")(file, text.data(), text.size()));
    ::close(file);
}

// True when the call shall fail with errno. `half` does what of it is done before the end.
template <typename Half>
bool goesWrong(bool needsRoom, Half half) {
    const long number = ++calls;
    countOne(number);
    if (plan().mode == Mode::Kill && number == plan().at) {
        half();
        ::kill(::getpid(), SIGKILL);
        ::pause();
    }
    const bool isFull = plan().whileThere.empty() ? number >= plan().at
                                                  : ::access(plan().whileThere.c_str(), F_OK) == 0;
    if (plan().mode == Mode::Full && isFull && needsRoom) {
        errno = ENOSPC;
        return true;
    }
    return false;
}
void nothing() {}

} // namespace

extern "C" {

#define FAULT_OPEN(NAME)                                                                           \
    int NAME(const char* path, int flags, ...) {                                                   \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        const mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;                          \
        va_end(rest);                                                                              \
        if ((flags & (O_CREAT | O_TRUNC)) && isOfStore(-1, path) &&                                \
            goesWrong((flags & O_CREAT) != 0 && ::access(path, F_OK) != 0, nothing))               \
            return -1;                                                                             \
        return real<int (*)(const char*, int, ...)>(#NAME)(path, flags, mode);                     \
    }
FAULT_OPEN(open)
FAULT_OPEN(open64)

#define FAULT_OPENAT(NAME)                                                                         \
    int NAME(int directory, const char* path, int flags, ...) {                                    \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        const mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;                          \
        va_end(rest);                                                                              \
        if ((flags & (O_CREAT | O_TRUNC)) && isOfStore(directory, path) &&                         \
            goesWrong((flags & O_EXCL) != 0, nothing))                                             \
            return -1;                                                                             \
        return real<int (*)(int, const char*, int, ...)>(#NAME)(directory, path, flags, mode);     \
    }
FAULT_OPENAT(openat)
FAULT_OPENAT(openat64)

ssize_t write(int file, const void* bytes, size_t size) {
    const auto call = real<ssize_t (*)(int, const void*, size_t)>("write");
    if (isOfStore(file, nullptr) &&
        goesWrong(true, [&] { static_cast<void>(call(file, bytes, size / 2)); }))
        return -1;
    return call(file, bytes, size);
}

#define FAULT_PWRITE(NAME, OFFSET)                                                                 \
    ssize_t NAME(int file, const void* bytes, size_t size, OFFSET offset) {                        \
        const auto call = real<ssize_t (*)(int, const void*, size_t, OFFSET)>(#NAME);              \
        if (isOfStore(file, nullptr) &&                                                            \
            goesWrong(true, [&] { static_cast<void>(call(file, bytes, size / 2, offset)); }))      \
            return -1;                                                                             \
        return call(file, bytes, size, offset);                                                    \
    }
FAULT_PWRITE(pwrite, off_t)
FAULT_PWRITE(pwrite64, off64_t)

#define FAULT_SYNC(NAME)                                                                           \
    int NAME(int file) {                                                                           \
        if (isOfStore(file, nullptr) && goesWrong(true, nothing))                                  \
            return -1;                                                                             \
        return real<int (*)(int)>(#NAME)(file);                                                    \
    }
FAULT_SYNC(fsync)
FAULT_SYNC(fdatasync)

#define FAULT_TRUNCATE(NAME, OFFSET)                                                               \
    int NAME(int file, OFFSET size) {                                                              \
        if (isOfStore(file, nullptr) && goesWrong(false, nothing))                                 \
            return -1;                                                                             \
        return real<int (*)(int, OFFSET)>(#NAME)(file, size);                                      \
    }
FAULT_TRUNCATE(ftruncate, off_t)
FAULT_TRUNCATE(ftruncate64, off64_t)

int unlink(const char* path) {
    if (isOfStore(-1, path) && goesWrong(false, nothing))
        return -1;
    return real<int (*)(const char*)>("unlink")(path);
}

int unlinkat(int directory, const char* path, int flags) {
    if (isOfStore(directory, path) && goesWrong(false, nothing))
        return -1;
    return real<int (*)(int, const char*, int)>("unlinkat")(directory, path, flags);
}

int mkdirat(int directory, const char* path, mode_t mode) {
    if (isOfStore(directory, path) && goesWrong(false, nothing))
        return -1;
    return real<int (*)(int, const char*, mode_t)>("mkdirat")(directory, path, mode);
}

int fallocate(int file, int mode, off_t offset, off_t size) {
    if (isOfStore(file, nullptr) && goesWrong(true, nothing))
        return -1;
    return real<int (*)(int, int, off_t, off_t)>("fallocate")(file, mode, offset, size);
}

} // extern "C"
