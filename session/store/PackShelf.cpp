#include "session/store/PackShelf.h"

#include "session/store/Directories.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace entracte {

namespace {

constexpr std::size_t kBuffer = 1 << 20;          // bytes
constexpr std::uint64_t kPackSize = 256ull << 20; // bytes; a pack that is longer gets no more
constexpr std::uint64_t kWriteBack = 16ull << 20; // bytes after which the disk may begin
constexpr std::size_t kMaxOpen = 64;              // files
constexpr const char* kUnfinished = ".part";

Result<std::size_t> readAt(int file, std::span<std::byte> into, std::uint64_t offset,
                           std::uint64_t pack) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = ::pread(file, into.data() + done, into.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EIO)
            return fail(damagedPack(pack, "the disk cannot read it")
                            .causedBy(Error::fromErrno("A pack of the store could not be read")));
        if (got < 0)
            return fail(Error::fromErrno("A pack of the store could not be read"));
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::string unfinishedName(std::uint64_t id) {
    return packName(id) + kUnfinished;
}

} // namespace

bool isReadError(const Error& error) {
    return error.code() == ErrorCode::System ||
           (error.cause() && error.cause()->code() == ErrorCode::System);
}

Result<UniqueFd> PackShelf::create(std::uint64_t id) const {
    UniqueFd file(::openat(m_directory.get(), unfinishedName(id).c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return fail(diskError("A pack of the store could not be made"));
    return file;
}

Status PackShelf::remove(std::uint64_t id) {
    {
        const std::lock_guard lock(m_mutex);
        m_open.erase(id);
    }
    for (const std::string& name : {packName(id), unfinishedName(id)})
        if (::unlinkat(m_directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
            return fail(diskError("A pack of the store could not be removed"));
    return {};
}

Status PackShelf::publish(std::uint64_t id) const {
    if (::renameat(m_directory.get(), unfinishedName(id).c_str(), m_directory.get(),
                   packName(id).c_str()) != 0)
        return fail(diskError("A pack of the store could not get its name"));
    return {};
}

Status PackShelf::removeUnfinished() {
    ENTRACTE_ASSIGN(names, namesIn(m_directory.get()));
    for (const std::string& name : names)
        if (name.ends_with(kUnfinished) && ::unlinkat(m_directory.get(), name.c_str(), 0) != 0 &&
            errno != ENOENT)
            return fail(diskError("A pack of the store could not be removed"));
    return {};
}

Status PackShelf::sync() const {
    return syncDirectory(m_directory.get());
}

Result<std::vector<std::uint64_t>> PackShelf::present() const {
    ENTRACTE_ASSIGN(names, namesIn(m_directory.get()));
    std::vector<std::uint64_t> ids;
    for (const std::string& name : names)
        if (const auto id = packIdOf(name))
            ids.push_back(*id);
    return ids;
}

std::optional<std::uint64_t> PackShelf::sizeOf(std::uint64_t id) const {
    struct stat status {};
    if (::fstatat(m_directory.get(), packName(id).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode))
        return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t PackShelf::available() const {
    struct statvfs disk {};
    return ::fstatvfs(m_directory.get(), &disk) == 0 ? disk.f_bavail * disk.f_frsize : 0;
}

Result<std::shared_ptr<UniqueFd>> PackShelf::file(std::uint64_t id) const {
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_open.find(id); found != m_open.end())
        return found->second;
    const auto open = [&](const std::string& name) {
        return UniqueFd(::openat(m_directory.get(), name.c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    };
    UniqueFd file = open(packName(id));
    if (!file && errno == ENOENT)
        file = open(unfinishedName(id));
    if (!file && errno == ENOENT)
        return fail(damagedPack(id, "it is missing"));
    if (!file)
        return fail(Error::fromErrno("A pack of the store could not be opened"));
    if (m_open.size() >= kMaxOpen)
        m_open.clear(); // whoever reads one keeps it open
    return m_open.emplace(id, std::make_shared<UniqueFd>(std::move(file))).first->second;
}

Result<StoredRecord> PackShelf::read(const ChunkRow& chunk, std::size_t limit) const {
    ENTRACTE_ASSIGN(opened, file(chunk.pack));
    if (chunk.bytes < kRecordHeaderSize)
        return fail(damagedPack(chunk.pack, "the catalog means a record that is too short"));
    ByteBuffer bytes(
        std::min<std::size_t>(chunk.bytes, std::max(limit, limit + kRecordHeaderSize)));
    ENTRACTE_ASSIGN(got, readAt(opened->get(), bytes, chunk.offset, chunk.pack));
    if (got != bytes.size())
        return fail(damagedPack(chunk.pack, "its end is missing"));
    const auto header = parseRecordHeader(ByteView(bytes).first(kRecordHeaderSize));
    if (!header)
        return fail(damagedPack(chunk.pack, header.error().detail()));
    if (header->address != chunk.address || kRecordHeaderSize + header->bodyBytes != chunk.bytes)
        return fail(damagedPack(chunk.pack, "another record is where the catalog means one"));
    bytes.erase(bytes.begin(), bytes.begin() + kRecordHeaderSize);
    return StoredRecord{*header, std::move(bytes)};
}

Result<PackHeader> PackShelf::readHeader(std::uint64_t id) const {
    ENTRACTE_ASSIGN(opened, file(id));
    ByteBuffer bytes(kPackHeaderSize);
    ENTRACTE_ASSIGN(got, readAt(opened->get(), bytes, 0, id));
    bytes.resize(got);
    auto header = parsePackHeader(bytes);
    if (!header && header.error().code() == ErrorCode::SnapshotDamaged)
        return fail(damagedPack(id, header.error().detail()));
    if (header && header->id != id)
        return fail(damagedPack(id, "it is another pack"));
    return header;
}

void PackShelf::openAnew() const {
    const std::lock_guard lock(m_mutex);
    m_open.clear();
}

void PackShelf::dropCached(std::uint64_t id) const {
    if (const auto opened = file(id))
        ::posix_fadvise((*opened)->get(), 0, 0, POSIX_FADV_DONTNEED);
}

PackAppender::~PackAppender() {
    m_file.reset();
    if (!m_kept)
        for (const PackRow& pack : m_packs)
            static_cast<void>(m_shelf.remove(pack.id)); // else the next opening does it
}

Result<ChunkRow> PackAppender::append(const RecordHeader& header, ByteView body) {
    const ByteBuffer head = formatRecordHeader(header);
    const std::uint64_t size = head.size() + body.size();
    const std::lock_guard lock(m_mutex);
    if (m_file && m_packs.back().bytes >= kPackSize)
        ENTRACTE_TRY(endPack());
    if (!m_file)
        ENTRACTE_TRY(startPack());
    if (size > m_room)
        return fail(ErrorCode::NoSpace,
                    "The snapshots on this computer have reached the limit that was set for them.",
                    {},
                    "Delete snapshots that are no longer needed, or have the limit raised "
                    "(store-limit and keep-free of the helper, see entracted(8)).");
    m_room -= size;
    PackRow& pack = m_packs.back();
    const ChunkRow row{0, header.address, pack.id, pack.bytes, static_cast<std::uint32_t>(size)};
    pack.bytes += size;
    m_buffer.insert(m_buffer.end(), head.begin(), head.end());
    m_buffer.insert(m_buffer.end(), body.begin(), body.end());
    if (m_buffer.size() >= kBuffer)
        ENTRACTE_TRY(flush());
    return row;
}

Status PackAppender::finish() {
    const std::lock_guard lock(m_mutex);
    if (m_file)
        ENTRACTE_TRY(endPack());
    return {};
}

Status PackAppender::publish() {
    for (const PackRow& pack : m_packs)
        ENTRACTE_TRY(m_shelf.publish(pack.id));
    return m_packs.empty() ? Status() : m_shelf.sync();
}

Status PackAppender::startPack() {
    std::uint64_t id = 0;
    ::randombytes_buf(&id, sizeof id);
    ENTRACTE_ASSIGN(file, m_shelf.create(id));
    m_packs.push_back({id, m_vault, kPackHeaderSize, 0});
    m_file = std::move(file);
    m_written = 0;
    m_buffer.reserve(kBuffer + kMaxChunkContent);
    m_buffer = formatPackHeader({id, m_vault});
    return {};
}

Status PackAppender::endPack() {
    ENTRACTE_TRY(flush());
    if (::fsync(m_file.get()) != 0)
        return fail(diskError("The disk did not take a pack of the store"));
    m_file.reset();
    return {};
}

Status PackAppender::flush() {
    const std::uint64_t before = m_written / kWriteBack;
    for (ByteView left = m_buffer; !left.empty();) {
        const ssize_t wrote = ::write(m_file.get(), left.data(), left.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail(diskError("A pack of the store could not be written"));
        left = left.subspan(static_cast<std::size_t>(wrote));
        m_written += static_cast<std::uint64_t>(wrote);
    }
    m_buffer.clear();
    if (m_written / kWriteBack != before) // the disk works while we compress on
        ::sync_file_range(m_file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    return {};
}

} // namespace entracte
