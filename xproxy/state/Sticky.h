#pragma once

// Requests whose effect is a setting that lasts: event selections of extensions, passive grabs,
// version agreements. They are kept as they were sent, the latest for each setting, and sent again.

#include "xproxy/state/Cursor.h"
#include "xproxy/state/Extensions.h"

#include <compare>
#include <map>
#include <memory>
#include <vector>

namespace entracte::xproxy {

struct StickyKey {
    ClientXid object = ClientXid::None; // goes when this goes; None: goes with the client
    ClientId client = kNobody;
    Ext ext = Ext::Core;
    std::uint8_t opcode = 0;  // major of the core protocol, else minor
    std::uint64_t detail = 0; // what else tells two settings apart
    auto operator<=>(const StickyKey&) const = default;
};

struct StickyRequest {
    std::uint64_t serial; // order in which they were sent
    Bytes request;        // whole, client ids, in the client's byte order
    bool bigRequest;
    bool refused = false;                   // the server answered with an error
    std::shared_ptr<StickyRequest> instead; // of a refused one: what counts
    CursorRef cursor;                       // of a grab that names one (GrabCursor.h)
};

class StickyRequests {
public:
    // What has to be known until the server has judged a request.
    struct Unjudged {
        StickyKey key;
        std::shared_ptr<StickyRequest> request;
        std::shared_ptr<StickyRequest> before; // the one whose place it took
    };
    Unjudged set(const StickyKey& key, const MessageView& request);
    // The setting is what it was before.
    void refused(const Unjudged& judged);
    void erase(const StickyKey& key) { m_all.erase(key); }
    template <typename Predicate>
    void eraseIf(Predicate predicate) {
        std::erase_if(m_all, [&](const auto& entry) { return predicate(entry.first); });
    }
    void objectGone(ClientXid object);
    void clientGone(ClientId client);

    struct Entry {
        StickyKey key;
        const StickyRequest* request;
    };
    std::vector<Entry> inOrder() const;

private:
    std::map<StickyKey, std::shared_ptr<StickyRequest>> m_all;
    std::uint64_t m_serial = 0;
};

// Tells two byte strings apart (FNV-1a, 64 bits).
std::uint64_t digest(ByteView bytes);

} // namespace entracte::xproxy
