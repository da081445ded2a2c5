#include "xproxy/proxy/LastWords.h"

#include "xproxy/state/Window.h"

namespace entracte::xproxy {

namespace {

namespace core = wire::core;

constexpr std::size_t kMostKept = 65536; // messages; a server says three of each window

// The window that is no more, or no longer where it was; None: it speaks of nothing of that kind.
ClientXid windowIn(const MessageView& event) {
    switch (event.u8(0)) { // as sent by the server itself
    case core::kDestroyNotifyEvent:
        return xidOf(event, core::DestroyNotifyEvent::window);
    case core::kUnmapNotifyEvent:
        return xidOf(event, core::UnmapNotifyEvent::window);
    case core::kReparentNotifyEvent:
        return xidOf(event, core::ReparentNotifyEvent::window);
    default:
        return ClientXid::None;
    }
}

} // namespace

bool LastWords::keep(const Record& record, ClientId to, const MessageView& message,
                     std::uint64_t sequence) {
    const ClientXid id = windowIn(message);
    const auto window = id == ClientXid::None ? nullptr : record.find<Window>(id);
    if (!window || window->owner == kNobody || window->owner == to || !hasEnded ||
        !hasEnded(window->owner) || m_kept.size() >= kMostKept)
        return false;
    m_kept.push_back({window->owner, to, copyOf(message.bytes()), sequence});
    return true;
}

void LastWords::sayThoseOf(ClientId owner, const Say& say) {
    std::vector<Word> said;
    std::erase_if(m_kept, [&](Word& word) {
        if (word.owner != owner)
            return false;
        said.push_back(std::move(word));
        return true;
    });
    for (Word& word : said)
        say(word.to, word.message, word.sequence);
}

} // namespace entracte::xproxy
