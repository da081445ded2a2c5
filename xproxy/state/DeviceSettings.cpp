#include "xproxy/state/DeviceSettings.h"

#include <algorithm>

namespace entracte::xproxy {

namespace {

bool isOfMaps(const DeviceSettings::Entry& entry) {
    if (entry.ext == Ext::Core)
        return entry.opcode == wire::core::kChangeKeyboardMapping ||
               entry.opcode == wire::core::kSetModifierMapping;
    return entry.opcode != wire::xkb::kSetControls;
}

} // namespace

void DeviceSettings::add(Ext ext, std::uint8_t opcode, ByteView request) {
    const bool whole = ext == Ext::Xkb && opcode == wire::xkb::kGetKbdByName;
    std::erase_if(m_entries, [&](const Entry& entry) {
        const bool replaced = whole ? isOfMaps(entry) : std::ranges::equal(entry.request, request);
        m_bytes -= replaced ? entry.request.size() : 0;
        return replaced;
    });
    m_entries.push_back({ext, opcode, copyOf(request)});
    m_bytes += request.size();
    for (; m_bytes > kMaxBytes; m_entries.pop_front())
        m_bytes -= m_entries.front().request.size();
}

} // namespace entracte::xproxy
