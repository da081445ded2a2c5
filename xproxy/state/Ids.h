#pragma once

// The names of things in the two worlds. Programs know *client* ids (what they were first given,
// for ever); the X server of the moment knows *server* ids. The record and everything in state/ and
// replay/ speaks client ids only; proxy/ translates at the border.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace entracte::xproxy {

enum class ClientXid : std::uint32_t { None = 0 };
enum class ServerXid : std::uint32_t { None = 0 };
enum class ClientAtom : std::uint32_t { None = 0 };
enum class ServerAtom : std::uint32_t { None = 0 };

// One connection of a program, numbered by the proxy from 1; 0 is the server or a stranger.
using ClientId = std::uint32_t;
inline constexpr ClientId kNobody = 0;

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

template <typename Id>
constexpr std::uint32_t raw(Id id) {
    return static_cast<std::uint32_t>(id);
}

// The ids that one connection may create (X protocol, section 8: resource-id-base and -mask).
struct XidRange {
    std::uint32_t base = 0;
    std::uint32_t mask = 0;
    bool contains(std::uint32_t id) const { return mask != 0 && (id & ~mask) == base; }
    bool operator==(const XidRange&) const = default;
};

} // namespace entracte::xproxy
