#pragma once

// The payload of Operation::Spawn (InitProtocol.h), as values and as bytes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entracte::init {

struct SpawnRequest {
    std::string workingDirectory;
    std::vector<std::string> arguments;   // [0]: a path, or a name to be found in PATH
    std::vector<std::string> environment; // NAME=VALUE, on top of the session's
};

// nullopt when a string holds a null byte, or there is no program to start.
std::optional<std::string> encodeSpawn(const SpawnRequest& request);
// nullopt when the bytes are not such a payload.
std::optional<SpawnRequest> decodeSpawn(std::string_view bytes);

} // namespace entracte::init
