#pragma once

// Which events are the person's own doing: keys, buttons, touches, and the pointer over a program's
// window. Not what one program sent another, and not what is told of the pointer wherever it is
// (raw events).

#include "xproxy/state/Extensions.h"
#include "xproxy/state/Wire.h"

namespace entracte::xproxy {

// `event` has the numbers of `extensions`.
bool isPersonInput(const MessageView& event, const ExtensionTable& extensions);

} // namespace entracte::xproxy
