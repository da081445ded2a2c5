#include "session/criu/PageMerge.h"

#include "session/criu/ImageWriter.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace entracte {
namespace {

constexpr std::uint32_t kPagemapMagic = 0x56084025;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMostPages = 1ull << 36; // what an address can tell

// pagemap_head, pagemap_entry (pagemap.proto). Since CRIU 4.2 counts are told in another field; the
// old one stays for who reads images of both kinds.
constexpr std::uint32_t kPagesId = 1;
constexpr std::uint32_t kAddress = 1;
constexpr std::uint32_t kShortCount = 2;
constexpr std::uint32_t kInParent = 3;
constexpr std::uint32_t kFlags = 4;
constexpr std::uint32_t kCount = 5;

constexpr std::uint64_t kFlagParent = 1;
constexpr std::uint64_t kFlagPresent = 4;

struct Entry {
    std::uint64_t address = 0; // in pages
    std::uint64_t count = 0;
    std::uint64_t flags = 0;
    std::uint64_t first = 0; // page of the pages' file, of what is present
    bool longCount = false;
    std::string_view message;

    std::uint64_t end() const { return address + count; }
};

struct Pagemap {
    std::uint32_t pagesId = 0;
    std::string_view head;
    std::vector<Entry> entries; // in the order of their addresses
};

Error damaged(std::string detail) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
            std::move(detail)};
}

std::string_view asText(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Entry> readEntry(Bytes message) {
    Entry entry;
    entry.message = asText(message);
    std::optional<std::uint64_t> flags;
    std::optional<std::uint64_t> shortCount;
    std::uint64_t address = 1;
    bool inParent = false;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
        if (field->wireType != 0)
            return fail(damaged("a page map has a strange field"));
        if (field->number == kAddress)
            address = field->value;
        else if (field->number == kShortCount)
            shortCount = field->value;
        else if (field->number == kInParent)
            inParent = field->value != 0;
        else if (field->number == kFlags)
            flags = field->value;
        else if (field->number == kCount) {
            entry.count = field->value;
            entry.longCount = true;
        }
    }
    if (!entry.longCount)
        entry.count = shortCount.value_or(0);
    entry.flags = flags.value_or(inParent ? kFlagParent : kFlagPresent);
    entry.address = address / kPage;
    if (reader.bad() || address % kPage != 0 || entry.count == 0 || entry.count > kMostPages ||
        entry.address > (std::uint64_t{1} << 52) - entry.count ||
        (entry.flags & (kFlagParent | kFlagPresent)) == (kFlagParent | kFlagPresent))
        return fail(damaged("an entry of a page map is malformed"));
    return entry;
}

Result<Pagemap> readPagemap(std::string_view image) {
    Pagemap map;
    ENTRACTE_ASSIGN(messages, splitImage(image, kPagemapMagic));
    if (messages.empty())
        return fail(damaged("a page map is empty"));
    map.head = asText(messages.front());
    ProtobufReader head(messages.front());
    std::uint64_t id = 0;
    while (const auto field = head.next())
        if (field->number == kPagesId && field->wireType == 0)
            id = field->value;
    if (head.bad() || id == 0 || id > UINT32_MAX)
        return fail(damaged("a page map does not say where its pages are"));
    map.pagesId = static_cast<std::uint32_t>(id);
    std::uint64_t present = 0;
    for (std::size_t i = 1; i < messages.size(); ++i) {
        ENTRACTE_ASSIGN(entry, readEntry(messages[i]));
        if (!map.entries.empty() && entry.address < map.entries.back().end())
            return fail(damaged("a page map is not in order"));
        entry.first = present;
        if ((entry.flags & kFlagPresent) != 0)
            present += entry.count;
        if (present > kMostPages)
            return fail(damaged("a page map tells of too many pages"));
        map.entries.push_back(entry);
    }
    return map;
}

// An entry like `like` for a part of it, with contents of its own.
std::string entryFor(const Entry& like, std::uint64_t address, std::uint64_t count,
                     std::uint64_t flags) {
    ProtobufWriter writer;
    writer.number(kAddress, address * kPage);
    writer.number(kShortCount, like.longCount ? 0 : count);
    writer.number(kFlags, flags);
    if (like.longCount)
        writer.number(kCount, count);
    return writer.message();
}

void addStretch(std::vector<PageStretch>& pages, PageStretch more) {
    if (!pages.empty()) {
        PageStretch& last = pages.back();
        if (last.ahead == more.ahead && last.address + last.count == more.address &&
            last.first + last.count == more.first) {
            last.count += more.count;
            return;
        }
    }
    pages.push_back(more);
}

// --- streams: numbers as they lie in memory, and bytes with their length before them

template <typename Number>
void putNumber(std::string& to, Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    to.append(bytes, sizeof bytes);
}

void putBytes(std::string& to, std::string_view bytes) {
    putNumber(to, static_cast<std::uint64_t>(bytes.size()));
    to.append(bytes);
}

template <typename Number>
bool takeNumber(std::string_view& from, Number& value) {
    if (from.size() < sizeof value)
        return false;
    std::memcpy(&value, from.data(), sizeof value);
    from.remove_prefix(sizeof value);
    return true;
}

bool takeBytes(std::string_view& from, std::string& bytes) {
    std::uint64_t size = 0;
    if (!takeNumber(from, size) || size > from.size())
        return false;
    bytes = from.substr(0, size);
    from.remove_prefix(size);
    return true;
}

} // namespace

Result<MergedPages> mergePages(const PageHalves& halves) {
    ENTRACTE_ASSIGN(last, readPagemap(halves.last));
    MergedPages merged;
    const auto isElsewhere = [](const Entry& entry) { return (entry.flags & kFlagParent) != 0; };
    if (std::ranges::none_of(last.entries, isElsewhere))
        return merged;
    ENTRACTE_ASSIGN(ahead, readPagemap(halves.ahead));
    if (std::ranges::any_of(ahead.entries, isElsewhere))
        return fail(damaged("what was dumped ahead is not whole"));
    merged.lastPages = last.pagesId;
    merged.aheadPages = ahead.pagesId;
    merged.pagemap = beginImage(kPagemapMagic);
    appendEntry(merged.pagemap, last.head);
    auto source = ahead.entries.begin();
    for (const Entry& entry : last.entries) {
        if (!isElsewhere(entry)) {
            appendEntry(merged.pagemap, entry.message);
            if ((entry.flags & kFlagPresent) != 0)
                addStretch(merged.pages, {false, entry.address, entry.first, entry.count});
            continue;
        }
        for (std::uint64_t address = entry.address; address < entry.end();) {
            while (source != ahead.entries.end() && source->end() <= address)
                ++source;
            if (source == ahead.entries.end() || source->address > address ||
                (source->flags & kFlagPresent) == 0)
                return fail(damaged("a page is in neither half"));
            const std::uint64_t count = std::min(source->end(), entry.end()) - address;
            appendEntry(merged.pagemap, entryFor(entry, address, count, source->flags));
            addStretch(merged.pages,
                       {true, address, source->first + (address - source->address), count});
            address += count;
        }
    }
    return merged;
}

std::string packHalves(const std::map<std::uint32_t, PageHalves>& halves) {
    std::string stream;
    for (const auto& [pid, half] : halves) {
        putNumber(stream, pid);
        putBytes(stream, half.last);
        putBytes(stream, half.ahead);
    }
    return stream;
}

Result<std::map<std::uint32_t, PageHalves>> unpackHalves(std::string_view stream) {
    std::map<std::uint32_t, PageHalves> halves;
    while (!stream.empty()) {
        std::uint32_t pid = 0;
        PageHalves half;
        if (!takeNumber(stream, pid) || !takeBytes(stream, half.last) ||
            !takeBytes(stream, half.ahead) || !halves.emplace(pid, std::move(half)).second)
            return fail(damaged("the stream of page maps is malformed"));
    }
    return halves;
}

std::string packMerged(const std::map<std::uint32_t, MergedPages>& merged) {
    std::string stream;
    for (const auto& [pid, one] : merged) {
        putNumber(stream, pid);
        putBytes(stream, one.pagemap);
        putNumber(stream, one.lastPages);
        putNumber(stream, one.aheadPages);
        putNumber(stream, static_cast<std::uint64_t>(one.pages.size()));
        for (const PageStretch& stretch : one.pages) {
            putNumber(stream, static_cast<std::uint8_t>(stretch.ahead));
            putNumber(stream, stretch.address);
            putNumber(stream, stretch.first);
            putNumber(stream, stretch.count);
        }
    }
    return stream;
}

Result<std::map<std::uint32_t, MergedPages>> unpackMerged(std::string_view stream) {
    std::map<std::uint32_t, MergedPages> merged;
    const auto malformed = [] { return fail(damaged("the answer of page maps is malformed")); };
    while (!stream.empty()) {
        std::uint32_t pid = 0;
        std::uint64_t stretches = 0;
        MergedPages one;
        if (!takeNumber(stream, pid) || !takeBytes(stream, one.pagemap) ||
            !takeNumber(stream, one.lastPages) || !takeNumber(stream, one.aheadPages) ||
            !takeNumber(stream, stretches) || stretches > stream.size())
            return malformed();
        for (; stretches > 0; --stretches) {
            PageStretch stretch;
            std::uint8_t ahead = 0;
            if (!takeNumber(stream, ahead) || ahead > 1 || !takeNumber(stream, stretch.address) ||
                !takeNumber(stream, stretch.first) || !takeNumber(stream, stretch.count) ||
                stretch.count == 0 || stretch.count > kMostPages || stretch.first > kMostPages)
                return malformed();
            stretch.ahead = ahead == 1;
            one.pages.push_back(stretch);
        }
        if (!merged.emplace(pid, std::move(one)).second)
            return malformed();
    }
    return merged;
}

} // namespace entracte
