#include "session/copy/CopyFile.h"

#include "session/base/ScopeExit.h"
#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace entracte::copy {
namespace {

constexpr std::size_t kPiece = 128 * 1024; // bytes

UniqueFd openIn(int root, const std::string& path, int flags, mode_t mode = 0) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
    how.mode = mode;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

tl::unexpected<Error> cannot(const std::string& what, const std::string& path) {
    const int error = errno;
    const std::string sentence = "\"" + path + "\" in the session could not be " + what;
    if (error == ENOENT || error == ENOTDIR)
        return fail(ErrorCode::NotFound, "There is no \"" + path + "\" in the session.");
    if (error == EACCES || error == EPERM || error == EROFS)
        return fail(ErrorCode::NotAuthorized, sentence + ": it may not be.");
    return fail(Error::fromErrno(sentence, error));
}

Status pump(int from, int to, const std::string& path) {
    std::array<char, kPiece> piece;
    for (;;) {
        const ssize_t got = ::read(from, piece.data(), piece.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot("read", path);
        if (got == 0)
            return {};
        for (ssize_t done = 0; done < got;) {
            const ssize_t wrote =
                ::write(to, piece.data() + done, static_cast<std::size_t>(got - done));
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0)
                return cannot("copied", path);
            done += wrote;
        }
    }
}

bool isFolder(int root, const std::string& path) {
    return openIn(root, path, O_PATH | O_DIRECTORY).valid();
}

} // namespace

Status copyOut(int root, const std::string& path, int out) {
    // Looked at before it is opened: opening a pipe or a device may do something.
    const UniqueFd place = openIn(root, path, O_PATH);
    struct stat status {};
    if (!place || ::fstat(place.get(), &status) != 0)
        return cannot("found", path);
    if (S_ISDIR(status.st_mode))
        return fail(ErrorCode::InvalidArgument, "\"" + path + "\" in the session is a folder.", {},
                    "Files are copied one by one.");
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::InvalidArgument, "\"" + path + "\" in the session is no file.");
    const UniqueFd file(::open(("/proc/self/fd/" + std::to_string(place.get())).c_str(),
                               O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file)
        return cannot("opened", path);
    return pump(file.get(), out, path);
}

Status copyIn(int root, const std::string& path, const std::string& name, mode_t mode, int in) {
    const bool into = isFolder(root, path);
    const auto slash = path.rfind('/');
    const std::string folder = into ? path : path.substr(0, slash + 1);
    const std::string last = into ? name : path.substr(slash + 1);
    if (last.empty() || last == "." || last == ".." || last.find('/') != std::string::npos)
        return fail(ErrorCode::InvalidArgument, "\"" + path + "\" is no name for a file.");
    const UniqueFd place = openIn(root, folder.empty() ? "/" : folder, O_PATH | O_DIRECTORY);
    if (!place)
        return cannot("found", folder);
    struct stat status {};
    if (::fstatat(place.get(), last.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
        return fail(ErrorCode::InvalidArgument,
                    "\"" + last + "\" is there already, and is no file.");
    const std::string part = ".entracte-" + std::to_string(::getpid()) + "-" + last;
    const std::string made = part.substr(0, 255);
    const UniqueFd file(::openat(place.get(), made.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return cannot("made", path);
    ScopeExit undo([&] { ::unlinkat(place.get(), made.c_str(), 0); });
    ENTRACTE_TRY(pump(in, file.get(), path));
    if (::fchmod(file.get(), mode & 0777) != 0 ||
        ::renameat(place.get(), made.c_str(), place.get(), last.c_str()) != 0)
        return cannot("put into place", path);
    undo.dismiss();
    return {};
}

} // namespace entracte::copy
