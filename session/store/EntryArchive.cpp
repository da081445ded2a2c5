#include "session/store/EntryArchive.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace entracte {

namespace {

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

class PaxArchive final : public EntryArchive {
public:
    PaxArchive(ByteSink& sink, Progress progress)
        : m_sink(sink), m_progress(std::move(progress)), m_buffer(kBuffer),
          m_archive(archive_write_new(), archive_write_free) {}

    Status open() {
        archive* out = m_archive.get();
        if (!out || !m_zeros.valid())
            return fail(ErrorCode::NoSpace,
                        "There is not enough memory to read the session's files.");
        // Names as bytes; attributes only in the form whose names are escaped.
        if (archive_write_set_format_pax(out) != ARCHIVE_OK ||
            archive_write_set_options(out, "hdrcharset=BINARY,xattrheader=LIBARCHIVE") !=
                ARCHIVE_OK ||
            archive_write_set_bytes_per_block(out, 64 * 1024) != ARCHIVE_OK ||
            archive_write_open2(out, this, nullptr, &PaxArchive::deliver, nullptr, nullptr) !=
                ARCHIVE_OK)
            return archiveError();
        return {};
    }

    Status add(const TreeEntry& what, const EntryData& data) override {
        const struct stat& status = what.status;
        const Entry entry(archive_entry_new(), archive_entry_free);
        archive_entry_copy_pathname(entry.get(), what.path.c_str());
        archive_entry_set_mode(entry.get(), status.st_mode);
        archive_entry_set_uid(entry.get(), status.st_uid);
        archive_entry_set_gid(entry.get(), status.st_gid);
        archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
        if (!what.hardLink.empty()) {
            archive_entry_copy_hardlink(entry.get(), what.hardLink.c_str());
            return writeHeader(entry.get());
        }
        for (const auto& [key, value] : what.attributes)
            archive_entry_xattr_add_entry(entry.get(), key.c_str(), value.data(), value.size());
        if (S_ISREG(status.st_mode))
            return addFile(what, data, entry.get());
        if (S_ISLNK(status.st_mode))
            archive_entry_copy_symlink(entry.get(), what.target.c_str());
        if (S_ISCHR(status.st_mode)) // a whiteout
            archive_entry_set_rdev(entry.get(), 0);
        return writeHeader(entry.get());
    }

    Result<ArchiveFacts> finish() override {
        if (archive_write_close(m_archive.get()) != ARCHIVE_OK)
            return archiveError();
        return m_facts;
    }

private:
    static la_ssize_t deliver(archive*, void* self, const void* bytes, std::size_t size) {
        auto& archiver = *static_cast<PaxArchive*>(self);
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

    Status addFile(const TreeEntry& what, const EntryData& data, archive_entry* entry) {
        const std::int64_t size = what.status.st_size;
        const auto& extents = what.extents;
        const bool whole = extents.size() == 1 && extents[0].from == 0 && extents[0].to == size;
        archive_entry_set_size(entry, size);
        if (size > 0 && !whole) {
            for (const Extent& extent : extents)
                archive_entry_sparse_add_entry(entry, extent.from, extent.to - extent.from);
            if (extents.empty())
                archive_entry_sparse_add_entry(entry, 0, 0);
        }
        ENTRACTE_TRY(writeHeader(entry));
        std::int64_t position = 0;
        std::int64_t packed = data.at;
        for (const Extent& extent : extents) {
            ENTRACTE_TRY(addHole(extent.from - position));
            const std::int64_t length = extent.to - extent.from;
            const bool inTheFile = data.at == EntryData::kAsInTheFile;
            ENTRACTE_TRY(addData(data.file, inTheFile ? extent.from : packed, length));
            packed += length;
            position = extent.to;
        }
        ENTRACTE_TRY(addHole(size - position));
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

    Status addData(int file, std::int64_t from, std::int64_t left) {
        while (left > 0) {
            const auto want = std::min(left, static_cast<std::int64_t>(m_buffer.size()));
            const ssize_t got =
                ::pread(file, m_buffer.data(), static_cast<std::size_t>(want), from);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("A file of the session could not be read"));
            if (got == 0) // shorter than a moment ago
                return addHole(left);
            ENTRACTE_TRY(pass(m_buffer.data(), static_cast<std::size_t>(got)));
            from += got;
            left -= got;
            m_facts.fileBytes += static_cast<std::uint64_t>(got);
            if (m_progress)
                ENTRACTE_TRY(m_progress(static_cast<std::uint64_t>(got)));
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
    const Progress m_progress;
    std::optional<Error> m_sinkError;
    std::vector<std::byte> m_buffer;
    Zeros m_zeros;
    ArchiveFacts m_facts;
    Archive m_archive; // last: freeing it writes to what is above
};

} // namespace

Result<std::unique_ptr<EntryArchive>> EntryArchive::begin(ByteSink& sink, Progress progress) {
    auto archive = std::make_unique<PaxArchive>(sink, std::move(progress));
    ENTRACTE_TRY(archive->open());
    return archive;
}

} // namespace entracte
