#include "app/repository/Cutter.h"

#include <cstring>

namespace entracte::repository {

namespace {

// One byte in 16 Ki ends a piece, by the hash's upper bits, which the last 64 bytes decide.
// Measured on sessions: smaller pieces share more of memory whose pages change here and there.
constexpr std::uint64_t kMask = 0x3fffull << 50;

} // namespace

Cutter::Cutter(const VaultKeys& keys, Take take) : m_take(std::move(take)) {
    constexpr std::string_view kPurpose = "entracte: where pieces end";
    for (std::size_t i = 0; i < m_gear.size(); i += 4) {
        const auto number = static_cast<std::byte>(i);
        const Address random =
            keys.addressOf(std::as_bytes(std::span(kPurpose)), std::span(&number, 1));
        std::memcpy(&m_gear[i], random.data(), random.size());
    }
}

Status Cutter::write(ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t before = m_piece.size();
        std::size_t at = 0;
        bool ends = false;
        while (at < bytes.size() && !ends) {
            m_hash = (m_hash << 1) + m_gear[static_cast<std::uint8_t>(bytes[at])];
            const std::size_t size = before + ++at;
            ends = size >= kMost || (size >= kLeast && (m_hash & kMask) == 0);
        }
        m_piece.insert(m_piece.end(), bytes.begin(), bytes.begin() + static_cast<long>(at));
        bytes = bytes.subspan(at);
        if (ends) {
            m_hash = 0;
            ENTRACTE_TRY(m_take(std::exchange(m_piece, {})));
        }
    }
    return {};
}

Status Cutter::finish() {
    m_hash = 0;
    return m_piece.empty() ? Status() : m_take(std::exchange(m_piece, {}));
}

} // namespace entracte::repository
