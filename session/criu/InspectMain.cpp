// entracte-criu-inspect sockets: reads files.img from standard input and writes the paths that unix
// sockets are bound to, each ended by a NUL, to standard output (inspectImages in Criu.h).
// entracte-criu-inspect files: the same for the paths of regular files and directories.
// entracte-criu-inspect sizes: reads a list of paths, each ended by a NUL, an empty one, and
// files.img; writes it without the sizes of these files (FileSizes.h).
// entracte-criu-inspect terminals: reads a stream of images and writes the mended ones
// (TerminalImages.h).
// entracte-criu-inspect sessions: reads pstree.img and writes the mended one, or nothing when it is
// good as it is (SessionImages.h).
// entracte-criu-inspect pages: reads page maps of two dumps and writes how they become one
// (PageMerge.h).
//
// A program of a session shapes these bytes, so before the first of them is read, this process is
// nobody, may not open anything, and may use only the system calls of a filter. Exit status 0: all
// was read; 1: an image is damaged; 3: a terminal could not be told.

#include "session/criu/Confinement.h"
#include "session/criu/FileSizes.h"
#include "session/criu/ImageReader.h"
#include "session/criu/PageMerge.h"
#include "session/criu/SessionImages.h"
#include "session/criu/TerminalImages.h"

#include <seccomp.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <set>
#include <string_view>

namespace {

constexpr rlim_t kMemory = 256 << 20;
constexpr rlim_t kSeconds = 10;
constexpr int kDamaged = 1;
constexpr int kUnknown = 3;
constexpr std::size_t kMaxPaths = 100000;
constexpr std::size_t kMaxPathBytes = 8192; // a directory of PATH_MAX and a name of 108

// Memory and futex: what malloc and the end of a process need.
constexpr std::array kCalls{
    SCMP_SYS(read),   SCMP_SYS(write),  SCMP_SYS(writev),  SCMP_SYS(brk),   SCMP_SYS(mmap),
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit_group)};

entracte::Status writePath(std::string_view path) {
    char nul = '\0';
    iovec parts[] = {{const_cast<char*>(path.data()), path.size()}, {&nul, 1}};
    if (path.size() > kMaxPathBytes ||
        ::writev(STDOUT_FILENO, parts, 2) != static_cast<ssize_t>(path.size() + 1))
        return entracte::fail(entracte::ErrorCode::SnapshotDamaged, "Too much.");
    return {};
}

// `read`: readSocketPaths or readFilePaths.
template <typename Read>
int tellPaths(Read read) {
    std::size_t count = 0;
    const auto done = read(STDIN_FILENO, [&](std::string_view path) -> entracte::Status {
        if (++count > kMaxPaths)
            return entracte::fail(entracte::ErrorCode::SnapshotDamaged, "Too many.");
        return writePath(path);
    });
    return done ? 0 : kDamaged;
}

bool readAll(std::string& stream) {
    std::array<char, 65536> buffer{};
    ssize_t got = 0;
    while ((got = ::read(STDIN_FILENO, buffer.data(), buffer.size())) > 0)
        stream.append(buffer.data(), static_cast<std::size_t>(got));
    return got == 0;
}

bool writeAll(std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t put = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (put <= 0)
            return false;
        rest.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

int forgetSizes() {
    std::string stream;
    if (!readAll(stream))
        return kDamaged;
    std::set<std::string_view> paths;
    std::string_view rest(stream);
    for (;;) {
        const auto end = rest.find('\0');
        if (end == std::string_view::npos)
            return kDamaged;
        const auto path = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (path.empty())
            break;
        paths.insert(path);
    }
    const auto mended = entracte::forgetFileSizes(rest, paths);
    return mended && writeAll(*mended) ? 0 : kDamaged;
}

int mendTerminals() {
    std::string stream;
    if (!readAll(stream))
        return kDamaged;
    const auto images = entracte::unpackTerminals(stream);
    if (!images)
        return kDamaged;
    const auto mended = entracte::mendTerminals(*images);
    if (!mended)
        return mended.error().code() == entracte::ErrorCode::RestoreFailed ? kUnknown : kDamaged;
    const auto answer = entracte::packMended(*mended);
    return writeAll(answer) ? 0 : kDamaged;
}

int mendSessions() {
    std::string image;
    if (!readAll(image))
        return kDamaged;
    const auto mended = entracte::mendSessions(image);
    return mended && writeAll(*mended) ? 0 : kDamaged;
}

int mergeMaps() {
    std::string stream;
    if (!readAll(stream))
        return kDamaged;
    const auto halves = entracte::unpackHalves(stream);
    if (!halves)
        return kDamaged;
    std::map<std::uint32_t, entracte::MergedPages> merged;
    for (const auto& [pid, half] : *halves) {
        auto one = entracte::mergePages(half);
        if (!one)
            return kDamaged;
        merged.emplace(pid, std::move(*one));
    }
    return writeAll(entracte::packMerged(merged)) ? 0 : kDamaged;
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc == 2 ? argv[1] : "";
    if (!entracte::confine({kMemory, kSeconds, 0, kCalls, {}}))
        ::_exit(2);
    int status = 2;
    if (what == "sockets")
        status = tellPaths(entracte::readSocketPaths);
    else if (what == "files")
        status = tellPaths(entracte::readFilePaths);
    else if (what == "sizes")
        status = forgetSizes();
    else if (what == "terminals")
        status = mendTerminals();
    else if (what == "sessions")
        status = mendSessions();
    else if (what == "pages")
        status = mergeMaps();
    // The system call itself: what a C library or a sanitiser does at an end is not in the filter.
    ::syscall(SYS_exit_group, status);
    return status;
}
