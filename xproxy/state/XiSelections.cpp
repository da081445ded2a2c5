#include "xproxy/state/XiSelections.h"

namespace entracte::xproxy {

namespace xinput = wire::xinput;

void readXiMasks(const MessageView& list, std::size_t at, unsigned count, XiMasks& to) {
    for (unsigned i = 0; i < count && at + 4 <= list.size(); ++i) {
        const std::uint16_t device = list.u16(at);
        const std::size_t words = list.u16(at + 2);
        std::vector<std::uint32_t> mask;
        for (std::size_t word = 0; word < words; ++word)
            mask.push_back(list.u32(at + 4 + 4 * word));
        while (!mask.empty() && mask.back() == 0)
            mask.pop_back();
        if (mask.empty())
            to.erase(device);
        else
            to[device] = std::move(mask);
        at += 4 + 4 * words;
    }
}

std::map<std::pair<ClientId, ClientXid>, XiMasks> xiSelections(const Record& record) {
    std::map<std::pair<ClientId, ClientXid>, XiMasks> selected;
    for (const auto& entry : record.sticky.inOrder()) {
        const auto client = record.clients.find(entry.key.client);
        if (client == record.clients.end() || entry.key.ext != Ext::XInput ||
            entry.key.opcode != xinput::kXISelectEvents || !record.exists(entry.key.object))
            continue;
        const MessageView view(entry.request->request, client->second.order,
                               entry.request->bigRequest);
        readXiMasks(view, xinput::XISelectEvents::kFixedSize,
                    view.get(xinput::XISelectEvents::num_mask),
                    selected[{entry.key.client, entry.key.object}]);
    }
    return selected;
}

bool xiSelects(const XiMasks& masks, std::uint16_t device, bool isMaster, std::uint16_t type) {
    constexpr std::uint16_t kAllDevices = 0, kAllMasters = 1;
    const auto has = [&](std::uint16_t of) {
        const auto found = masks.find(of);
        return found != masks.end() && type / 32u < found->second.size() &&
               (found->second[type / 32u] >> type % 32 & 1) != 0;
    };
    return has(device) || has(kAllDevices) || (isMaster && has(kAllMasters));
}

} // namespace entracte::xproxy
