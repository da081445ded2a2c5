#pragma once

// How much memory a session will need on another machine, in bytes: what it uses, or what its
// newest snapshot holds.

#include "dbus/client/Client.h"

namespace entracte::cli {

std::uint64_t memoryNeeded(const Client& client, const Overview& overview,
                           const SessionView& session);

} // namespace entracte::cli
