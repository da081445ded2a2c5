#include "session/store/Directories.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace entracte {

Error diskError(std::string what) {
    return diskError(std::move(what), errno);
}

Error diskError(std::string what, int errnoValue) {
    Error cause = Error::fromErrno(std::move(what), errnoValue);
    if (errnoValue != ENOSPC && errnoValue != EDQUOT)
        return cause;
    return Error(ErrorCode::NoSpace, "The disk is full. Nothing that was stored before is lost.")
        .withHint("Free some space, or delete snapshots that are no longer needed.")
        .causedBy(std::move(cause));
}

namespace {
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
} // namespace

Result<UniqueFd> openDirectory(const std::filesystem::path& path, bool create) {
    if (create) {
        std::error_code ignored; // the last step, below, tells what is wrong
        std::filesystem::create_directories(path.parent_path(), ignored);
        if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
            return fail(diskError("The folder " + path.string() + " could not be made"));
    }
    UniqueFd directory(::open(path.c_str(), kDirectoryFlags));
    if (!directory)
        return fail(Error::fromErrno("The folder " + path.string() + " could not be opened"));
    return directory;
}

Result<UniqueFd> openDirectoryAt(int parent, std::string_view name, bool create) {
    const std::string single(name);
    if (create && ::mkdirat(parent, single.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(diskError("The folder " + single + " could not be made"));
    UniqueFd directory(::openat(parent, single.c_str(), kDirectoryFlags));
    if (!directory && errno == ENOENT)
        return fail(ErrorCode::NotFound, "There is no folder " + single + ".");
    if (!directory)
        return fail(Error::fromErrno("The folder " + single + " could not be opened"));
    return directory;
}

Result<bool> isExposed(int directory) {
    struct stat status {};
    if (::fstat(directory, &status) != 0)
        return fail(Error::fromErrno("A folder could not be examined"));
    return (status.st_uid != ::geteuid() && status.st_uid != 0) || (status.st_mode & 077) != 0;
}

Status writeFileDurably(int directory, std::string_view name, std::string_view bytes) {
    const std::string final(name);
    const std::string beside = final + ".new";
    UniqueFd file(::openat(directory, beside.c_str(),
                           O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return fail(diskError("The file " + final + " could not be made"));
    const auto give_up = [&](const char* what) {
        Error error = diskError(std::string(what) + " " + final);
        ::unlinkat(directory, beside.c_str(), 0);
        return fail(std::move(error));
    };
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(file.get(), bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return give_up("Nothing could be written to");
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    if (::fsync(file.get()) != 0)
        return give_up("The disk did not take");
    if (::renameat(directory, beside.c_str(), directory, final.c_str()) != 0)
        return give_up("The disk did not take");
    return syncDirectory(directory);
}

Result<std::string> readFileAt(int directory, std::string_view name, std::size_t limit) {
    const std::string single(name);
    UniqueFd file(
        ::openat(directory, single.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT)
        return fail(ErrorCode::NotFound, "There is no file " + single + ".");
    if (!file)
        return fail(Error::fromErrno("The file " + single + " could not be opened"));
    std::string bytes(limit + 1, '\0');
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(Error::fromErrno("The file " + single + " could not be read"));
        if (got == 0)
            break;
        size += static_cast<std::size_t>(got);
    }
    if (size > limit)
        return fail(ErrorCode::InvalidArgument,
                    "The file " + single + " is longer than it may be.");
    bytes.resize(size);
    return bytes;
}

Result<std::vector<std::string>> namesIn(int directory) {
    const int own = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        return fail(Error::fromErrno("A folder could not be opened"));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), ::closedir);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get()))
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            names.emplace_back(entry->d_name);
    if (errno != 0)
        return fail(Error::fromErrno("A folder could not be read"));
    std::ranges::sort(names);
    return names;
}

Status syncDirectory(int directory) {
    if (::fsync(directory) != 0)
        return fail(diskError("The disk did not take a folder"));
    return {};
}

} // namespace entracte
