#pragma once

// ssh://[user@]host[:port]/path: rclone's SFTP with the person's ssh. An rclone since 1.63 runs
// their `ssh` itself. Older ones (Debian 12 and 13 have 1.60) have an SSH of their own, which is
// told what `ssh -G` says of the host: address, port, user, keys, agent, known hosts; what it
// cannot do (jump hosts, commands as proxies) is refused by name.

#include "app/repository/Place.h"

#include <string>
#include <string_view>
#include <vector>

namespace entracte::repository {

struct SshAddress {
    std::string user; // empty: as ssh's configuration has it
    std::string host;
    std::uint16_t port = 0; // 0: likewise
    std::string path;       // absolute, or within the home folder ("/~/x" is x there)
};
// InvalidArgument.
Result<SshAddress> parseSshAddress(const std::string& address);

// Of "rclone v1.60.1-DEV": whether it can run `ssh` (--sftp-ssh).
bool runsSshItself(std::string_view version);

// rclone's settings of a remote, of what `ssh -G` says: names in capitals, and values.
using Settings = std::vector<std::pair<std::string, std::string>>;
struct SshSurroundings {
    std::string home;
    bool hasAgent = false;
};
// HostMismatch for what it cannot do.
Result<Settings> settingsFromSsh(std::string_view sshSays, const SshSurroundings& surroundings);

Result<std::unique_ptr<Place>> openSshPlace(const std::string& address, const std::string& spool);

} // namespace entracte::repository
