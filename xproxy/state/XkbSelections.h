#pragma once

// Which of the keyboard's events a program has selected (XKB protocol, 16.4 "SelectEvents").

#include "xproxy/state/Record.h"

namespace entracte::xproxy {

struct XkbSelection {
    // Details, as the events' own fields "changed" name them.
    std::uint16_t newKeyboard = 0;
    std::uint16_t map = 0;
    std::uint16_t state = 0;
};
// Of every program that has selected anything. Of all its requests, in their order.
std::map<ClientId, XkbSelection> xkbSelections(const Record& record);

} // namespace entracte::xproxy
