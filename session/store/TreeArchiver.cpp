#include "session/store/TreeArchiver.h"

#include "session/base/UniqueFd.h"
#include "session/store/Directories.h"
#include "session/store/LayerAttributes.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace entracte {

namespace {

constexpr int kMaxDepth = 400;             // one descriptor is open for each level
constexpr std::size_t kMaxPath = 4000;     // bytes; below PATH_MAX
constexpr std::size_t kBuffer = 1 << 20;   // bytes
constexpr std::size_t kHoleView = 1 << 30; // bytes of zeros in the address space, not in memory

using Archive = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

// What libarchive reads for holes, without any memory behind it.
class Zeros {
public:
    Zeros()
        : m_bytes(::mmap(nullptr, kHoleView, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                         -1, 0)) {}
    Zeros(const Zeros&) = delete;
    Zeros& operator=(const Zeros&) = delete;
    ~Zeros() {
        if (valid())
            ::munmap(m_bytes, kHoleView);
    }
    bool valid() const { return m_bytes != MAP_FAILED; }
    const void* data() const { return m_bytes; }

private:
    void* m_bytes;
};

struct Extent {
    std::int64_t from;
    std::int64_t to; // first byte after
};

std::vector<Extent> dataExtents(int file, std::int64_t size) {
    std::vector<Extent> extents;
    std::int64_t position = 0;
    while (position < size) {
        const off_t data = ::lseek(file, position, SEEK_DATA);
        if (data < 0)
            break; // ENXIO: a hole up to the end
        off_t hole = ::lseek(file, data, SEEK_HOLE);
        if (hole < 0 || hole > size)
            hole = size;
        if (data >= hole)
            break;
        extents.push_back({data, hole});
        position = hole;
    }
    return extents;
}

class TreeArchiver {
public:
    TreeArchiver(ByteSink& sink, const ArchiveOptions& options)
        : m_sink(sink), m_options(options), m_buffer(kBuffer),
          m_archive(archive_write_new(), archive_write_free) {}

    Result<ArchiveFacts> run(int directory) {
        archive* out = m_archive.get();
        if (!out || !m_zeros.valid())
            return fail(ErrorCode::NoSpace,
                        "There is not enough memory to read the session's files.");
        // Names as bytes; attributes only in the form whose names are escaped.
        if (archive_write_set_format_pax(out) != ARCHIVE_OK ||
            archive_write_set_options(out, "hdrcharset=BINARY,xattrheader=LIBARCHIVE") !=
                ARCHIVE_OK ||
            archive_write_set_bytes_per_block(out, 64 * 1024) != ARCHIVE_OK ||
            archive_write_open2(out, this, nullptr, &TreeArchiver::deliver, nullptr, nullptr) !=
                ARCHIVE_OK)
            return archiveError();
        ENTRACTE_TRY(addContents(directory, "", 0));
        if (archive_write_close(out) != ARCHIVE_OK)
            return archiveError();
        return m_facts;
    }

private:
    static la_ssize_t deliver(archive*, void* self, const void* bytes, std::size_t size) {
        auto& archiver = *static_cast<TreeArchiver*>(self);
        if (!archiver.m_sinkError) {
            auto written = archiver.m_sink.write({static_cast<const std::byte*>(bytes), size});
            if (written)
                return static_cast<la_ssize_t>(size);
            archiver.m_sinkError = std::move(written).error();
        }
        return -1;
    }

    tl::unexpected<Error> archiveError() {
        if (m_sinkError)
            return fail(*m_sinkError);
        const char* text = archive_error_string(m_archive.get());
        return fail(ErrorCode::Internal, "The session's files could not be packed.",
                    text ? text : "libarchive gave no reason");
    }

    Status addContents(int directory, const std::string& prefix, int depth) {
        if (depth > kMaxDepth || prefix.size() > kMaxPath)
            return fail(ErrorCode::NotCheckpointable,
                        "The session holds folders that are nested too deeply to be saved.", {},
                        "Remove them, then try again.");
        ENTRACTE_ASSIGN(names, namesIn(directory));
        for (const std::string& name : names)
            if (depth > 0 || !m_options.leaveOut.contains(name))
                ENTRACTE_TRY(add(directory, name, prefix + name, depth));
        return {};
    }

    Status add(int directory, const std::string& name, const std::string& path, int depth) {
        struct stat status {};
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return fail(Error::fromErrno("A file of the session could not be examined"));
        if (m_options.progress)
            ENTRACTE_TRY(m_options.progress(0));
        const bool whiteout = S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
        if (S_ISSOCK(status.st_mode) || S_ISBLK(status.st_mode) ||
            (S_ISCHR(status.st_mode) && !whiteout))
            return {};
        if (path.size() > kMaxPath)
            return fail(ErrorCode::NotCheckpointable,
                        "The session holds files whose paths are too long to be saved.", {},
                        "Remove them, then try again.");

        const Entry entry(archive_entry_new(), archive_entry_free);
        archive_entry_copy_pathname(entry.get(), path.c_str());
        archive_entry_set_mode(entry.get(), status.st_mode);
        archive_entry_set_uid(entry.get(), status.st_uid);
        archive_entry_set_gid(entry.get(), status.st_gid);
        archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, status.st_mtim.tv_nsec);

        if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
            const auto [known, isNew] = m_links.try_emplace({status.st_dev, status.st_ino}, path);
            if (!isNew) {
                archive_entry_copy_hardlink(entry.get(), known->second.c_str());
                return writeHeader(entry.get());
            }
        }
        ENTRACTE_ASSIGN(attributes, readAttributes(directory, name));
        for (const auto& [key, value] : attributes)
            archive_entry_xattr_add_entry(entry.get(), key.c_str(), value.data(), value.size());

        if (S_ISREG(status.st_mode))
            return addFile(directory, name, status, entry.get());
        if (S_ISLNK(status.st_mode)) {
            std::string target(kMaxPath + 96, '\0');
            const ssize_t size =
                ::readlinkat(directory, name.c_str(), target.data(), target.size());
            if (size < 0)
                return fail(Error::fromErrno("A link of the session could not be read"));
            target.resize(static_cast<std::size_t>(size));
            archive_entry_copy_symlink(entry.get(), target.c_str());
        }
        if (whiteout)
            archive_entry_set_rdev(entry.get(), 0);
        ENTRACTE_TRY(writeHeader(entry.get()));
        if (!S_ISDIR(status.st_mode))
            return {};
        UniqueFd child(
            ::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!child)
            return fail(Error::fromErrno("A folder of the session could not be opened"));
        return addContents(child.get(), path + '/', depth + 1);
    }

    Status addFile(int directory, const std::string& name, const struct stat& status,
                   archive_entry* entry) {
        UniqueFd file(
            ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file)
            return fail(Error::fromErrno("A file of the session could not be opened"));
        const auto extents = dataExtents(file.get(), status.st_size);
        const bool whole =
            extents.size() == 1 && extents[0].from == 0 && extents[0].to == status.st_size;
        archive_entry_set_size(entry, status.st_size);
        if (status.st_size > 0 && !whole) {
            for (const Extent& extent : extents)
                archive_entry_sparse_add_entry(entry, extent.from, extent.to - extent.from);
            if (extents.empty())
                archive_entry_sparse_add_entry(entry, 0, 0);
        }
        ENTRACTE_TRY(writeHeader(entry));
        std::int64_t position = 0;
        for (const Extent& extent : extents) {
            ENTRACTE_TRY(addHole(extent.from - position));
            ENTRACTE_TRY(addData(file.get(), extent));
            position = extent.to;
        }
        ENTRACTE_TRY(addHole(status.st_size - position));
        if (archive_write_finish_entry(m_archive.get()) != ARCHIVE_OK)
            return archiveError();
        return {};
    }

    Status addHole(std::int64_t size) {
        while (size > 0) {
            const auto step = std::min(size, static_cast<std::int64_t>(kHoleView));
            ENTRACTE_TRY(pass(m_zeros.data(), static_cast<std::size_t>(step)));
            size -= step;
        }
        return {};
    }

    Status addData(int file, const Extent& extent) {
        std::int64_t position = extent.from;
        while (position < extent.to) {
            const auto want =
                std::min(extent.to - position, static_cast<std::int64_t>(m_buffer.size()));
            ssize_t got = ::pread(file, m_buffer.data(), static_cast<std::size_t>(want), position);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("A file of the session could not be read"));
            if (got == 0) // shorter than a moment ago
                return addHole(extent.to - position);
            ENTRACTE_TRY(pass(m_buffer.data(), static_cast<std::size_t>(got)));
            position += got;
            m_facts.fileBytes += static_cast<std::uint64_t>(got);
            if (m_options.progress)
                ENTRACTE_TRY(m_options.progress(static_cast<std::uint64_t>(got)));
        }
        return {};
    }

    Status pass(const void* bytes, std::size_t size) {
        if (archive_write_data(m_archive.get(), bytes, size) != static_cast<la_ssize_t>(size))
            return archiveError();
        return {};
    }

    Status writeHeader(archive_entry* entry) {
        if (archive_write_header(m_archive.get(), entry) != ARCHIVE_OK)
            return archiveError();
        return {};
    }

    ByteSink& m_sink;
    const ArchiveOptions& m_options;
    std::optional<Error> m_sinkError;
    std::vector<std::byte> m_buffer;
    Zeros m_zeros;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links; // first path of each file with several
    ArchiveFacts m_facts;
    Archive m_archive; // last: freeing it writes to what is above
};

} // namespace

Result<ArchiveFacts> archiveTree(int directory, ByteSink& sink, const ArchiveOptions& options) {
    return TreeArchiver(sink, options).run(directory);
}

} // namespace entracte
