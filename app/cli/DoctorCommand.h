#pragma once

// "entracte doctor": what this machine lacks for what. Asks the helper, which can try more than
// anybody else, and looks itself when there is none.

#include "dbus/client/Client.h"

namespace entracte::cli {

// 0 when nothing that Entracte needs is missing, 1 otherwise.
int doctor(const Client& client, bool json);

} // namespace entracte::cli
