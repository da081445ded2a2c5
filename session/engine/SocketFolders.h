#pragma once

// Gives listening sockets their folders back. A program may remove the folder of a socket that it
// listens on (KDE programs do: /tmp/.XXXXXX/s), and CRIU binds the socket again at a restore.
//
// The paths come from the images, so from programs: they are followed within the session's root
// only, and what is made belongs to the person.

#include "session/container/Container.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

// `root`: where the session's root is mounted on the host; `mounts`: what is bound into it from
// elsewhere. What cannot be made is left to CRIU to complain about.
void makeSocketFolders(const std::filesystem::path& root, const std::vector<ExternalMount>& mounts,
                       const Person& person, const std::vector<std::string>& socketPaths);

} // namespace entracte
