#include "session/store/TreeExtractor.h"

#include "session/base/UniqueFd.h"
#include "session/store/Directories.h"
#include "session/store/LayerAttributes.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace entracte {

namespace {

struct Place {
    UniqueFd parent;
    std::string name; // single
};

// Set after everything inside is there.
struct FolderTimes {
    std::string path;
    timespec modified;
};

tl::unexpected<Error> hostile(std::string detail) {
    return fail(
        Error(ErrorCode::SnapshotDamaged,
              "The snapshot holds something that no session of this computer wrote.")
            .withDetail(std::move(detail))
            .withHint("Nothing was changed. Resume from another snapshot of this session."));
}

Result<UniqueFd> openBeneath(int top, const std::string& path) {
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    UniqueFd directory(static_cast<int>(
        ::syscall(SYS_openat2, top, path.empty() ? "." : path.c_str(), &how, sizeof how)));
    if (!directory)
        return hostile("no folder for " + path + ": errno " + std::to_string(errno));
    return directory;
}

// Folder and last name of a path of the archive; refuses what could lead elsewhere.
Result<Place> placeOf(int top, const char* raw) {
    std::string path(raw ? raw : "");
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    if (path.empty() || path.front() == '/' || path.size() >= 4096)
        return hostile("a path that is empty, absolute or too long");
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view step(path.data() + start, end - start);
        if (step.empty() || step == "." || step == "..")
            return hostile("a path with the step \"" + std::string(step) + "\"");
        start = end + 1;
    }
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
    ENTRACTE_ASSIGN(parent, openBeneath(top, folder));
    return Place{std::move(parent), slash == std::string::npos ? path : path.substr(slash + 1)};
}

bool isAttributeOfALayer(std::string_view key) {
    return key.starts_with("user.") || key.starts_with("security.") ||
           key.starts_with("trusted.overlay.") || key == "system.posix_acl_access" ||
           key == "system.posix_acl_default";
}

class TreeExtractor {
public:
    TreeExtractor(ByteSource& source, int top, const std::function<Status(std::uint64_t)>& progress)
        : m_source(source), m_top(top), m_progress(progress),
          m_archive(archive_read_new(), archive_read_free) {}

    Status run() {
        archive* in = m_archive.get();
        if (!in)
            return fail(ErrorCode::NoSpace, "There is not enough memory to unpack the snapshot.");
        if (archive_read_support_format_tar(in) != ARCHIVE_OK ||
            archive_read_open(in, this, nullptr, &TreeExtractor::obtain, nullptr) != ARCHIVE_OK)
            return archiveError();
        for (;;) {
            archive_entry* entry = nullptr;
            const int step = archive_read_next_header(in, &entry);
            if (step == ARCHIVE_EOF)
                break;
            if (step != ARCHIVE_OK)
                return archiveError();
            ENTRACTE_TRY(take(entry));
            ENTRACTE_TRY(m_progress(0));
        }
        for (auto folder = m_folders.rbegin(); folder != m_folders.rend(); ++folder) {
            ENTRACTE_ASSIGN(directory, openBeneath(m_top, folder->path));
            const timespec times[2] = {{0, UTIME_OMIT}, folder->modified};
            if (::futimens(directory.get(), times) != 0)
                return fail(diskError("The time of a folder could not be set"));
        }
        return {};
    }

private:
    static la_ssize_t obtain(archive* in, void* self, const void** bytes) {
        auto& extractor = *static_cast<TreeExtractor*>(self);
        auto got = extractor.m_source.read();
        if (got) {
            *bytes = got->data();
            return static_cast<la_ssize_t>(got->size());
        }
        extractor.m_sourceError = std::move(got).error();
        archive_set_error(in, EIO, "the source failed");
        return -1;
    }

    tl::unexpected<Error> archiveError() {
        if (m_sourceError)
            return fail(*m_sourceError);
        const char* text = archive_error_string(m_archive.get());
        return hostile(text ? text : "libarchive gave no reason");
    }

    Status take(archive_entry* entry) {
        ENTRACTE_ASSIGN(place, placeOf(m_top, archive_entry_pathname(entry)));
        const char* name = place.name.c_str();
        const int parent = place.parent.get();
        if (const char* target = archive_entry_hardlink(entry)) {
            ENTRACTE_ASSIGN(first, placeOf(m_top, target));
            if (::linkat(first.parent.get(), first.name.c_str(), parent, name, 0) != 0)
                return refusal("a hard link");
            return {};
        }
        const mode_t type = archive_entry_filetype(entry);
        // setuid and its like are kept: the layer is in a folder of root's, and mounted nosuid in
        // effect for sessions, whose programs cannot gain privileges.
        const mode_t mode = archive_entry_mode(entry) & 07777;
        if (type == AE_IFREG)
            ENTRACTE_TRY(takeFile(entry, parent, name));
        else if (type == AE_IFDIR) {
            if (::mkdirat(parent, name, 0700) != 0)
                return refusal("a folder");
            m_folders.push_back({archive_entry_pathname(entry), modified(entry)});
        } else if (type == AE_IFLNK) {
            const char* target = archive_entry_symlink(entry);
            if (!target || ::symlinkat(target, parent, name) != 0)
                return refusal("a symbolic link");
        } else if (type == AE_IFIFO) {
            if (::mknodat(parent, name, S_IFIFO | 0600, 0) != 0)
                return refusal("a pipe");
        } else if (type == AE_IFCHR && archive_entry_rdevmajor(entry) == 0 &&
                   archive_entry_rdevminor(entry) == 0) {
            if (::mknodat(parent, name, S_IFCHR, makedev(0, 0)) != 0)
                return refusal("a whiteout");
        } else {
            return hostile("an entry of the type " + std::to_string(type));
        }
        return setFacts(entry, place, type, mode);
    }

    Status setFacts(archive_entry* entry, const Place& place, mode_t type, mode_t mode) {
        const char* name = place.name.c_str();
        if (::fchownat(place.parent.get(), name, static_cast<uid_t>(archive_entry_uid(entry)),
                       static_cast<gid_t>(archive_entry_gid(entry)), AT_SYMLINK_NOFOLLOW) != 0)
            return fail(diskError("The owner of a file of the session could not be set"));
        // Nothing but us works in this folder: the name still is what was made above, no link.
        if (type != AE_IFLNK && ::fchmodat(place.parent.get(), name, mode, 0) != 0)
            return fail(diskError("The mode of a file of the session could not be set"));
        archive_entry_xattr_reset(entry);
        const char* key = nullptr;
        const void* value = nullptr;
        std::size_t size = 0;
        while (archive_entry_xattr_next(entry, &key, &value, &size) == ARCHIVE_OK) {
            if (!key || !isAttributeOfALayer(key))
                return hostile("an attribute that no layer has");
            ENTRACTE_TRY(writeAttribute(place.parent.get(), place.name, key,
                                        {static_cast<const char*>(value), size}));
        }
        const timespec times[2] = {{0, UTIME_OMIT}, modified(entry)};
        if (::utimensat(place.parent.get(), name, times, AT_SYMLINK_NOFOLLOW) != 0)
            return fail(diskError("The time of a file of the session could not be set"));
        return {};
    }

    Status takeFile(archive_entry* entry, int parent, const char* name) {
        UniqueFd file(
            ::openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file)
            return refusal("a file");
        const std::int64_t size = archive_entry_size(entry);
        if (size < 0 || ::ftruncate(file.get(), size) != 0)
            return refusal("the size of a file");
        for (;;) {
            const void* bytes = nullptr;
            std::size_t count = 0;
            la_int64_t offset = 0;
            const int step = archive_read_data_block(m_archive.get(), &bytes, &count, &offset);
            if (step == ARCHIVE_EOF)
                return {};
            if (step != ARCHIVE_OK)
                return archiveError();
            if (offset < 0 || offset > size || static_cast<std::int64_t>(count) > size - offset)
                return hostile("contents beyond the end of their file");
            ENTRACTE_TRY(writeAt(file.get(), static_cast<const char*>(bytes), count, offset));
            ENTRACTE_TRY(m_progress(count));
        }
    }

    static Status writeAt(int file, const char* bytes, std::size_t count, std::int64_t offset) {
        while (count > 0) {
            const ssize_t wrote = ::pwrite(file, bytes, count, offset);
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0)
                return fail(diskError("A file of the session could not be written"));
            bytes += wrote;
            offset += wrote;
            count -= static_cast<std::size_t>(wrote);
        }
        return {};
    }

    // Making an entry failed: a full disk is the machine's fault, most else the archive's.
    static tl::unexpected<Error> refusal(const char* what) {
        const int problem = errno;
        if (problem == EEXIST || problem == ENOENT || problem == ENOTDIR || problem == ELOOP ||
            problem == EINVAL || problem == ENAMETOOLONG || problem == EXDEV || problem == EFBIG)
            return hostile(std::string(what) + ": errno " + std::to_string(problem));
        return fail(diskError(std::string("Unpacking ") + what + " failed", problem));
    }

    static timespec modified(archive_entry* entry) {
        return {archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    }

    ByteSource& m_source;
    int m_top;
    const std::function<Status(std::uint64_t)>& m_progress;
    std::optional<Error> m_sourceError;
    std::vector<FolderTimes> m_folders;
    std::unique_ptr<archive, int (*)(archive*)> m_archive;
};

} // namespace

Status extractTree(ByteSource& source, int directory,
                   const std::function<Status(std::uint64_t)>& progress) {
    return TreeExtractor(source, directory, progress).run();
}

} // namespace entracte
