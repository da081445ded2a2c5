#pragma once

// Which input method a session's programs look for: that of the person's desktop, whose variables
// came along (app/common/CallerEnvironment.cpp). A session runs its own, since nothing of the
// person's is reached from inside.

#include <string>
#include <vector>

namespace entracte::init {

// The command of its server; nothing when this process's environment names none that is known here.
std::vector<std::string> inputMethodServer();

} // namespace entracte::init
