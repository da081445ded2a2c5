#pragma once

// Object paths from ids and back, and the words that the bus has for the engine's enumerations.

#include "session/engine/Types.h"

#include <optional>
#include <string>

namespace entracte::service {

std::string sessionPath(const SessionId& session);
std::string snapshotPath(const SessionId& session, const SnapshotId& snapshot);
std::string vaultPath(uid_t owner);
std::string jobPath(std::uint64_t number);

// The snapshot that `path` names, when it is one of `session`; parseId has checked it.
std::optional<SnapshotId> snapshotOfPath(const SessionId& session, const std::string& path);

std::string stateName(SessionState state);
std::string screenName(ScreenKind kind);
std::string networkName(const NetworkSpec& network);
std::string originName(SnapshotOrigin origin);
std::string moveName(MoveState state); // "" for none
std::string fateName(MoveFate fate);

} // namespace entracte::service
