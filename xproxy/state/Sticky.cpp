#include "xproxy/state/Sticky.h"

#include <algorithm>
#include <utility>

namespace entracte::xproxy {

StickyRequests::Unjudged StickyRequests::set(const StickyKey& key, const MessageView& request) {
    auto& place = m_all[key];
    auto before = std::exchange(place, std::make_shared<StickyRequest>(StickyRequest{
                                           ++m_serial, copyOf(request.bytes()),
                                           request.bigRequest(), false, nullptr, nullptr}));
    return {key, place, std::move(before)};
}

void StickyRequests::refused(const Unjudged& judged) {
    // A later one, not yet judged itself, must not come back to it.
    judged.request->refused = true;
    judged.request->instead = judged.before;
    while (judged.request->instead && judged.request->instead->refused)
        judged.request->instead = judged.request->instead->instead;
    const auto found = m_all.find(judged.key);
    if (found == m_all.end() || found->second != judged.request)
        return;
    if (judged.request->instead)
        found->second = judged.request->instead;
    else
        m_all.erase(found);
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
        entries.push_back({key, request.get()});
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
