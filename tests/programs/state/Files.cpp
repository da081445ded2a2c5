// Open files: positions, kinds of opening, names that are gone, locks.

#include "tests/programs/state/Scene.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>

namespace victim {
namespace {

int create(Scene& scene, const char* name, int flags = 0) {
    return scene.must(
        ::open(scene.path(name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0640),
        "open");
}

void put(Scene& scene, int file, const std::string& text) {
    scene.check(::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
                "a file could not be written");
}

std::string get(int file, std::size_t count) {
    std::string text(count, '\0');
    const ssize_t got = ::read(file, text.data(), count);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

void offset(Scene& scene) {
    const int file = create(scene, "file");
    put(scene, file, "0123456789");
    scene.must(::lseek(file, 4, SEEK_SET), "lseek");
    scene.wait();
    scene.check(get(file, 3) == "456", "the position is another");
    scene.check((::fcntl(file, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec is forgotten");
}

void append(Scene& scene) {
    const int file = create(scene, "file", O_APPEND);
    put(scene, file, "begin");
    scene.wait();
    scene.must(::lseek(file, 0, SEEK_SET), "lseek");
    put(scene, file, " end");
    char text[16] = {};
    scene.check(::pread(file, text, sizeof text, 0) == 9 && !std::strcmp(text, "begin end"),
                "what is written does not go to the end");
}

void onlyPath(Scene& scene) {
    put(scene, create(scene, "file"), "x");
    const int file = scene.must(::open(scene.path("file").c_str(), O_PATH), "open");
    scene.wait();
    struct stat info {};
    char byte = 0;
    scene.check(::fstat(file, &info) == 0 && info.st_size == 1, "it is another file");
    scene.check(::read(file, &byte, 1) < 0 && errno == EBADF, "it can be read");
}

void sharedPosition(Scene& scene) {
    const int file = create(scene, "file");
    put(scene, file, "0123456789");
    scene.must(::lseek(file, 2, SEEK_SET), "lseek");
    const int twin = scene.must(::dup(file), "dup");
    int toChild[2];
    scene.must(::pipe(toChild), "pipe");
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0) {
        char go = 0;
        const bool right = ::read(toChild[0], &go, 1) == 1 && get(file, 2) == "23";
        ::_exit(right ? 0 : 1);
    }
    scene.wait();
    int status = 0;
    scene.check(::write(toChild[1], "g", 1) == 1, "the child does not listen");
    scene.check(::waitpid(child, &status, 0) == child && status == 0, "the child's is another");
    scene.check(get(twin, 2) == "45", "the position is not shared any more");
}

void unlinked(Scene& scene) {
    const int file = create(scene, "file");
    put(scene, file, "only here");
    scene.must(::unlink(scene.path("file").c_str()), "unlink");
    scene.wait();
    struct stat info {};
    scene.check(::fstat(file, &info) == 0 && info.st_nlink == 0, "it has a name again");
    scene.must(::lseek(file, 0, SEEK_SET), "lseek");
    scene.check(get(file, 20) == "only here", "its contents are others");
}

void unlinkedWithOtherName(Scene& scene) {
    const int file = create(scene, "file");
    put(scene, file, "two names");
    scene.must(::link(scene.path("file").c_str(), scene.path("other").c_str()), "link");
    scene.must(::unlink(scene.path("file").c_str()), "unlink");
    scene.wait();
    put(scene, file, "!");
    const int other = scene.must(::open(scene.path("other").c_str(), O_RDONLY), "open");
    scene.check(get(other, 20) == "two names!", "the two are not one file any more");
}

void renamed(Scene& scene) {
    const int file = create(scene, "file");
    put(scene, file, "moved");
    scene.must(::rename(scene.path("file").c_str(), scene.path("renamed").c_str()), "rename");
    scene.wait();
    put(scene, file, " on");
    const int again = scene.must(::open(scene.path("renamed").c_str(), O_RDONLY), "open");
    scene.check(get(again, 20) == "moved on", "it is another file");
}

void replaced(Scene& scene) {
    const int old = create(scene, "file");
    put(scene, old, "old");
    put(scene, create(scene, "new"), "new");
    scene.must(::rename(scene.path("new").c_str(), scene.path("file").c_str()), "rename");
    scene.wait();
    scene.must(::lseek(old, 0, SEEK_SET), "lseek");
    scene.check(get(old, 9) == "old", "the old file has other contents");
    const int now = scene.must(::open(scene.path("file").c_str(), O_RDONLY), "open");
    scene.check(get(now, 9) == "new", "the new file has other contents");
}

void sparse(Scene& scene) {
    constexpr off_t size = 1LL << 30;
    const int file = create(scene, "file");
    scene.must(::ftruncate(file, size), "ftruncate");
    scene.must(::pwrite(file, "far", 3, size / 2), "pwrite");
    scene.wait();
    struct stat info {};
    char text[4] = {};
    scene.check(::fstat(file, &info) == 0 && info.st_size == size, "its size is another");
    scene.check(info.st_blocks * 512 < (1 << 20), "its holes are filled");
    scene.check(::pread(file, text, 3, size / 2) == 3 && !std::strcmp(text, "far"),
                "its contents are others");
}

void directory(Scene& scene) {
    scene.must(::mkdir(scene.path("folder").c_str(), 0700), "mkdir");
    const int folder =
        scene.must(::open(scene.path("folder").c_str(), O_RDONLY | O_DIRECTORY), "open");
    scene.wait();
    const int file = scene.must(::openat(folder, "inside", O_CREAT | O_WRONLY, 0600), "openat");
    ::close(file);
    scene.check(::access((scene.path("folder") + "/inside").c_str(), F_OK) == 0,
                "it is another folder");
}

void deletedDirectory(Scene& scene) {
    scene.must(::mkdir(scene.path("folder").c_str(), 0700), "mkdir");
    const int folder =
        scene.must(::open(scene.path("folder").c_str(), O_RDONLY | O_DIRECTORY), "open");
    scene.must(::rmdir(scene.path("folder").c_str()), "rmdir");
    scene.wait();
    struct stat info {};
    scene.check(::fstat(folder, &info) == 0 && S_ISDIR(info.st_mode), "it is no folder any more");
    scene.check(::access(scene.path("folder").c_str(), F_OK) < 0, "it has a name again");
}

void workingDirectory(Scene& scene) {
    scene.must(::mkdir(scene.path("folder").c_str(), 0700), "mkdir");
    scene.must(::chdir(scene.path("folder").c_str()), "chdir");
    scene.wait();
    char now[4096] = {};
    scene.check(::getcwd(now, sizeof now) && scene.path("folder") == now,
                "the working directory is another");
}

void deletedWorkingDirectory(Scene& scene) {
    scene.must(::mkdir(scene.path("folder").c_str(), 0700), "mkdir");
    scene.must(::chdir(scene.path("folder").c_str()), "chdir");
    scene.must(::rmdir(scene.path("folder").c_str()), "rmdir");
    scene.wait();
    struct stat info {};
    scene.check(::stat(".", &info) == 0 && S_ISDIR(info.st_mode), "there is no working directory");
    scene.check(::access(scene.path("folder").c_str(), F_OK) < 0, "it has a name again");
}

void attributes(Scene& scene) {
    const int file = create(scene, "file");
    const timespec times[] = {{1000000000, 5}, {1100000000, 7}};
    scene.must(::fchmod(file, 0751), "chmod");
    scene.must(::futimens(file, times), "futimens");
    scene.wait();
    struct stat info {};
    scene.must(::fstat(file, &info), "fstat");
    scene.check((info.st_mode & 07777) == 0751, "the permissions are others");
    scene.check(info.st_mtim.tv_sec == 1100000000 && info.st_mtim.tv_nsec == 7,
                "the time of change is another");
}

// Whether another process cannot have the lock.
template <typename Try>
bool heldAgainst(Try attempt) {
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(attempt() ? 1 : 0);
    int status = -1;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

struct flock range(short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = 10;
    lock.l_len = 20;
    return lock;
}

void lockOfFile(Scene& scene) {
    const int file = create(scene, "file");
    scene.must(::flock(file, LOCK_EX), "flock");
    scene.wait();
    scene.check(heldAgainst([&] {
                    const int other = ::open(scene.path("file").c_str(), O_RDWR);
                    return ::flock(other, LOCK_EX | LOCK_NB) == 0;
                }),
                "the lock is gone");
    scene.must(::flock(file, LOCK_UN), "flock");
}

void lockOfProcess(Scene& scene) {
    const int file = create(scene, "file");
    auto lock = range(F_WRLCK);
    scene.must(::fcntl(file, F_SETLK, &lock), "fcntl");
    scene.wait();
    scene.check(heldAgainst([&] {
                    auto wanted = range(F_WRLCK);
                    return ::fcntl(file, F_SETLK, &wanted) == 0;
                }),
                "the lock is gone");
}

void lockOfDescription(Scene& scene) {
    const int file = create(scene, "file");
    auto lock = range(F_WRLCK);
    scene.must(::fcntl(file, F_OFD_SETLK, &lock), "fcntl");
    scene.wait();
    scene.check(heldAgainst([&] {
                    const int other = ::open(scene.path("file").c_str(), O_RDWR);
                    auto wanted = range(F_WRLCK);
                    return ::fcntl(other, F_OFD_SETLK, &wanted) == 0;
                }),
                "the lock is gone");
}

void lease(Scene& scene) {
    ::close(create(scene, "file"));
    const int file = scene.must(::open(scene.path("file").c_str(), O_RDONLY), "open");
    const int result = ::fcntl(file, F_SETLEASE, F_RDLCK);
    if (result < 0)
        scene.absent("the session's file system gives no leases");
    scene.wait();
    scene.check(::fcntl(file, F_GETLEASE) == F_RDLCK, "the lease is gone");
}

void mask(Scene& scene) {
    ::umask(0137);
    scene.wait();
    scene.check(::umask(0) == 0137, "the mask is another");
}

void chrooted(Scene& scene) {
    scene.must(::mkdir(scene.path("root").c_str(), 0700), "mkdir");
    const int result = ::chroot(scene.path("root").c_str());
    if (scene.refused(result))
        scene.absent("programs of a session have no privileges");
    scene.must(result, "chroot");
    scene.wait();
}

void owner(Scene& scene) {
    const int file = create(scene, "file");
    scene.must(::fcntl(file, F_SETOWN, ::getpid()), "fcntl");
    scene.must(::fcntl(file, F_SETSIG, SIGWINCH), "fcntl");
    scene.wait();
    scene.check(::fcntl(file, F_GETOWN) == ::getpid(), "the descriptor's owner is another");
    scene.check(::fcntl(file, F_GETSIG) == SIGWINCH, "the descriptor's signal is another");
}

constexpr Kind kKinds[] = {
    {"files.offset", offset},
    {"files.append", append},
    {"files.o-path", onlyPath},
    {"files.shared-position", sharedPosition},
    {"files.unlinked", unlinked},
    {"files.unlinked-linked", unlinkedWithOtherName},
    {"files.renamed", renamed},
    {"files.replaced", replaced},
    {"files.sparse", sparse},
    {"files.directory", directory},
    {"files.deleted-directory", deletedDirectory},
    {"files.working-directory", workingDirectory},
    {"files.deleted-working-directory", deletedWorkingDirectory},
    {"files.attributes", attributes},
    {"files.flock", lockOfFile},
    {"files.posix-lock", lockOfProcess},
    {"files.ofd-lock", lockOfDescription},
    {"files.lease", lease},
    {"files.owner-signal", owner},
    {"files.umask", mask},
    {"files.chroot", chrooted},
};

} // namespace

std::span<const Kind> fileKinds() {
    return kKinds;
}

} // namespace victim
