#pragma once

// Which machine has a session. A lease is a file leases/LINEAGE/EPOCH-RANDOM; the highest epoch
// counts. Nobody overwrites one: whoever takes a lease writes the next epoch, then lists again, and
// steps back when somebody else's of that epoch or a later one is there. Two that try at once each
// see the other's, since both write before they list: at most one stays. That needs a storage
// that lists what has been written (S3, SFTP, WebDAV and file systems do).

#include "app/repository/Repository.h"

#include <optional>

namespace entracte::repository {

// Who asks: an account on a machine.
struct Myself {
    MachineId machine{};
    std::string host;
    std::string user;
};

// Works with the key for leases alone, too: a machine keeps that for what it has pushed, so that a
// resume there asks for no passphrase.
class Leases {
public:
    Leases(Place& place, Keys keys) : m_place(place), m_sealer(std::move(keys)) {}

    // Nothing when nobody ever had it.
    Result<std::optional<LeaseRecord>> current(const LineageId& lineage);
    // Takes, or gives away (`free`). Busy, with who has it and since when, when another machine has
    // it, unless `takeOver`; Busy, too, when somebody else takes it at this moment.
    Result<LeaseRecord> take(const LineageId& lineage, const Myself& myself, bool free,
                             bool takeOver);

private:
    struct File {
        std::string path;
        std::uint64_t epoch = 0;
    };
    Result<std::vector<File>> files(const LineageId& lineage);
    Result<LeaseRecord> readLease(const LineageId& lineage, const File& file);

    Place& m_place;
    Sealer m_sealer;
};

// "another workstation (office, since 2026-01-01 12:00)"
std::string holderOf(const LeaseRecord& lease);

// The key for leases of the repository's keys.
Result<SecretKey> leaseKeyOf(const VaultKeys& keys);
Result<Keys> keysOfLeases(const SecretKey& key);

} // namespace entracte::repository
