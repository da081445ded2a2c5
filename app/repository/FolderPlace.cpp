#include "app/repository/FolderPlace.h"

#include "app/repository/Names.h"
#include "session/base/ScopeExit.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace entracte::repository {

namespace {

constexpr int kDeepest = 4;              // folders below each other
constexpr std::size_t kMost = 4'000'000; // files

Status writeFully(int to, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(to, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail(Error::fromErrno("The repository could not be written"));
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}

// In its place unless something is there already, on file systems that cannot do it at once, too.
bool placeNew(int folder, const char* from, const char* to) {
    if (::renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EEXIST)
        return ::unlinkat(folder, from, 0) == 0;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    if (::linkat(folder, from, folder, to, 0) == 0 || errno == EEXIST)
        return ::unlinkat(folder, from, 0) == 0;
    // No links either (FAT). Whoever comes second has the same bytes, the name being their hash.
    return ::renameat(folder, from, folder, to) == 0;
}

} // namespace

Result<std::unique_ptr<FolderPlace>> FolderPlace::open(const std::string& path, bool make) {
    if (make && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(Error::fromErrno("The folder " + path + " could not be made")
                        .withHint("Is the disk there?"));
    UniqueFd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root && errno == ENOENT)
        return fail(ErrorCode::NotFound, "There is no folder " + path + ".", {},
                    "Is the disk mounted?");
    if (!root)
        return fail(Error::fromErrno("The folder " + path + " could not be opened"));
    return std::unique_ptr<FolderPlace>(new FolderPlace(std::move(root)));
}

Result<UniqueFd> FolderPlace::openFile(const std::string& path, int flags) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NONBLOCK);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    UniqueFd file(
        static_cast<int>(::syscall(SYS_openat2, m_root.get(), path.c_str(), &how, sizeof how)));
    if (file)
        return file;
    if (errno == ENOENT)
        return fail(ErrorCode::NotFound, "The repository has no file " + path + ".");
    return fail(Error::fromErrno("The repository's file " + path + " could not be opened"));
}

Status FolderPlace::listInto(std::vector<Listed>& found, const std::string& folder,
                             int depth) const {
    auto opened = openFile(folder, O_RDONLY | O_DIRECTORY);
    if (!opened)
        return opened.error().code() == ErrorCode::NotFound ? Status()
                                                            : Status(fail(opened.error()));
    DIR* const entries = ::fdopendir(opened->get());
    if (!entries)
        return fail(Error::fromErrno("The repository could not be listed"));
    opened->release();
    const ScopeExit close([&] { ::closedir(entries); });
    errno = 0;
    while (const dirent* entry = ::readdir(entries)) {
        const std::string name = entry->d_name;
        const std::string path = folder + "/" + name;
        struct stat info {};
        if (name == "." || name == ".." ||
            ::fstatat(::dirfd(entries), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(info.st_mode) && depth < kDeepest)
            ENTRACTE_TRY(listInto(found, path, depth + 1));
        if (S_ISREG(info.st_mode))
            found.push_back({path, static_cast<std::uint64_t>(info.st_size)});
        if (found.size() > kMost)
            return fail(ErrorCode::SnapshotDamaged, "There are too many files in the repository.");
        errno = 0;
    }
    return errno == 0 ? Status()
                      : Status(fail(Error::fromErrno("The repository could not be listed")));
}

Result<std::vector<Listed>> FolderPlace::list(const std::string& folder) {
    std::vector<Listed> found;
    ENTRACTE_TRY(listInto(found, folder, 0));
    return found;
}

Result<ByteBuffer> FolderPlace::read(const std::string& path, std::uint64_t limit) {
    ENTRACTE_ASSIGN(bytes, readRange(path, 0, limit + 1));
    if (bytes.size() > limit)
        return fail(ErrorCode::SnapshotDamaged,
                    "The repository's file " + path + " is larger than any that we write.");
    return std::move(bytes);
}

Result<ByteBuffer> FolderPlace::readRange(const std::string& path, std::uint64_t offset,
                                          std::uint64_t bytes) {
    ENTRACTE_ASSIGN(file, openFile(path, O_RDONLY));
    struct stat info {};
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return fail(ErrorCode::SnapshotDamaged, "The repository's " + path + " is no file.");
    const auto size = static_cast<std::uint64_t>(info.st_size);
    ByteBuffer content(offset < size ? std::min(bytes, size - offset) : 0);
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t got = ::pread(file.get(), content.data() + done, content.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(Error::fromErrno("The repository's file " + path + " could not be read"));
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    content.resize(done);
    return content;
}

Status FolderPlace::fetch(const std::vector<std::string>& paths, const std::string& into,
                          std::uint64_t limit) {
    for (const std::string& path : paths) {
        const auto bytes = read(path, limit);
        if (!bytes && bytes.error().code() != ErrorCode::NotFound &&
            bytes.error().code() != ErrorCode::SnapshotDamaged)
            return fail(bytes.error());
        if (!bytes)
            continue;
        const auto target = std::filesystem::path(into) / path;
        std::error_code problem;
        std::filesystem::create_directories(target.parent_path(), problem);
        std::ofstream out(target, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(bytes->data()),
                  static_cast<std::streamsize>(bytes->size()));
        if (!out.flush())
            return fail(ErrorCode::NoSpace, "The file " + target.string() + " was not written.");
    }
    return {};
}

Status FolderPlace::write(const std::string& path, ByteView bytes) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
        if (::mkdirat(m_root.get(), path.substr(0, at).c_str(), 0700) != 0 && errno != EEXIST)
            return fail(Error::fromErrno("The repository could not be written"));
    ENTRACTE_ASSIGN(parent, openFile(folder, O_RDONLY | O_DIRECTORY));
    std::array<std::byte, 8> random{};
    ::randombytes_buf(random.data(), random.size());
    const std::string part = name.substr(0, 16) + ".part-" + hex(random);
    UniqueFd file(::openat(parent.get(), part.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return fail(Error::fromErrno("The repository could not be written"));
    ScopeExit remove([&] { ::unlinkat(parent.get(), part.c_str(), 0); });
    ENTRACTE_TRY(writeFully(file.get(), bytes));
    if (::fsync(file.get()) != 0 || !placeNew(parent.get(), part.c_str(), name.c_str()))
        return fail(Error::fromErrno("The repository could not be written"));
    remove.dismiss();
    ::fsync(parent.get()); // some file systems have no such thing for folders
    return {};
}

Status FolderPlace::remove(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        const auto slash = path.rfind('/');
        const auto parent = openFile(slash == std::string::npos ? "." : path.substr(0, slash),
                                     O_RDONLY | O_DIRECTORY);
        if (!parent && parent.error().code() == ErrorCode::NotFound)
            continue;
        if (!parent)
            return fail(parent.error());
        const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
        if (::unlinkat(parent->get(), name.c_str(), 0) != 0 && errno != ENOENT)
            return fail(Error::fromErrno("The repository's file " + path + " was not removed"));
    }
    return {};
}

} // namespace entracte::repository
