#pragma once

// Programs are started by way of entracte-launch, which gives each what its profile says
// (session/launch). It is a program of its own so that this one, which is in every snapshot, stays
// small. A session without it starts programs as they are.

#include "session/init/SpawnRequest.h"

namespace entracte::init {

// Makes the links and menu entries by which a program gets its profile however it is started, and
// puts them first in PATH and XDG_DATA_DIRS. Waits until it is done.
void setUpLauncher();

// In the child: becomes the program, without a profile; with one. Both return the errno when they
// cannot; `report` gets the launcher's.
int becomeItself(const std::vector<std::string>& arguments);
int becomeLaunched(const std::vector<std::string>& arguments, int report);

} // namespace entracte::init
