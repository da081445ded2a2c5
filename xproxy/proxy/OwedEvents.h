#pragma once

// Requests of which a program waits to be told the end by an event, not by an answer: a ShmPutImage
// (it must not draw there again before), a CopyArea or CopyPlane (xterm scrolls no further). When a
// server dies before it told, nobody else would.

#include "xproxy/state/Sticky.h"
#include "xproxy/wire/Message.h"

#include <array>
#include <vector>

namespace entracte::xproxy {

class Record;

// Of one connection to a server, whose numbers it counts in.
class OwedEvents {
public:
    struct Request {
        std::uint64_t server = 0; // its numbers
        std::uint64_t client = 0;
        Ext ext = Ext::Core;
        std::uint8_t size = 0; // bytes
        std::array<std::byte, wire::shm::PutImage::kFixedSize> bytes{};

        ByteView message() const { return ByteView(bytes).first(size); }
    };
    // Not one whose length the server refuses.
    static bool isOwed(Ext ext, const MessageView& request);

    void note(Ext ext, ByteView request, std::uint64_t server, std::uint64_t client);
    // Those after `seen`, the last number that the server told; none is left.
    std::vector<Request> take(std::uint64_t seen);

private:
    // No program waits for so many at once.
    static constexpr std::size_t kMost = 256;
    std::vector<Request> m_requests; // from the latest kMost on: a ring
    std::size_t m_next = 0;
};

// What the server would have said of it, without a number, in the programs' world; or nothing.
Bytes eventOwed(const OwedEvents::Request& request, ByteOrder order, const Record& record,
                const ExtensionTable& extensions);

} // namespace entracte::xproxy
