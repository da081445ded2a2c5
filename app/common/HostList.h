#pragma once

// The machines that a person may mean: those of their ssh configuration, and those of a list of
// their own ($XDG_CONFIG_HOME/entracte/hosts: a name a line, "#" begins a comment).

#include "session/base/Result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

inline constexpr std::size_t kMaxHosts = 200;

// "[USER@]HOST" as ssh takes it, and nothing that it could take for an option or we for a command.
Status checkHostName(const std::string& host);

// The names after "Host" in an ssh configuration and what it includes, in their order, each once;
// patterns name nobody. `folder`: where relative files of an Include are looked for.
std::vector<std::string> hostsOfSshConfig(const std::filesystem::path& file,
                                          const std::filesystem::path& folder);
std::vector<std::string> hostsOfList(const std::filesystem::path& file);

// Both, of the person who runs this.
std::vector<std::string> knownHosts();

} // namespace entracte
