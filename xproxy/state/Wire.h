#pragma once

// What the hand-written parts use of xproxy/wire, with the record's own id types.

#include "xproxy/state/Ids.h"
#include "xproxy/wire/Message.h"
#include "xproxy/wire/Requests.h"
#include "xproxy/wire/Schema.h"

#include <string>
#include <string_view>

namespace entracte::xproxy {

using wire::ByteOrder;
using wire::MessageBuilder;
using wire::MessageView;

// X Generic Event Extension, section 3: the code of all generic events.
inline constexpr std::uint8_t kGenericEvent = 35;

inline ClientXid xidOf(const MessageView& view, wire::Field<std::uint32_t> field) {
    return ClientXid{view.get(field)};
}
inline ClientAtom atomOf(const MessageView& view, wire::Field<std::uint32_t> field) {
    return ClientAtom{view.get(field)};
}

inline std::string textOf(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline ByteView bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
inline Bytes copyOf(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

inline void put16(std::span<std::byte> bytes, std::size_t at, std::uint16_t value,
                  ByteOrder order) {
    if (at <= bytes.size() && bytes.size() - at >= 2)
        wire::store(bytes.data() + at, value, order);
}
inline void put32(std::span<std::byte> bytes, std::size_t at, std::uint32_t value,
                  ByteOrder order) {
    if (at <= bytes.size() && bytes.size() - at >= 4)
        wire::store(bytes.data() + at, value, order);
}

inline std::size_t padded(std::size_t bytes) {
    return (bytes + 3) & ~std::size_t{3};
}

// Numbers of `bits` (8, 16 or 32) each, brought from one byte order into another.
Bytes reordered(ByteView data, unsigned bits, ByteOrder from, ByteOrder to);

} // namespace entracte::xproxy
