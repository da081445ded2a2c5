// What lies in a pack, when nobody knows.

#include "session/store/Directories.h"
#include "session/store/PackShelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace entracte {

namespace {

constexpr std::size_t kWindow = 1 << 20; // bytes
constexpr std::string_view kRecordStart = "ECHK";

// As many bytes as there are, up to all of them.
Result<std::size_t> readSome(int file, std::uint64_t pack, std::span<char> into,
                             std::uint64_t offset) {
    for (;;) {
        const ssize_t got = ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
        if (got >= 0)
            return static_cast<std::size_t>(got);
        if (errno != EINTR)
            return fail(
                Error::fromErrno("The pack " + packName(pack) + " of the store could not be read")
                    .withHint("Nothing was changed. Try again; should the disk never read it any "
                              "more, move that file to another folder: what lies in it is lost "
                              "then, and the rest comes back."));
    }
}

// The next place from `offset` on where a record may begin; the file's end when there is none.
Result<std::uint64_t> nextRecord(int file, std::uint64_t pack, std::uint64_t offset,
                                 std::uint64_t size) {
    std::vector<char> window(kWindow);
    while (offset + kRecordHeaderSize <= size) {
        ENTRACTE_ASSIGN(got, readSome(file, pack, window, offset));
        if (got < kRecordHeaderSize)
            return size;
        const std::string_view text(window.data(), got);
        for (auto at = text.find(kRecordStart); at != std::string_view::npos;
             at = text.find(kRecordStart, at + 1)) {
            if (at + kRecordHeaderSize > text.size())
                break; // in the next window
            if (parseRecordHeader(std::as_bytes(std::span(text)).subspan(at, kRecordHeaderSize)))
                return offset + at;
        }
        offset += got - (kRecordHeaderSize - 1);
    }
    return size;
}

} // namespace

Result<PackScan> PackShelf::scan(std::uint64_t id) const {
    ENTRACTE_ASSIGN(opened, file(id));
    PackScan scan;
    struct stat status {};
    if (::fstat(opened->get(), &status) != 0)
        return fail(Error::fromErrno("A pack of the store could not be examined"));
    scan.bytes = static_cast<std::uint64_t>(status.st_size);
    std::array<char, kRecordHeaderSize> head;
    for (std::uint64_t at = std::min<std::uint64_t>(kPackHeaderSize, scan.bytes);
         at < scan.bytes;) {
        ENTRACTE_ASSIGN(got, readSome(opened->get(), id, head, at));
        const auto header = parseRecordHeader(std::as_bytes(std::span(head)).first(got));
        const std::uint64_t end = header ? at + kRecordHeaderSize + header->bodyBytes : 0;
        if (header && end <= scan.bytes) {
            scan.records.push_back(
                {{0, header->address, id, at, static_cast<std::uint32_t>(end - at)},
                 header->sealed,
                 header->kind == ChunkKind::Manifest});
            at = end;
            continue;
        }
        ENTRACTE_ASSIGN(next, nextRecord(opened->get(), id, at + 1, scan.bytes));
        scan.lost += next - at;
        at = next;
    }
    return scan;
}

Result<std::string> PackShelf::setAside(std::uint64_t id) {
    {
        const std::lock_guard lock(m_mutex);
        m_open.erase(id);
    }
    const std::string from = packName(id);
    const std::string to = from.substr(0, from.find('.')) + ".unreadable";
    if (::renameat(m_directory.get(), from.c_str(), m_directory.get(), to.c_str()) != 0)
        return fail(diskError("A pack of the store could not be set aside"));
    ENTRACTE_TRY(sync());
    return to;
}

} // namespace entracte
