#include "xproxy/state/Sticky.h"

#include <algorithm>

namespace entracte::xproxy {

void StickyRequests::set(const StickyKey& key, const MessageView& request) {
    m_all.insert_or_assign(
        key, StickyRequest{++m_serial, copyOf(request.bytes()), request.bigRequest()});
}

void StickyRequests::objectGone(ClientXid object) {
    const auto first = m_all.lower_bound(StickyKey{object, 0, Ext::Core, 0, 0});
    auto last = first;
    while (last != m_all.end() && last->first.object == object)
        ++last;
    m_all.erase(first, last);
}

void StickyRequests::clientGone(ClientId client) {
    eraseIf([client](const StickyKey& key) { return key.client == client; });
}

std::vector<StickyRequests::Entry> StickyRequests::inOrder() const {
    std::vector<Entry> entries;
    for (const auto& [key, request] : m_all)
        entries.push_back({key, &request});
    std::ranges::sort(entries, {}, [](const Entry& entry) { return entry.request->serial; });
    return entries;
}

std::uint64_t digest(ByteView bytes) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const std::byte byte : bytes)
        hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3u;
    return hash;
}

} // namespace entracte::xproxy
