#pragma once

// The chunks of a snapshot that is being written: a number for each, in the order in which they
// were asked for. A chunk that the store has is not written again. Any thread.

#include "session/store/Catalog.h"
#include "session/store/ChunkCodec.h"
#include "session/store/PackShelf.h"

#include <unordered_map>

namespace entracte {

struct AddressHash {
    std::size_t operator()(const Address& address) const {
        std::size_t value = 0;
        for (std::size_t i = 0; i < sizeof value; ++i)
            value = value << 8 | static_cast<std::size_t>(address[i]);
        return value;
    }
};

class SnapshotChunks {
public:
    SnapshotChunks(const Catalog& catalog, PackAppender& packs)
        : m_catalog(catalog), m_packs(packs) {}

    // The next number; filled later, by whoever asked for it.
    std::uint32_t reserve();
    Status fill(std::uint32_t number, const EncodedChunk& chunk);
    // Of a chunk that is in the store: always the same for the same.
    std::uint32_t numberOf(const ChunkRow& stored);

    const std::vector<Address>& addresses() const { return m_addresses; }
    const std::vector<ChunkRow>& fresh() const { return m_fresh; }
    std::vector<Address> old() const;
    std::uint64_t bytes() const { return m_bytes; } // header and body of all, each once

private:
    const Catalog& m_catalog;
    PackAppender& m_packs;
    std::mutex m_mutex;
    std::vector<Address> m_addresses;
    std::unordered_map<Address, std::uint32_t, AddressHash> m_known;
    std::unordered_map<Address, std::uint32_t, AddressHash> m_old; // in the store before
    std::vector<ChunkRow> m_fresh;
    std::uint64_t m_bytes = 0;
};

} // namespace entracte
