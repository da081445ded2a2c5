#include "xproxy/wire/Message.h"

#include <algorithm>

namespace entracte::wire {

namespace {
constexpr std::size_t kReplySize = 32;
}

MessageBuilder MessageBuilder::request(ByteOrder order, std::uint8_t majorOpcode,
                                       std::uint8_t minorOpcodeOrData, std::size_t fixedSize) {
    MessageBuilder builder(order, std::max<std::size_t>(fixedSize, 4));
    builder.set(header::majorOpcode, majorOpcode).set(header::minorOpcode, minorOpcodeOrData);
    return builder;
}

MessageBuilder MessageBuilder::reply(ByteOrder order, std::uint16_t sequence,
                                     std::size_t fixedSize) {
    MessageBuilder builder(order, std::max(fixedSize, kReplySize));
    builder.set(header::type, 1).set(header::sequence, sequence);
    return builder;
}

MessageBuilder& MessageBuilder::pad(std::size_t count) {
    m_bytes.resize(m_bytes.size() + count);
    return *this;
}

MessageBuilder& MessageBuilder::align(std::size_t to) {
    return pad((to - m_bytes.size() % to) % to);
}

MessageBuilder& MessageBuilder::bytes(std::span<const std::byte> data) {
    m_bytes.insert(m_bytes.end(), data.begin(), data.end());
    return *this;
}

std::vector<std::byte> MessageBuilder::finish() {
    if (m_bytes.size() < 4)
        m_bytes.resize(4);
    align(4);
    const std::size_t words = m_bytes.size() / 4;
    if (words <= 0xffff) {
        set(header::requestLength, static_cast<std::uint16_t>(words));
    } else { // BIG-REQUESTS: length 0, then the length in words, these 4 bytes included
        set(header::requestLength, 0);
        m_bytes.insert(m_bytes.begin() + 4, 4, std::byte{0});
        set(Field<std::uint32_t>{4}, static_cast<std::uint32_t>(words + 1));
    }
    return std::move(m_bytes);
}

std::vector<std::byte> MessageBuilder::finishReply() {
    if (m_bytes.size() < kReplySize)
        m_bytes.resize(kReplySize);
    align(4);
    set(header::replyLength, static_cast<std::uint32_t>((m_bytes.size() - kReplySize) / 4));
    return std::move(m_bytes);
}

} // namespace entracte::wire
