#pragma once

// Which of XI2's events a program has selected on a window (XI2 protocol, "XISelectEvents").

#include "xproxy/state/Record.h"

namespace entracte::xproxy {

// By device; words without trailing zeros.
using XiMasks = std::map<std::uint32_t, std::vector<std::uint32_t>>;

// Of a list as it stands in requests and replies; what is there already of a device is replaced.
void readXiMasks(const MessageView& list, std::size_t at, unsigned count, XiMasks& to);

// Of every program and window that there are, by the record.
std::map<std::pair<ClientId, ClientXid>, XiMasks> xiSelections(const Record& record);

// Whether events of this type and device are told: by the device's own selection, or by one for all
// devices, or all masters.
bool xiSelects(const XiMasks& masks, std::uint16_t device, bool isMaster, std::uint16_t type);

} // namespace entracte::xproxy
