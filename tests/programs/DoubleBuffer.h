#pragma once

// DOUBLE-BUFFER's requests: xcb has no library for them on Debian 12. All fields are in the
// program's byte order (DBE protocol, section 8).

#include <xcb/xcb.h>
#include <xcb/xcbext.h>

#include <cstdint>
#include <cstdlib>
#include <sys/uio.h>

namespace doublebuffer {

inline xcb_extension_t extension = {"DOUBLE-BUFFER", 0};

enum SwapAction : std::uint8_t { Undefined, Background, Untouched, Copied };

template <typename Request>
unsigned send(xcb_connection_t* connection, std::uint8_t opcode, bool isVoid, Request request,
              int flags = 0) {
    iovec parts[4] = {};
    parts[2].iov_base = &request;
    parts[2].iov_len = sizeof request;
    const xcb_protocol_request_t about{1, &extension, opcode, isVoid};
    return xcb_send_request(connection, flags, parts + 2, &about);
}

struct Version {
    std::uint8_t opcodes[2];
    std::uint16_t length;
    std::uint8_t major, minor;
    std::uint16_t pad;
};
inline bool start(xcb_connection_t* connection) {
    const auto* found = xcb_get_extension_data(connection, &extension);
    if (!found || !found->present)
        return false;
    xcb_discard_reply(connection, send(connection, 0, false, Version{{}, 0, 1, 0, 0}));
    return true;
}

struct Allocation {
    std::uint8_t opcodes[2];
    std::uint16_t length;
    std::uint32_t window, buffer;
    std::uint8_t action, pad[3];
};
inline void allocate(xcb_connection_t* connection, xcb_window_t window, std::uint32_t buffer,
                     SwapAction hint) {
    send(connection, 1, true, Allocation{{}, 0, window, buffer, hint, {}});
}

struct OfBuffer {
    std::uint8_t opcodes[2];
    std::uint16_t length;
    std::uint32_t buffer;
};
inline void deallocate(xcb_connection_t* connection, std::uint32_t buffer) {
    send(connection, 2, true, OfBuffer{{}, 0, buffer});
}

struct Swap {
    std::uint8_t opcodes[2];
    std::uint16_t length;
    std::uint32_t count, window;
    std::uint8_t action, pad[3];
};
inline void swap(xcb_connection_t* connection, xcb_window_t window, SwapAction action) {
    send(connection, 3, true, Swap{{}, 0, 1, window, action, {}});
}

struct Attributes {
    std::uint8_t type, pad;
    std::uint16_t sequence;
    std::uint32_t length, window;
};
// The window whose back buffer it is; 0: none.
inline xcb_window_t windowOf(xcb_connection_t* connection, std::uint32_t buffer) {
    const unsigned sequence =
        send(connection, 7, false, OfBuffer{{}, 0, buffer}, XCB_REQUEST_CHECKED);
    auto* reply = static_cast<Attributes*>(xcb_wait_for_reply(connection, sequence, nullptr));
    const xcb_window_t window = reply ? reply->window : 0;
    std::free(reply);
    return window;
}

} // namespace doublebuffer
