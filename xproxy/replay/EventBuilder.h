#pragma once

// An event of 32 bytes that the proxy itself tells a program, built field by field.

#include "xproxy/proxy/Client.h"
#include "xproxy/wire/Message.h"

namespace entracte::xproxy {

class EventBuilder {
public:
    EventBuilder(const Client& client, std::uint8_t code) : m_order(client.order), m_bytes(32) {
        m_bytes[0] = std::byte{code};
        put16(m_bytes, wire::header::sequence.offset,
              static_cast<std::uint16_t>(client.numberToTell()), m_order);
    }
    template <typename T>
    EventBuilder& set(wire::Field<T> field, std::type_identity_t<T> value) {
        wire::setField(std::span(m_bytes), m_order, field, value);
        return *this;
    }
    EventBuilder& word(std::size_t at, std::uint32_t value) {
        put32(m_bytes, at, value, m_order);
        return *this;
    }
    const Bytes& bytes() const { return m_bytes; }

private:
    ByteOrder m_order;
    Bytes m_bytes;
};

} // namespace entracte::xproxy
