// What lies in a pack, when nobody knows.

#include "session/store/Directories.h"
#include "session/store/PackShelf.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace entracte {

namespace {

constexpr std::size_t kWindow = 1 << 20; // bytes
constexpr std::string_view kRecordStart = "ECHK";

// The next place from `offset` on where a record may begin; the file's end when there is none.
std::uint64_t nextRecord(int file, std::uint64_t offset, std::uint64_t size) {
    std::vector<char> window(kWindow);
    while (offset + kRecordHeaderSize <= size) {
        const ssize_t got = ::pread(file, window.data(), window.size(), static_cast<off_t>(offset));
        if (got < static_cast<ssize_t>(kRecordHeaderSize))
            return size;
        const std::string_view text(window.data(), static_cast<std::size_t>(got));
        for (auto at = text.find(kRecordStart); at != std::string_view::npos;
             at = text.find(kRecordStart, at + 1)) {
            if (at + kRecordHeaderSize > text.size())
                break; // in the next window
            if (parseRecordHeader(std::as_bytes(std::span(text)).subspan(at, kRecordHeaderSize)))
                return offset + at;
        }
        offset += static_cast<std::uint64_t>(got) - (kRecordHeaderSize - 1);
    }
    return size;
}

} // namespace

Result<PackScan> PackShelf::scan(std::uint64_t id) const {
    ENTRACTE_ASSIGN(opened, file(id));
    PackScan scan;
    scan.bytes = sizeOf(id).value_or(0);
    std::array<std::byte, kRecordHeaderSize> head;
    for (std::uint64_t at = std::min<std::uint64_t>(kPackHeaderSize, scan.bytes);
         at < scan.bytes;) {
        const ssize_t got =
            ::pread(opened->get(), head.data(), head.size(), static_cast<off_t>(at));
        const auto header = parseRecordHeader(
            ByteView(head).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0))));
        const std::uint64_t end = header ? at + kRecordHeaderSize + header->bodyBytes : 0;
        if (header && end <= scan.bytes) {
            scan.records.push_back(
                {{0, header->address, id, at, static_cast<std::uint32_t>(end - at)},
                 header->sealed});
            at = end;
            continue;
        }
        const std::uint64_t next = nextRecord(opened->get(), at + 1, scan.bytes);
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
