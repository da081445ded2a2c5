#pragma once

// Hands CLIPBOARD and PRIMARY from one X server to another, both ways. When somebody comes to own a
// selection on one side, we own it on the other, and nothing more: what it holds is asked for when
// a program there wants it, in the form that it wants, and goes to that program alone. Large
// contents are taken and given in pieces (ICCCM 2.7.2, INCR).
//
// One thread. A transfer that does not get on is given up after a while; what one may hold is
// bounded.

#include "session/clipboard/Side.h"

#include <array>
#include <chrono>
#include <list>

namespace entracte::clipboard {

inline constexpr std::size_t kMostBytes = 128u << 20; // of one content
inline constexpr std::size_t kMostTransfers = 16;     // at once
inline constexpr std::chrono::seconds kPatience{15};

class Bridge {
public:
    // Where both have something already, the first side gets what the second has.
    Bridge(std::unique_ptr<Side> first, std::unique_ptr<Side> second);

    // Until a server is gone or `end` becomes readable.
    void run(int end);

private:
    using Clock = std::chrono::steady_clock;

    // One request of a program on side `to` for what a program on the other side has.
    struct Transfer {
        std::size_t to;
        xcb_selection_request_event_t request;
        xcb_atom_t landing;    // our property on the other side, where it arrives
        bool incoming = false; // in pieces
        Property content;
        bool outgoing = false; // in pieces
        std::size_t given = 0; // bytes
        Clock::time_point deadline;
    };
    using Transfers = std::list<Transfer>;

    void handle(std::size_t side, const xcb_generic_event_t& event);
    void ownerChanged(std::size_t side, const xcb_xfixes_selection_notify_event_t& event);
    void wanted(std::size_t side, const xcb_selection_request_event_t& request);
    void arrived(std::size_t side, const xcb_selection_notify_event_t& event);
    void propertyChanged(std::size_t side, const xcb_property_notify_event_t& event);
    void takePiece(Transfers::iterator transfer);
    void give(Transfers::iterator transfer);
    void givePiece(Transfers::iterator transfer);
    void translate(const Transfer& transfer, Property& property);
    void refuse(Transfers::iterator transfer);
    void answer(std::size_t side, const xcb_selection_request_event_t& request, bool given);
    void forget(Transfers::iterator transfer);
    void giveUpLate();

    std::array<std::unique_ptr<Side>, 2> m_sides;
    std::array<std::map<xcb_atom_t, xcb_timestamp_t>, 2> m_owned; // since when, by selection
    Transfers m_transfers;
    unsigned m_nextLanding = 0;
};

} // namespace entracte::clipboard
