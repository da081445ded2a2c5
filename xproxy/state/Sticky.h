#pragma once

// Requests whose effect is a setting that lasts: event selections of extensions, passive grabs,
// version agreements. They are kept as they were sent, the latest for each setting, and sent again.

#include "xproxy/state/Extensions.h"

#include <compare>
#include <map>
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
};

class StickyRequests {
public:
    void set(const StickyKey& key, const MessageView& request);
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
    std::map<StickyKey, StickyRequest> m_all;
    std::uint64_t m_serial = 0;
};

// Tells two byte strings apart (FNV-1a, 64 bits).
std::uint64_t digest(ByteView bytes);

} // namespace entracte::xproxy
