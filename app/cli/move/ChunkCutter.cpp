#include "app/cli/move/ChunkCutter.h"

#include "app/cli/move/MoveProtocol.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace entracte::cli {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kBlock = 512;                   // of a tar archive
constexpr std::uint64_t kPagesMask = 3;               // four pages on the average
constexpr std::size_t kLeast = 2048;                  // bytes, where contents decide
constexpr std::uint64_t kBytesMask = 0x1fffull << 40; // 8 KiB more on the average
constexpr std::size_t kHeap = 1u << 20;               // of cut bytes, until they are moved away

constexpr std::array<std::uint64_t, 256> makeGears() {
    std::array<std::uint64_t, 256> gears{};
    std::uint64_t state = 0x9e3779b97f4a7c15;
    for (auto& gear : gears) { // splitmix64
        state += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        gear = mixed ^ (mixed >> 31);
    }
    return gears;
}
constexpr auto kGears = makeGears();

std::uint64_t pageHash(const std::byte* page) {
    std::uint64_t lanes[4] = {1, 2, 3, 4};
    for (std::size_t at = 0; at < kPage; at += sizeof lanes)
        for (std::size_t lane = 0; lane < 4; ++lane) {
            std::uint64_t word = 0;
            std::memcpy(&word, page + at + lane * sizeof word, sizeof word);
            lanes[lane] = std::rotl((lanes[lane] ^ word) * 0x9fb21c651e98df25, 29);
        }
    std::uint64_t hash =
        lanes[0] ^ std::rotl(lanes[1], 17) ^ std::rotl(lanes[2], 31) ^ std::rotl(lanes[3], 47);
    hash *= 0x94d049bb133111eb;
    return hash ^ (hash >> 32);
}

std::size_t cutPages(std::span<const std::byte> bytes) {
    std::size_t at = 0;
    while (at + kPage <= bytes.size()) {
        at += kPage;
        if ((pageHash(bytes.data() + at - kPage) & kPagesMask) == 0)
            return at;
    }
    return bytes.size();
}

std::size_t cutBytes(std::span<const std::byte> bytes) {
    std::uint64_t hash = 0;
    // The hash looks back 64 bytes.
    for (std::size_t at = std::min(kLeast - 64, bytes.size()); at < bytes.size(); ++at) {
        hash = (hash << 1) + kGears[std::to_integer<std::size_t>(bytes[at])];
        if (at >= kLeast && (hash & kBytesMask) == 0)
            return at + 1;
    }
    return bytes.size();
}

// Of a tar header's field: octal, or binary when its first bit is set.
std::optional<std::uint64_t> fieldNumber(std::span<const std::byte> field) {
    std::uint64_t number = 0;
    if ((std::to_integer<unsigned>(field[0]) & 0x80) != 0) {
        for (const std::byte byte : field.last(8))
            number = number << 8 | std::to_integer<std::uint64_t>(byte);
        return number >> 48 ? std::nullopt : std::optional(number);
    }
    for (const std::byte byte : field) {
        const char digit = static_cast<char>(byte);
        if (digit == '\0' || digit == ' ')
            break;
        if (digit < '0' || digit > '7')
            return std::nullopt;
        number = number * 8 + static_cast<std::uint64_t>(digit - '0');
    }
    return number;
}

bool isHeader(std::span<const std::byte> block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
        sum += i >= 148 && i < 156 ? ' ' : std::to_integer<std::uint64_t>(block[i]);
    return fieldNumber(block.subspan(148, 8)) == sum;
}

} // namespace

ChunkCutter::ChunkCutter(Content content, Take take)
    : m_take(std::move(take)), m_style(content == Content::Archive ? Style::Head : Style::Pages),
      m_left(content == Content::Archive ? kBlock : kEndless) {}

Status ChunkCutter::add(std::span<const std::byte> bytes) {
    m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
    return cutAll(false);
}

Status ChunkCutter::finish() {
    return cutAll(true);
}

Status ChunkCutter::cutAll(bool last) {
    while (m_position < m_buffer.size()) {
        const std::size_t there = m_buffer.size() - m_position;
        const std::size_t most =
            static_cast<std::size_t>(std::min<std::uint64_t>(m_left, kMaxChunk));
        if (there < most && !last)
            break;
        const auto bytes = std::span(m_buffer).subspan(m_position, std::min(there, most));
        const std::size_t size = m_style == Style::Head ? bytes.size() : cutAt(bytes);
        ENTRACTE_TRY(m_take(bytes.first(size)));
        m_position += size;
        if (m_left != kEndless)
            m_left -= size;
        if (m_left > 0)
            continue;
        if (m_style == Style::Head) {
            afterHead(bytes);
        } else {
            m_style = Style::Head;
            m_left = m_padding + kBlock;
            m_member.clear();
        }
    }
    if (m_position > kHeap) {
        m_buffer.erase(m_buffer.begin(),
                       m_buffer.begin() + static_cast<std::ptrdiff_t>(m_position));
        m_position = 0;
    }
    return {};
}

void ChunkCutter::afterHead(std::span<const std::byte> head) {
    const auto block = head.last(kBlock);
    const auto size = fieldNumber(block.subspan(124, 12));
    if (!isHeader(block) || !size) { // the archive's end, or no archive
        m_style = Style::Bytes;
        m_left = kEndless;
        return;
    }
    const auto* const name = reinterpret_cast<const char*>(block.data());
    m_member.assign(name, ::strnlen(name, 100));
    m_padding = (kBlock - *size % kBlock) % kBlock;
    m_left = *size;
    m_style = m_member.starts_with("images/pages-") || m_member.starts_with("images/entracte-file-")
                  ? Style::Pages
                  : Style::Bytes;
    if (m_left == 0) {
        m_style = Style::Head;
        m_left = kBlock;
        m_member.clear();
    }
}

std::size_t ChunkCutter::cutAt(std::span<const std::byte> bytes) const {
    return m_style == Style::Pages ? cutPages(bytes) : cutBytes(bytes);
}

} // namespace entracte::cli
