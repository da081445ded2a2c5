#include "session/criu/PageFrames.h"

#include "session/criu/ProcessTable.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace entracte {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMaps = 16 << 20;          // bytes of /proc/PID/maps
constexpr std::size_t kProcesses = 512;          // of a session
constexpr std::uint64_t kMostLooked = 64u << 20; // pages of address space
constexpr std::size_t kEntries = 8192;           // read at once
constexpr std::uint64_t kGap = 256;              // pages in between that are read, too
constexpr std::uint64_t kVdso = 16;              // its pages, at most

// proc(5), /proc/PID/pagemap
constexpr std::uint64_t kPresent = 1ull << 63;
constexpr std::uint64_t kSwapped = 1ull << 62;
constexpr std::uint64_t kOfFile = 1ull << 61;
constexpr std::uint64_t kFrame = (1ull << 55) - 1;

struct Range {
    std::uint64_t first, end; // pages
    bool ofFile = false;      // a mapping of one
    bool vdso = false;
};

// The private mappings that can be read. CRIU dumps the others whole.
std::vector<Range> privateMappings(const SessionProcess& process) {
    std::vector<Range> ranges;
    const std::string maps = textAt(process.directory.get(), "maps", kMaps);
    forEachLine(maps, [&](std::string_view line) {
        const auto dash = line.find('-');
        const auto blank = line.find(' ');
        if (dash == std::string_view::npos || blank == std::string_view::npos || dash > blank ||
            line.size() < blank + 5 || line[blank + 1] != 'r' || line[blank + 4] != 'p')
            return;
        Range range{leadingNumber<std::uint64_t>(line.substr(0, dash), 16) / kPage,
                    leadingNumber<std::uint64_t>(line.substr(dash + 1), 16) / kPage,
                    line.find('/', blank) != std::string_view::npos};
        // A file may have such a name, and reading it may never end.
        range.vdso = !range.ofFile && line.ends_with(" [vdso]") && range.end - range.first <= kVdso;
        ranges.push_back(range);
    });
    return ranges;
}

// The numbers that a process has, from the machine's to the one in its innermost namespace.
std::vector<std::uint32_t> numbersOf(const SessionProcess& process) {
    const std::string status = textAt(process.directory.get(), "status", 8192);
    std::vector<std::uint32_t> numbers;
    forEachLine(status, [&](std::string_view line) {
        constexpr std::string_view label = "NSpid:";
        if (!line.starts_with(label))
            return;
        line.remove_prefix(label.size());
        for (auto at = line.find_first_not_of(" \t"); at != std::string_view::npos;
             at = line.find_first_not_of(" \t")) {
            line.remove_prefix(at);
            numbers.push_back(leadingNumber<std::uint32_t>(line));
            line.remove_prefix(std::min(line.find_first_of(" \t"), line.size()));
        }
    });
    return numbers;
}

// Calls `visit` with each page of the range and its entry, as far as there are any, until it says
// no.
template <typename Visit>
bool readRange(int pagemap, Range range, Visit visit) {
    std::vector<std::uint64_t> entries;
    while (range.first < range.end) {
        entries.resize(std::min<std::uint64_t>(kEntries, range.end - range.first));
        const ssize_t got = ::pread(pagemap, entries.data(), entries.size() * sizeof entries[0],
                                    static_cast<off_t>(range.first * sizeof entries[0]));
        if (got < static_cast<ssize_t>(sizeof entries[0]))
            return false;
        const std::size_t count = static_cast<std::size_t>(got) / sizeof entries[0];
        for (std::size_t i = 0; i < count; ++i)
            if (!visit(range.first + i, entries[i]))
                return false;
        range.first += count;
    }
    return true;
}

// Where a page lies; 0: nowhere.
std::uint64_t frameOf(std::uint64_t entry) {
    if ((entry & (kPresent | kSwapped)) == 0)
        return 0;
    return entry & (kPresent | kSwapped | kOfFile | kFrame);
}

// The vDSO's pages come when they are first read; CRIU reads them all.
void touch(const SessionProcess& process, const Range& range) {
    const UniqueFd memory(::openat(process.directory.get(), "mem", O_RDONLY | O_CLOEXEC));
    char byte = 0;
    for (std::uint64_t page = range.first; memory && page < range.end; ++page)
        if (::pread(memory.get(), &byte, 1, static_cast<off_t>(page * kPage)) != 1)
            return;
}

// What the disk writes into memory that was given to it before the marks were removed has none: an
// asynchronous read that goes around the kernel's cache (io_submit(2), O_DIRECT).
Status refuseAsynchronous(const std::vector<SessionProcess>& processes) {
    for (const SessionProcess& process : processes) {
        const std::string maps = textAt(process.directory.get(), "maps", kMaps);
        if (maps.size() >= kMaps || maps.find("/[aio]") != std::string::npos)
            return fail(ErrorCode::NotCheckpointable,
                        "A program reads from the disk while it does other things.", process.name);
    }
    return {};
}

} // namespace

Status PageFrames::refuseUnmarked(pid_t init) {
    return refuseAsynchronous(sessionProcesses(init));
}

Result<PageFrames> PageFrames::of(pid_t init, std::size_t most) {
    PageFrames all;
    std::size_t room = most;
    std::uint64_t looked = 0;
    const auto processes = sessionProcesses(init);
    if (processes.size() > kProcesses)
        return fail(ErrorCode::NotCheckpointable, "The session has very many processes.");
    ENTRACTE_TRY(refuseAsynchronous(processes));
    const auto isInit = [init](const SessionProcess& process) { return process.pid == init; };
    const auto first = std::ranges::find_if(processes, isInit);
    // Which of a process's numbers is the session's; others are of namespaces that it has made.
    const std::size_t depth = first == processes.end() ? 0 : numbersOf(*first).size();
    if (depth == 0)
        return fail(ErrorCode::NotCheckpointable, "The session has ended.");
    for (const SessionProcess& process : processes) {
        const auto numbers = numbersOf(process);
        UniqueFd pagemap(::openat(process.directory.get(), "pagemap", O_RDONLY | O_CLOEXEC));
        if (numbers.size() < depth || !pagemap)
            continue; // it has just ended
        const auto [place, isNew] = all.m_processes.try_emplace(numbers[depth - 1]);
        if (!isNew) // one has ended, and another got its number
            return fail(ErrorCode::NotCheckpointable, "The session's processes change too fast.");
        Memory& memory = place->second;
        for (const Range& range : privateMappings(process)) {
            looked += range.end - range.first;
            if (looked > kMostLooked)
                return fail(ErrorCode::NotCheckpointable, "The session's memory is very large.");
            if (range.vdso)
                touch(process, range);
            Status seen;
            readRange(pagemap.get(), range, [&](std::uint64_t page, std::uint64_t entry) {
                // What is only a file's is not dumped; the vDSO looks like it, and is.
                const auto frame = range.ofFile && (entry & kOfFile) != 0 ? 0 : frameOf(entry);
                if (frame == 0)
                    return true;
                if ((entry & kPresent) != 0 && (entry & kFrame) == 0) {
                    seen = fail(ErrorCode::Internal,
                                "The kernel does not tell where the session's memory lies.");
                    return false;
                }
                if (room == 0) {
                    seen =
                        fail(ErrorCode::NotCheckpointable, "The session's memory is very large.");
                    return false;
                }
                --room;
                memory.frames.push_back({page, frame});
                return true;
            });
            ENTRACTE_TRY(seen);
        }
        memory.pagemap = std::move(pagemap);
    }
    return all;
}

void PageFrames::keepSame() {
    for (auto& [number, memory] : m_processes) {
        std::vector<Frame>& frames = memory.frames;
        std::size_t kept = 0;
        for (std::size_t at = 0; at < frames.size();) {
            std::size_t end = at + 1; // of the frames that are read at once
            while (end < frames.size() && frames[end].page - frames[end - 1].page <= kGap)
                ++end;
            std::size_t next = at;
            readRange(memory.pagemap.get(),
                      {frames[at].page, frames[end - 1].page + 1, false, false},
                      [&](std::uint64_t page, std::uint64_t entry) {
                          if (next == end || frames[next].page != page)
                              return true;
                          if (frameOf(entry) == frames[next].frame)
                              frames[kept++] = frames[next];
                          ++next;
                          return true;
                      });
            at = end;
        }
        frames.resize(kept);
    }
}

bool PageFrames::kept(std::uint32_t pid, std::uint64_t page, std::uint64_t count) const {
    const auto process = m_processes.find(pid);
    if (process == m_processes.end())
        return false;
    const std::vector<Frame>& frames = process->second.frames;
    const auto first = std::ranges::lower_bound(frames, page, {}, &Frame::page);
    // They are in order, and none is there twice.
    return static_cast<std::uint64_t>(frames.end() - first) >= count && count > 0 &&
           first->page == page &&
           first[static_cast<std::ptrdiff_t>(count) - 1].page == page + count - 1;
}

} // namespace entracte
