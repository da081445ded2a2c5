#pragma once

// Which session of this machine is which in repositories: $XDG_STATE_HOME/entracte/pushed/ID.json.
// It keeps the key for leases (and for nothing else), so that a resume can ask for the lease
// without a passphrase.

#include "app/repository/Lease.h"

#include <filesystem>
#include <map>
#include <string>

namespace entracte::repository {

struct Link {
    struct At {
        std::string leaseKey; // hexadecimal
        bool free = false;    // given away here: somebody else may have it by now
    };
    LineageId lineage{};
    std::map<std::string, At> remotes; // by name (Remotes.h)
};

class Links {
public:
    explicit Links(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // A new lineage when the session has none yet.
    Result<Link> of(const std::string& session) const;
    bool has(const std::string& session) const;
    Status save(const std::string& session, const Link& link) const;
    // This account: made of the machine's id and a random number of its own, since a home folder
    // may be on several machines, and a machine may be a copy of another.
    Result<Myself> myself() const;

private:
    std::filesystem::path m_folder;
};

} // namespace entracte::repository
