#pragma once

// What programs are told when a grab ends: as if pointer or focus went from the grab's window to
// where it truly is (X protocol, sections 10 "UngrabPointer", "UngrabKeyboard" and 11
// "EnterNotify", "FocusIn"). The server that held the grab is gone, so the proxy tells it.

#include "xproxy/replay/ReplayContext.h"

namespace entracte::xproxy {

struct Crossing {
    ClientXid window;
    bool in = false;         // Enter or FocusIn
    std::uint8_t detail = 0; // Ancestor, Virtual, Inferior, Nonlinear, NonlinearVirtual
    bool operator==(const Crossing&) const = default;
};
// In the order of the protocol. `to` None: to nothing that is a window.
std::vector<Crossing> crossings(const Record& record, ClientXid from, ClientXid to);

// Which window is at this place of the screen, by the record.
ClientXid windowAt(const Record& record, ClientXid root, int x, int y);

struct GrabEnd {
    bool keyboard = false;
    std::uint16_t device = 0; // master, as programs know it
    ClientXid window = ClientXid::None;
    ClientXid to = ClientXid::None;
    std::int16_t x = 0; // of the pointer, on the root
    std::int16_t y = 0;
};
// To everybody who has asked for such events, of the core protocol and of XI2.
void tellUngrabbed(ReplayContext& context, const GrabEnd& end);

} // namespace entracte::xproxy
