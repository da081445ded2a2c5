#pragma once

// The recorded windows in the orders in which the steps go through them.

#include "xproxy/state/Record.h"

#include <vector>

namespace entracte::xproxy {

// From the roots downwards, siblings bottom to top; roots left out.
std::vector<WindowRef> topDown(const Record& record);

bool isTopLevel(const Record& record, const Window& window);

// Whether a window manager among the session's programs manages the windows.
bool hasManagerInside(const Record& record);

// Whether a window manager of the screen, if there is one, is told by hints where the window was.
bool isPlacedByManager(const Record& record, const Window& window);

} // namespace entracte::xproxy
