#pragma once

// One of the two X servers between which selections are handed (ICCCM 2, XFIXES 5): a connection
// with a window of our own, which owns there what the other side has, and asks here for what the
// other side wants.
//
// Both servers and all their clients are strangers: whatever they send is bounded, and no answer is
// waited for but the server's own replies.

#include "session/base/Result.h"

#include <xcb/xcb.h>
#include <xcb/xfixes.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace entracte::clipboard {

struct Free {
    void operator()(void* memory) const;
};
template <typename T>
using Reply = std::unique_ptr<T, Free>;

struct Property {
    xcb_atom_t type = XCB_ATOM_NONE;
    std::uint8_t format = 8; // bits of each value
    std::vector<std::byte> bytes;
};

class Side {
public:
    // `display` as in DISPLAY, its cookie from $XAUTHORITY or `cookieFile`.
    static Result<std::unique_ptr<Side>> open(const std::string& display,
                                              const std::string& cookieFile);
    ~Side();
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;

    xcb_connection_t* connection() const { return m_connection; }
    xcb_window_t window() const { return m_window; }
    std::uint8_t xfixesEvent() const { return m_xfixesEvent; }
    // The largest property that one request can set, bytes.
    std::size_t largestProperty() const { return m_largest; }

    xcb_atom_t atom(const std::string& name);
    // Empty when there is no such atom.
    const std::string& nameOf(xcb_atom_t atom);

    // Reads and deletes; empty when there is none, or one of more than `most` bytes.
    bool takeProperty(xcb_window_t window, xcb_atom_t name, std::size_t most, Property& property);
    // False when the window is gone, or the server has no room for it.
    bool setProperty(xcb_window_t window, xcb_atom_t name, const Property& property);

private:
    Side() = default;

    xcb_connection_t* m_connection = nullptr;
    xcb_window_t m_window = XCB_WINDOW_NONE;
    std::uint8_t m_xfixesEvent = 0;
    std::size_t m_largest = 0;
    std::map<std::string, xcb_atom_t> m_atoms;
    std::map<xcb_atom_t, std::string> m_names;
};

} // namespace entracte::clipboard
