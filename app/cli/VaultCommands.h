#pragma once

// vault create, unlock, lock, status, change-passphrase, delete: what the person does with the
// vault that their snapshots are encrypted in. A passphrase goes from the terminal (or a
// descriptor) into a pipe, never on a command line.

#include "app/cli/Arguments.h"
#include "dbus/client/Client.h"

namespace entracte::cli {

// The exit status; everything has been said.
int vault(const Client& client, const Arguments& arguments);
// Asks for the passphrase on the terminal and unlocks the caller's vault.
Status unlockAsking(const Client& client);
// Whether there is a person to ask.
bool canAsk(const Arguments& arguments);

} // namespace entracte::cli
