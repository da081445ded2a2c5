#pragma once

// Little-endian numbers, variable-length numbers and byte strings, written to and read from memory.
// The reader takes bytes that nobody vouches for: it never goes past the end, and says so.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace entracte {

using ByteView = std::span<const std::byte>;
using ByteBuffer = std::vector<std::byte>;

class ByteWriter {
public:
    template <typename Number>
    void fixed(Number value) {
        for (std::size_t i = 0; i < sizeof value; ++i)
            m_bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
    // 7 bits a byte, the lowest first.
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7)
            m_bytes.push_back(static_cast<std::byte>(value | 0x80));
        m_bytes.push_back(static_cast<std::byte>(value));
    }
    void raw(ByteView bytes) { m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end()); }
    void text(const std::string& value) {
        number(value.size());
        raw(std::as_bytes(std::span(value)));
    }
    ByteBuffer take() { return std::move(m_bytes); }
    const ByteBuffer& bytes() const { return m_bytes; }

private:
    ByteBuffer m_bytes;
};

class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : m_bytes(bytes) {}

    template <typename Number>
    std::optional<Number> fixed() {
        const auto bytes = raw(sizeof(Number));
        if (!bytes)
            return std::nullopt;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            value |= static_cast<std::uint64_t>((*bytes)[i]) << (8 * i);
        return static_cast<Number>(value);
    }
    // At most `limit`; only the shortest form is taken, so that a value has one.
    std::optional<std::uint64_t> number(std::uint64_t limit) {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto next = fixed<std::uint8_t>();
            if (!next || (shift == 63 && *next > 1) || (*next == 0 && shift > 0))
                return std::nullopt;
            value |= static_cast<std::uint64_t>(*next & 0x7f) << shift;
            if (*next < 0x80)
                return value <= limit ? std::optional(value) : std::nullopt;
        }
        return std::nullopt;
    }
    std::optional<ByteView> raw(std::size_t size) {
        if (size > m_bytes.size())
            return std::nullopt;
        const ByteView head = m_bytes.first(size);
        m_bytes = m_bytes.subspan(size);
        return head;
    }
    std::optional<std::string> text(std::size_t limit) {
        const auto size = number(limit);
        const auto bytes = size ? raw(*size) : std::nullopt;
        if (!bytes)
            return std::nullopt;
        return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
    std::size_t left() const { return m_bytes.size(); }

private:
    ByteView m_bytes;
};

} // namespace entracte
