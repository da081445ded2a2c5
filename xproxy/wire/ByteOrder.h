#pragma once

// Numbers of a byte order that is known only at run time: each X client chooses its own at setup.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace entracte::wire {

enum class ByteOrder : std::uint8_t { Little, Big };

inline constexpr ByteOrder kHostOrder =
    std::endian::native == std::endian::little ? ByteOrder::Little : ByteOrder::Big;

template <std::unsigned_integral T>
constexpr T swapBytes(T value) {
    if constexpr (sizeof(T) == 1)
        return value;
    else if constexpr (sizeof(T) == 2)
        return __builtin_bswap16(value);
    else if constexpr (sizeof(T) == 4)
        return __builtin_bswap32(value);
    else
        return __builtin_bswap64(value);
}

// Unaligned; the caller has checked that sizeof(T) bytes are there.
template <std::unsigned_integral T>
T load(const std::byte* from, ByteOrder order) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return order == kHostOrder ? value : swapBytes(value);
}

template <std::unsigned_integral T>
void store(std::byte* to, T value, ByteOrder order) {
    if (order != kHostOrder)
        value = swapBytes(value);
    std::memcpy(to, &value, sizeof value);
}

} // namespace entracte::wire
