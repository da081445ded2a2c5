#include "xproxy/state/XkbSelections.h"

namespace entracte::xproxy {

namespace xkb = wire::xkb;

namespace {

constexpr std::uint16_t bit(std::uint8_t event) {
    return static_cast<std::uint16_t>(1u << event);
}

void apply(XkbSelection& selection, const MessageView& v) {
    using namespace xkb::SelectEvents;
    const std::uint16_t affected = v.get(affectWhich);
    std::size_t at = kFixedSize;
    // In the order of the events; each that is neither cleared nor selected as a whole has a pair
    // of what is affected, and how.
    const auto details = [&](std::uint8_t event, std::uint16_t& mask) {
        if ((affected & bit(event)) == 0)
            return;
        if (v.get(clear) & bit(event)) {
            mask = 0;
        } else if (v.get(selectAll) & bit(event)) {
            mask = 0xffff;
        } else {
            const std::uint16_t affect = v.u16(at);
            mask = static_cast<std::uint16_t>((mask & ~affect) | (affect & v.u16(at + 2)));
            at += 4;
        }
    };
    details(xkb::kNewKeyboardNotifyEvent, selection.newKeyboard);
    if (affected & bit(xkb::kMapNotifyEvent))
        selection.map = static_cast<std::uint16_t>((selection.map & ~v.get(affectMap)) |
                                                   (v.get(affectMap) & v.get(map)));
    details(xkb::kStateNotifyEvent, selection.state);
}

} // namespace

std::map<ClientId, XkbSelection> xkbSelections(const Record& record) {
    std::map<ClientId, XkbSelection> all;
    for (const auto& entry : record.sticky.inOrder()) {
        const auto client = record.clients.find(entry.key.client);
        if (client != record.clients.end() && entry.key.ext == Ext::Xkb &&
            entry.key.opcode == xkb::kSelectEvents)
            apply(all[entry.key.client],
                  {entry.request->request, client->second.order, entry.request->bigRequest});
    }
    return all;
}

} // namespace entracte::xproxy
