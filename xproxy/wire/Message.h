#pragma once

// One X message as bytes: read by field, or built. Fields come from the generated Requests.h.
//
// A MessageView borrows its bytes, is always whole (framing is done elsewhere), and never reads
// beyond them: what is not there reads as 0, so that a short message of a hostile program does no
// harm. Offsets are those of the ordinary 4-byte request header; with BIG-REQUESTS everything after
// it lies 4 bytes further, which the view knows.

#include "xproxy/wire/ByteOrder.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace entracte::wire {

// A number at a fixed place.
template <typename T>
struct Field {
    std::uint16_t offset;
};

namespace header {                                   // what every message of a kind begins with
inline constexpr Field<std::uint8_t> majorOpcode{0}; // request
inline constexpr Field<std::uint8_t> minorOpcode{1}; // request of an extension
inline constexpr Field<std::uint16_t> requestLength{2};
inline constexpr Field<std::uint8_t> type{0}; // 0 error, 1 reply, else event; 0x80: by SendEvent
inline constexpr Field<std::uint8_t> data{1};
inline constexpr Field<std::uint16_t> sequence{2};
inline constexpr Field<std::uint32_t> replyLength{
    4}; // also a generic event's: words beyond 32 bytes
inline constexpr Field<std::uint8_t> geExtension{1};
inline constexpr Field<std::uint16_t> geEvtype{8};
inline constexpr Field<std::uint8_t> errorCode{1};
inline constexpr Field<std::uint32_t> errorValue{4};
inline constexpr Field<std::uint16_t> errorMinorOpcode{8};
inline constexpr Field<std::uint8_t> errorMajorOpcode{10};
} // namespace header

class MessageView {
public:
    MessageView(std::span<const std::byte> bytes, ByteOrder order, bool bigRequest = false)
        : m_bytes(bytes), m_order(order), m_bigRequest(bigRequest) {}

    template <typename T>
    T get(Field<T> field) const {
        return static_cast<T>(number<std::make_unsigned_t<T>>(field.offset));
    }
    std::uint8_t u8(std::size_t offset) const { return number<std::uint8_t>(offset); }
    std::uint16_t u16(std::size_t offset) const { return number<std::uint16_t>(offset); }
    std::uint32_t u32(std::size_t offset) const { return number<std::uint32_t>(offset); }

    // From `offset` to the end; empty when that lies beyond.
    std::span<const std::byte> tail(std::size_t offset) const {
        const std::size_t at = place(offset);
        return at < m_bytes.size() ? m_bytes.subspan(at) : std::span<const std::byte>();
    }
    // At most `length` bytes from `offset`.
    std::span<const std::byte> part(std::size_t offset, std::size_t length) const {
        const auto rest = tail(offset);
        return rest.first(length < rest.size() ? length : rest.size());
    }

    // As if without the longer header of BIG-REQUESTS: offsets up to this one exist.
    std::size_t size() const {
        return m_bytes.size() - (m_bigRequest && m_bytes.size() >= 8 ? 4 : 0);
    }
    std::span<const std::byte> bytes() const { return m_bytes; }
    ByteOrder order() const { return m_order; }
    bool bigRequest() const { return m_bigRequest; }

    // Where the byte of this offset really lies.
    std::size_t place(std::size_t offset) const {
        return m_bigRequest && offset >= 4 ? offset + 4 : offset;
    }

private:
    template <typename T>
    T number(std::size_t offset) const {
        const std::size_t at = place(offset);
        if (at > m_bytes.size() || m_bytes.size() - at < sizeof(T))
            return 0;
        return load<T>(m_bytes.data() + at, m_order);
    }

    std::span<const std::byte> m_bytes;
    ByteOrder m_order;
    bool m_bigRequest;
};

// Writes a field of a whole message in place; does nothing when it is not there.
template <typename T>
void setField(std::span<std::byte> message, ByteOrder order, Field<T> field,
              std::type_identity_t<T> value, bool bigRequest = false) {
    const std::size_t at = MessageView(message, order, bigRequest).place(field.offset);
    if (at <= message.size() && message.size() - at >= sizeof(T))
        store(message.data() + at, static_cast<std::make_unsigned_t<T>>(value), order);
}

class MessageBuilder {
public:
    // A message of `size` zero bytes (a kFixedSize), to be filled with set() and appended to.
    MessageBuilder(ByteOrder order, std::size_t size) : m_order(order), m_bytes(size) {}

    // A request: the header's opcode and second byte (an extension's minor opcode or core data).
    static MessageBuilder request(ByteOrder order, std::uint8_t majorOpcode,
                                  std::uint8_t minorOpcodeOrData, std::size_t fixedSize = 4);
    static MessageBuilder reply(ByteOrder order, std::uint16_t sequence,
                                std::size_t fixedSize = 32);

    template <typename T>
    MessageBuilder& set(Field<T> field, std::type_identity_t<T> value) {
        if (m_bytes.size() < field.offset + sizeof(T))
            m_bytes.resize(field.offset + sizeof(T));
        setField(std::span(m_bytes), m_order, field, value);
        return *this;
    }
    MessageBuilder& u8(std::uint8_t value) { return append(value); }
    MessageBuilder& u16(std::uint16_t value) { return append(value); }
    MessageBuilder& u32(std::uint32_t value) { return append(value); }
    MessageBuilder& pad(std::size_t count); // zero bytes
    MessageBuilder& align(std::size_t to);  // zero bytes up to a multiple of `to`
    MessageBuilder& bytes(std::span<const std::byte> data);

    std::size_t size() const { return m_bytes.size(); }

    // All three leave the builder empty. A request, padded to words, its length written; one of
    // more than 65535 words gets the header of BIG-REQUESTS (the caller has enabled that extension
    // and knows its limit).
    std::vector<std::byte> finish();
    // A reply or a generic event: at least 32 bytes, its length counted from there.
    std::vector<std::byte> finishReply();
    // As it is: an event or error of 32 bytes, a connection setup.
    std::vector<std::byte> take() { return std::move(m_bytes); }

private:
    template <typename T>
    MessageBuilder& append(T value) {
        m_bytes.resize(m_bytes.size() + sizeof(T));
        store(m_bytes.data() + m_bytes.size() - sizeof(T), value, m_order);
        return *this;
    }

    ByteOrder m_order;
    std::vector<std::byte> m_bytes;
};

} // namespace entracte::wire
