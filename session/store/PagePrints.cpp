#include "session/store/PagePrints.h"

#include "session/store/ChunkCodec.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace entracte {

namespace {

constexpr std::size_t kWords = kPageSize / sizeof(std::uint64_t);
constexpr std::size_t kLanes = 8;
constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;

using Words = std::array<std::uint64_t, kLanes>;

std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93;
    value = (value ^ (value >> 29)) * kFactor;
    return value ^ (value >> 32);
}

} // namespace

std::uint64_t printOf(std::span<const std::byte, kPageSize> page, std::uint64_t seed) {
    Words lanes;
    for (std::size_t i = 0; i < kLanes; ++i)
        lanes[i] = mixed(seed + i);
    for (std::size_t at = 0; at < kWords; at += kLanes) {
        Words words;
        std::memcpy(words.data(), page.data() + at * sizeof(std::uint64_t), sizeof words);
        for (std::size_t i = 0; i < kLanes; ++i) {
            lanes[i] = (lanes[i] ^ words[i]) * kFactor;
            lanes[i] ^= lanes[i] >> 31;
        }
    }
    std::uint64_t print = seed;
    for (const std::uint64_t lane : lanes)
        print = mixed(print ^ lane);
    return print;
}

bool isZeros(std::span<const std::byte, kPageSize> page) {
    // The first bytes nearly always decide.
    return page[0] == std::byte{0} && std::memcmp(page.data(), page.data() + 1, kPageSize - 1) == 0;
}

PagePrints PagePrints::of(const std::vector<ChunkRow>& chunks, const PackShelf& shelf,
                          std::shared_ptr<const VaultKeys> keys) {
    PagePrints index;
    const bool sealed = keys->sealed();
    const ChunkCodec codec(std::move(keys));
    std::size_t most = 0;
    for (const ChunkRow& chunk : chunks)
        most += chunk.bytes; // a bound that needs no reading
    index.m_entries.reserve(std::min(kMostPages, most / 64));
    for (std::uint32_t number = 0; number < chunks.size(); ++number) {
        // In a vault that is not sealed they lie open in front.
        auto record =
            shelf.read(chunks[number], sealed ? SIZE_MAX : kMaxChunkPages * sizeof(std::uint64_t));
        if (!record || record->header.kind != ChunkKind::Pages)
            continue;
        std::vector<std::uint64_t> prints(record->header.pages);
        if (sealed) {
            auto opened = codec.printsOf(record->header, record->body);
            if (!opened)
                continue;
            prints = std::move(*opened);
        } else {
            if (record->body.size() < prints.size() * sizeof(std::uint64_t))
                continue;
            std::memcpy(prints.data(), record->body.data(), prints.size() * sizeof(std::uint64_t));
        }
        for (std::uint32_t page = 0; page < prints.size(); ++page) {
            if (index.m_entries.size() == kMostPages)
                break;
            index.m_entries.push_back({prints[page], number, page});
        }
    }
    std::ranges::sort(index.m_entries, {}, [](const Entry& entry) {
        return std::tuple(entry.print, entry.chunk, entry.page);
    });
    return index;
}

std::optional<PagePrints::Place> PagePrints::find(std::uint64_t print) const {
    const auto found = std::ranges::lower_bound(m_entries, print, {}, &Entry::print);
    if (found == m_entries.end() || found->print != print)
        return std::nullopt;
    return Place{found->chunk, found->page};
}

} // namespace entracte
