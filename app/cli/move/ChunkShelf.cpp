#include "app/cli/move/ChunkShelf.h"

#include "app/cli/move/ChunkCutter.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

namespace entracte::cli {

namespace {

// A chunk in the spool: its hash, its length (4 bytes, little endian), its bytes.
constexpr std::size_t kHead = 20;
constexpr std::size_t kMaxFiles = 900; // open at once
constexpr auto kOld = std::chrono::hours(7 * 24);

Error spoolError(const char* what) {
    const int number = errno;
    return {number == ENOSPC || number == EDQUOT ? ErrorCode::NoSpace : ErrorCode::System,
            std::string("What has come of the session could not be ") + what + ".",
            "errno " + std::to_string(number)};
}

void removeOld(const std::filesystem::path& place) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(place, ignored)) {
        const auto touched = std::filesystem::last_write_time(entry.path() / "chunks", ignored);
        if (!ignored && std::filesystem::file_time_type::clock::now() - touched > kOld)
            std::filesystem::remove_all(entry.path(), ignored);
    }
}

} // namespace

Result<std::filesystem::path> ChunkShelf::place() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if ((!cache || *cache != '/') && (!home || *home != '/'))
        return fail(ErrorCode::System, "There is no home directory on the other machine.");
    const auto place = (cache && *cache == '/' ? std::filesystem::path(cache)
                                               : std::filesystem::path(home) / ".cache") /
                       "entracte" / "moves";
    std::error_code problem;
    std::filesystem::create_directories(place, problem);
    if (problem || ::chmod(place.c_str(), 0700) != 0)
        return fail(ErrorCode::System,
                    "The cache directory " + place.string() + " could not be made.",
                    problem.message());
    removeOld(place);
    return place;
}

Result<ChunkShelf> ChunkShelf::open(const std::filesystem::path& place,
                                    const std::string& lineage) {
    ChunkShelf shelf;
    shelf.m_folder = place / lineage;
    if (::mkdir(shelf.m_folder.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(spoolError("stored"));
    shelf.m_lock.reset(
        ::open(shelf.m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!shelf.m_lock)
        return fail(spoolError("stored"));
    if (::flock(shelf.m_lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::Busy,
                    "Another move of this session to that machine is still under way.", {},
                    "Try again in a minute.");
    shelf.m_spool.reset(
        ::openat(shelf.m_lock.get(), "chunks", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!shelf.m_spool)
        return fail(spoolError("stored"));
    ENTRACTE_TRY(shelf.load());
    return shelf;
}

Status ChunkShelf::load() {
    struct stat info {};
    if (::fstat(m_spool.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return fail(spoolError("read"));
    const auto whole = static_cast<std::uint64_t>(info.st_size);
    for (;;) {
        char head[kHead];
        if (::pread(m_spool.get(), head, sizeof head, static_cast<off_t>(m_end)) !=
            static_cast<ssize_t>(sizeof head))
            break;
        ChunkHash hash;
        std::memcpy(hash.bytes.data(), head, hash.bytes.size());
        std::uint32_t bytes = 0;
        std::memcpy(&bytes, head + hash.bytes.size(), sizeof bytes);
        if (bytes == 0 || bytes > kMaxChunk || m_end + kHead + bytes > whole)
            break;
        m_index[hash] = {0, bytes, m_end + kHead, false};
        m_end += kHead + bytes;
    }
    // What a cut left half written.
    if (::ftruncate(m_spool.get(), static_cast<off_t>(m_end)) != 0)
        return fail(spoolError("read"));
    return {};
}

Status ChunkShelf::put(const ChunkHash& hash, std::string_view bytes) {
    if (has(hash))
        return {};
    const auto length = static_cast<std::uint32_t>(bytes.size());
    std::string record(reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size());
    record.append(reinterpret_cast<const char*>(&length), sizeof length);
    record.append(bytes);
    std::size_t done = 0;
    while (done < record.size()) {
        const ssize_t wrote = ::pwrite(m_spool.get(), record.data() + done, record.size() - done,
                                       static_cast<off_t>(m_end + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fail(spoolError("stored"));
        done += static_cast<std::size_t>(wrote);
    }
    m_index[hash] = {0, length, m_end + kHead, true};
    m_end += record.size();
    return {};
}

Result<std::string> ChunkShelf::get(const ChunkHash& hash) {
    const auto found = m_index.find(hash);
    if (found == m_index.end())
        return badProtocol("a chunk that never came");
    const Slot slot = found->second;
    const int file = slot.file == 0 ? m_spool.get() : m_files[slot.file - 1].get();
    std::string bytes(slot.bytes, '\0');
    const ssize_t got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(slot.offset));
    // What we wrote a moment ago is as it was; the import verifies the whole anyway.
    if (got != static_cast<ssize_t>(bytes.size()) ||
        (!slot.verified && hashChunk(std::as_bytes(std::span(bytes))) != hash)) {
        m_index.erase(found);
        return fail(ErrorCode::SnapshotDamaged,
                    "A file of the other machine changed while the session moved.", {},
                    "Try again.");
    }
    found->second.verified = slot.file == 0; // a file of the host may change at any time
    return bytes;
}

void ChunkShelf::learn(const std::string& path, std::uint64_t size) {
    if (m_files.size() >= kMaxFiles || size == 0)
        return;
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
        static_cast<std::uint64_t>(info.st_size) != size)
        return;
    const auto number = static_cast<std::uint32_t>(m_files.size() + 1);
    std::uint64_t offset = 0;
    ChunkCutter cutter(ChunkCutter::Content::HostFile, [&](std::span<const std::byte> bytes) {
        m_index.try_emplace(hashChunk(bytes),
                            Slot{number, static_cast<std::uint32_t>(bytes.size()), offset, false});
        offset += bytes.size();
        return Status();
    });
    std::vector<std::byte> buffer(1 << 20);
    for (std::uint64_t read = 0; read < size;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got <= 0)
            break;
        read += static_cast<std::uint64_t>(got);
        static_cast<void>(cutter.add(std::span(buffer).first(static_cast<std::size_t>(got))));
    }
    static_cast<void>(cutter.finish());
    m_files.push_back(std::move(file));
}

void ChunkShelf::clear() {
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
}

} // namespace entracte::cli
