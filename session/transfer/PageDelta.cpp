#include "session/transfer/PageDelta.h"

#include "session/transfer/WriteAll.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <future>
#include <limits>
#include <memory>
#include <thread>

namespace entracte {

namespace {

constexpr std::string_view kPrefix = "pages-";
constexpr std::string_view kEnd = ".img";
constexpr std::size_t kBuffer = 1u << 20; // bytes, whole pages
constexpr std::uint64_t kMostPages = std::uint64_t{1} << 40;
constexpr std::uint64_t kMostKnown = 16u << 20; // pages: what is known of each takes memory, too
// After so many pages their mappings are given back.
constexpr std::uint64_t kHeldPages = 16384;
constexpr std::uint64_t kWorthAThread = 4096; // pages
constexpr unsigned kMostThreads = 4;
constexpr std::uint64_t kBetweenChecks = 256; // pages

std::uint64_t quickHash(const std::byte* page) {
    std::uint64_t lanes[4] = {1, 2, 3, 4};
    for (std::size_t at = 0; at < kPageBytes; at += sizeof lanes)
        for (std::size_t lane = 0; lane < 4; ++lane) {
            std::uint64_t word = 0;
            std::memcpy(&word, page + at + lane * sizeof word, sizeof word);
            lanes[lane] = std::rotl((lanes[lane] ^ word) * 0x9fb21c651e98df25, 29);
        }
    return lanes[0] ^ std::rotl(lanes[1], 17) ^ std::rotl(lanes[2], 31) ^ std::rotl(lanes[3], 47);
}

Error damaged(const char* detail) {
    return {ErrorCode::SnapshotDamaged,
            "The file is damaged, or is not a session that Entracte exported.", detail,
            "Nothing was changed. Export the session again."};
}

Status readAt(int file, std::byte* to, std::size_t count, std::uint64_t from) {
    while (count > 0) {
        const ssize_t got = ::pread(file, to, count, static_cast<off_t>(from));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(damaged("pages that are not there"));
        to += got;
        from += static_cast<std::uint64_t>(got);
        count -= static_cast<std::size_t>(got);
    }
    return {};
}

template <typename Number>
void put(std::byte* to, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i)
        to[i] = static_cast<std::byte>(number >> (8 * i));
}
template <typename Number>
Number get(const std::byte* from) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number |= static_cast<Number>(std::to_integer<Number>(from[i]) << (8 * i));
    return number;
}

} // namespace

std::optional<std::uint32_t> numberOfPages(std::string_view image) {
    if (!image.starts_with(kPrefix) || !image.ends_with(kEnd) ||
        image.size() <= kPrefix.size() + kEnd.size())
        return std::nullopt;
    image.remove_prefix(kPrefix.size());
    image.remove_suffix(kEnd.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(image.data(), image.data() + image.size(), number);
    if (error != std::errc() || end != image.data() + image.size() || image.front() == '0')
        return std::nullopt;
    return number;
}

std::string pagesImage(std::uint32_t number) {
    return std::string(kPrefix) + std::to_string(number) + std::string(kEnd);
}

Result<MappedPages> MappedPages::of(int file, std::uint64_t pages) {
    void* const memory = ::mmap(nullptr, pages * kPageBytes, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) // NOLINT: an integer as a pointer is its own
        return fail(Error::fromErrno("An image of the session could not be read"));
    return MappedPages(static_cast<std::byte*>(memory), pages);
}

void MappedPages::letGo() const {
    if (m_memory)
        ::madvise(m_memory, m_count * kPageBytes, MADV_DONTNEED);
}

MappedPages::~MappedPages() {
    if (m_memory)
        ::munmap(m_memory, m_count * kPageBytes);
}

Result<EarlierPages> EarlierPages::in(const std::filesystem::path& images) {
    EarlierPages earlier;
    std::uint64_t all = 0; // pages
    std::error_code problem;
    for (auto entry = std::filesystem::directory_iterator(images, problem);
         !problem && entry != std::filesystem::directory_iterator(); entry.increment(problem)) {
        const auto number = numberOfPages(entry->path().filename().string());
        if (!number)
            continue;
        const UniqueFd file(::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        struct stat info {};
        if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
            return fail(Error::fromErrno("An image of the session could not be opened"));
        const auto count = static_cast<std::uint64_t>(info.st_size) / kPageBytes;
        if (count == 0)
            continue;
        ENTRACTE_ASSIGN(mapped, MappedPages::of(file.get(), count));
        earlier.m_files.emplace(*number, std::move(mapped));
        all += count;
    }
    if (problem)
        return fail(Error::fromErrno("The session's images could not be read", problem.value()));
    if (all > kMostKnown)
        return fail(ErrorCode::NoSpace, "The session has more memory than can be compared.");
    earlier.m_known.reserve(all);
    for (const auto& [number, pages] : earlier.m_files)
        for (std::uint64_t page = 0; page < pages.count(); ++page) {
            earlier.m_known.emplace_back(quickHash(pages.at(page)), Place{number, page});
            if ((page + 1) % kHeldPages == 0 || page + 1 == pages.count())
                pages.letGo();
        }
    std::ranges::sort(earlier.m_known, {}, [](const auto& known) { return known.first; });
    return earlier;
}

const std::byte* EarlierPages::at(const Place& place) const {
    const auto found = m_files.find(place.number);
    return found == m_files.end() ? nullptr : found->second.at(place.page);
}

std::optional<EarlierPages::Place> EarlierPages::find(std::uint64_t hash) const {
    const auto found =
        std::ranges::lower_bound(m_known, hash, {}, [](const auto& known) { return known.first; });
    return found != m_known.end() && found->first == hash ? std::optional(found->second)
                                                          : std::nullopt;
}

Result<std::optional<std::vector<DeltaRecord>>>
EarlierPages::compare(std::uint32_t number, int file, std::uint64_t bytes,
                      const std::function<Status()>& check) const {
    if (bytes % kPageBytes != 0)
        return std::optional<std::vector<DeltaRecord>>();
    if (bytes == 0)
        return std::optional(std::vector<DeltaRecord>());
    const std::uint64_t pages = bytes / kPageBytes;
    ENTRACTE_ASSIGN(mapped, MappedPages::of(file, pages));
    const std::uint64_t threads = std::clamp<std::uint64_t>(
        pages / kWorthAThread, 1,
        std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads));
    const std::uint64_t share = (pages + threads - 1) / threads;
    std::vector<std::future<Result<std::vector<DeltaRecord>>>> parts;
    for (std::uint64_t from = 0; from < pages; from += share)
        parts.push_back(std::async(std::launch::async, [&, from] {
            return compare(number, mapped, from, std::min(from + share, pages), check);
        }));
    std::vector<DeltaRecord> records;
    for (auto& part : parts) {
        ENTRACTE_ASSIGN(some, part.get());
        records.insert(records.end(), some.begin(), some.end());
    }
    return std::optional(std::move(records));
}

Result<std::vector<DeltaRecord>> EarlierPages::compare(std::uint32_t number,
                                                       const MappedPages& file, std::uint64_t from,
                                                       std::uint64_t to,
                                                       const std::function<Status()>& check) const {
    std::vector<DeltaRecord> records;
    Place next{number, from}; // where it most likely was
    const auto is = [this](const Place& place, const std::byte* page) {
        const std::byte* const before = at(place);
        return before && std::memcmp(before, page, kPageBytes) == 0;
    };
    for (std::uint64_t at = from; at < to; ++at) {
        if (at % kBetweenChecks == 0)
            ENTRACTE_TRY(check());
        const std::byte* const page = file.at(at);
        DeltaRecord record{0, 1, at};
        bool known = is(next, page);
        if (!known)
            if (const auto found = find(quickHash(page)); found && is(*found, page)) {
                next = *found;
                known = true;
            }
        if (known) {
            record.source = next.number;
            record.at = next.page;
        }
        ++next.page; // also past one that has changed
        auto* const last = records.empty() ? nullptr : &records.back();
        if (last && last->source == record.source && last->at + last->pages == record.at &&
            last->pages < std::numeric_limits<std::uint32_t>::max())
            ++last->pages;
        else
            records.push_back(record);
        if ((at + 1 - from) % kHeldPages == 0 || at + 1 == to) {
            file.letGo();
            for (const auto& [other, pages] : m_files)
                pages.letGo();
        }
    }
    return records;
}

std::uint64_t deltaBytes(const std::vector<DeltaRecord>& records) {
    std::uint64_t bytes = 0;
    for (const DeltaRecord& record : records)
        bytes += kDeltaHead + (record.source == 0 ? record.pages * kPageBytes : 0);
    return bytes;
}

Status writeDelta(const std::vector<DeltaRecord>& records, int file, ByteSink& sink) {
    std::vector<std::byte> buffer(kBuffer);
    for (const DeltaRecord& record : records) {
        std::array<std::byte, kDeltaHead> head{};
        put(head.data(), record.source);
        put(head.data() + 4, record.pages);
        put(head.data() + 8, record.source == 0 ? std::uint64_t{0} : record.at);
        ENTRACTE_TRY(sink.write(head));
        if (record.source != 0)
            continue;
        const std::uint64_t end = (record.at + record.pages) * kPageBytes;
        for (std::uint64_t at = record.at * kPageBytes; at < end;) {
            const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, end - at));
            ENTRACTE_TRY(readAt(file, buffer.data(), part, at));
            ENTRACTE_TRY(sink.write(std::span(buffer).first(part)));
            at += part;
        }
    }
    return {};
}

Result<std::uint64_t> applyDelta(ByteSource& delta, int to, std::uint64_t room,
                                 const std::function<Result<UniqueFd>(std::uint32_t)>& earlier,
                                 std::uint32_t filled) {
    std::array<std::byte, kDeltaHead> head{};
    std::size_t headFilled = 0;
    std::uint64_t follows = 0; // bytes of pages
    std::uint64_t told = 0;    // bytes of the file that records stand for
    std::uint64_t place = 0;   // in it, of what is written next
    std::uint32_t open = 0;    // which the file is
    UniqueFd file;
    std::vector<std::byte> buffer(kBuffer);
    for (;;) {
        ENTRACTE_ASSIGN(part, delta.read());
        if (part.empty())
            break;
        while (!part.empty()) {
            if (follows > 0) {
                const auto now = part.first(
                    static_cast<std::size_t>(std::min<std::uint64_t>(follows, part.size())));
                ENTRACTE_TRY(writeAllAt(to, now, place));
                place += now.size();
                follows -= now.size();
                part = part.subspan(now.size());
                continue;
            }
            const auto now = part.first(std::min(kDeltaHead - headFilled, part.size()));
            std::copy(now.begin(), now.end(), head.begin() + static_cast<long>(headFilled));
            headFilled += now.size();
            part = part.subspan(now.size());
            if (headFilled < kDeltaHead)
                continue;
            headFilled = 0;
            const auto source = get<std::uint32_t>(head.data());
            const std::uint64_t bytes = get<std::uint32_t>(head.data() + 4) * kPageBytes;
            const auto at = get<std::uint64_t>(head.data() + 8);
            if (bytes == 0 || bytes > room - told || at > kMostPages)
                return fail(damaged("pages that are too many"));
            told += bytes;
            if (source == 0) {
                follows = bytes;
                continue;
            }
            if (source != open) {
                file.reset();
                ENTRACTE_ASSIGN(opened, earlier(source));
                file = std::move(opened);
                open = source;
            }
            if (source == filled && at * kPageBytes == place) {
                // It lies there, if it does: its last byte tells.
                ENTRACTE_TRY(readAt(file.get(), buffer.data(), 1, place + bytes - 1));
                place += bytes;
                continue;
            }
            for (std::uint64_t done = 0; done < bytes;) {
                const auto count =
                    static_cast<std::size_t>(std::min<std::uint64_t>(kBuffer, bytes - done));
                ENTRACTE_TRY(readAt(file.get(), buffer.data(), count, at * kPageBytes + done));
                ENTRACTE_TRY(writeAllAt(to, std::span(buffer).first(count), place));
                place += count;
                done += count;
            }
        }
    }
    if (follows > 0 || headFilled > 0)
        return fail(damaged("pages that are cut short"));
    if (filled != 0 && ::ftruncate(to, static_cast<off_t>(place)) != 0)
        return fail(Error::fromErrno("An image of the session could not be written"));
    return place;
}

} // namespace entracte
