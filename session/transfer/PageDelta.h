#pragma once

// Pages of memory (CRIU's pages-N.img) told by what is known already: those that came with an
// earlier round of a move are named by where they were, the others follow. What stands still need
// not be hashed and sent as a whole then (docs/export-format.md).
//
// A delta is a sequence of records: 16 bytes, little endian: number of the earlier file (4 bytes;
// 0: the pages follow), how many pages (4), the first page in that file (8).

#include "session/base/UniqueFd.h"
#include "session/store/TreeArchiver.h"
#include "session/store/TreeExtractor.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entracte {

inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr std::size_t kDeltaHead = 16; // bytes of a record before its pages

struct DeltaRecord {
    std::uint32_t source = 0; // of pages-N.img; 0: they follow
    std::uint32_t pages = 0;
    std::uint64_t at =
        0; // the first page, in the source; for those that follow, in the file itself
};

// N of pages-N.img, from 1.
std::optional<std::uint32_t> numberOfPages(std::string_view image);
std::string pagesImage(std::uint32_t number);

class MappedPages {
public:
    static Result<MappedPages> of(int file, std::uint64_t pages);
    MappedPages(MappedPages&& other) noexcept
        : m_memory(std::exchange(other.m_memory, nullptr)), m_count(other.m_count) {}
    MappedPages& operator=(MappedPages&&) = delete;
    ~MappedPages();
    const std::byte* at(std::uint64_t page) const { // null: there is none
        return page < m_count ? m_memory + page * kPageBytes : nullptr;
    }
    std::uint64_t count() const { return m_count; }
    // What was read so far need not be mapped any longer: it would count as ours, and who has the
    // most memory is ended first where it runs out. It can be read as before.
    void letGo() const;

private:
    MappedPages(std::byte* memory, std::uint64_t count) : m_memory(memory), m_count(count) {}
    std::byte* m_memory; // null: moved from
    std::uint64_t m_count;
};

// What the other side has: the pages files in a folder in memory, mapped. They must not change.
// More than the helper can keep in mind is an error.
class EarlierPages {
public:
    static Result<EarlierPages> in(const std::filesystem::path& images);
    EarlierPages(EarlierPages&&) noexcept = default;

    // How `file`, which is to be pages-`number`.img, is told. Nothing when it is not whole pages.
    // `check` is called now and then, by several threads; its error ends it.
    Result<std::optional<std::vector<DeltaRecord>>>
    compare(std::uint32_t number, int file, std::uint64_t bytes,
            const std::function<Status()>& check) const;

private:
    struct Place {
        std::uint32_t number = 0;
        std::uint64_t page = 0;
    };
    EarlierPages() = default;
    Result<std::vector<DeltaRecord>> compare(std::uint32_t number, const MappedPages& file,
                                             std::uint64_t from, std::uint64_t to,
                                             const std::function<Status()>& check) const;
    const std::byte* at(const Place& place) const; // null: there is none
    std::optional<Place> find(std::uint64_t hash) const;

    std::map<std::uint32_t, MappedPages> m_files;
    // By a quick hash, in its order: whatever a program has in its memory, none is looked for long.
    // Compared before it is used.
    std::vector<std::pair<std::uint64_t, Place>> m_known;
};

std::uint64_t deltaBytes(const std::vector<DeltaRecord>& records);
Status writeDelta(const std::vector<DeltaRecord>& records, int file, ByteSink& sink);

// Puts the file together again; `earlier` opens pages-N.img of what came before. The delta is a
// stranger's. Returns how many bytes the file has then, at most `room`. `filled`: `to` is already
// as that earlier file was, so that pages in their old places need not be written; 0: it is empty.
Result<std::uint64_t> applyDelta(ByteSource& delta, int to, std::uint64_t room,
                                 const std::function<Result<UniqueFd>(std::uint32_t)>& earlier,
                                 std::uint32_t filled = 0);

} // namespace entracte
