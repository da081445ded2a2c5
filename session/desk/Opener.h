#pragma once

// Opens links as the person's own programs would: by the desktop's portal, which knows the
// environment and may ask or refuse; by xdg-open(1) only where there is no portal. The portal opens
// /proc/PID/root of its caller, so this process stays one that the person's others may look into
// (prctl(2), PR_SET_DUMPABLE).

#include "session/desk/Bus.h"

#include <functional>
#include <string>

namespace entracte::desk {

// Says whether it was handed over. `bus` may be null.
using Opened = std::function<void(bool)>;
void openLink(sd_bus* bus, const std::string& link, Opened done);

} // namespace entracte::desk
