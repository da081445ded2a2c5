#pragma once

// Which page of the previous snapshot may be the same as one at hand. A fingerprint (64 bits, not
// cryptographic, seeded by the vault) only proposes: the caller compares the contents.

#include "session/store/PackShelf.h"

#include <optional>

namespace entracte {

std::uint64_t printOf(std::span<const std::byte, kPageSize> page, std::uint64_t seed);
bool isZeros(std::span<const std::byte, kPageSize> page);

class PagePrints {
public:
    struct Place {
        std::uint32_t chunk; // number in the list that the index was made from
        std::uint32_t page;  // in the chunk
    };
    // More than this are not looked at: what the index may take of the helper's memory.
    static constexpr std::size_t kMostPages = 4u << 20; // 16 GiB of a session, 64 MiB of ours

    // Chunks that cannot be read are left out.
    static PagePrints of(const std::vector<ChunkRow>& chunks, const PackShelf& shelf,
                         std::shared_ptr<const VaultKeys> keys);
    std::optional<Place> find(std::uint64_t print) const;
    bool empty() const { return m_entries.empty(); }

private:
    struct Entry {
        std::uint64_t print;
        std::uint32_t chunk;
        std::uint32_t page;
    };
    std::vector<Entry> m_entries; // by print
};

} // namespace entracte
