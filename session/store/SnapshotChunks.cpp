#include "session/store/SnapshotChunks.h"

namespace entracte {

std::uint32_t SnapshotChunks::reserve() {
    const std::lock_guard lock(m_mutex);
    m_addresses.emplace_back();
    return static_cast<std::uint32_t>(m_addresses.size() - 1);
}

Status SnapshotChunks::fill(std::uint32_t number, const EncodedChunk& chunk) {
    const Address& address = chunk.header.address;
    {
        const std::lock_guard lock(m_mutex);
        m_addresses[number] = address;
        if (!m_known.emplace(address, number).second)
            return {};
    }
    ENTRACTE_ASSIGN(stored, m_catalog.chunk(address));
    if (stored) {
        const std::lock_guard lock(m_mutex);
        m_old.emplace(address, number);
        m_bytes += stored->bytes;
        return {};
    }
    ENTRACTE_ASSIGN(row, m_packs.append(chunk.header, chunk.body));
    const std::lock_guard lock(m_mutex);
    m_fresh.push_back(row);
    m_bytes += row.bytes;
    return {};
}

std::uint32_t SnapshotChunks::numberOf(const ChunkRow& stored) {
    const std::lock_guard lock(m_mutex);
    const auto next = static_cast<std::uint32_t>(m_addresses.size());
    const auto [known, isNew] = m_known.emplace(stored.address, next);
    if (isNew) {
        m_addresses.push_back(stored.address);
        m_old.emplace(stored.address, next);
        m_bytes += stored.bytes;
    }
    return known->second;
}

std::vector<Address> SnapshotChunks::old() const {
    std::vector<Address> addresses;
    for (const auto& [address, number] : m_old)
        addresses.push_back(address);
    return addresses;
}

} // namespace entracte
