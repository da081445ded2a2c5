#pragma once

// The vaults of people: where somebody's snapshots are kept encrypted, once they asked for it. The
// store has the keys (session/store/VaultKeys.h); here is whose they are, and what follows from
// that for their sessions.
//
// From the moment that somebody has a vault, nothing of theirs is stored in clear: what cannot be
// stored because the vault is locked is refused. A passphrase comes through a pipe, is held in
// locked memory while it is used, and is never kept. Any thread.

#include "session/engine/Types.h"

#include <mutex>
#include <optional>
#include <set>

namespace entracte {

class EngineContext;
class Session;

class Vaults {
public:
    explicit Vaults(EngineContext& context) : m_context(context) {}

    // `passphrase`, `old` and `fresh`: reading ends of pipes, each with a passphrase and no more.
    Result<VaultInfo> create(uid_t owner, int passphrase);
    Status unlock(uid_t owner, int passphrase); // NotAuthorized for another passphrase
    Status lock(uid_t owner);
    Status changePassphrase(uid_t owner, int old, int fresh);
    Status remove(uid_t owner);
    std::vector<VaultInfo> all() const;

    // Whether their next snapshots will be encrypted.
    Result<bool> has(uid_t owner) const;
    // VaultLocked when they would be, and cannot be.
    Status requireUnlocked(uid_t owner) const;
    // Before anything of the session is stored: it goes where its owner's is kept.
    Status choose(const SessionId& session, uid_t owner) const;

private:
    std::set<SnapshotId> knownSnapshots(uid_t owner) const;
    // Those that are not `known` were found just now.
    void tellSnapshots(uid_t owner, const std::set<SnapshotId>& known) const;

    EngineContext& m_context;
    std::mutex m_oneAtATime; // a passphrase costs memory and time
};

// When a session of theirs has ended, and its snapshot holds all that counts: its own files do not
// stay on the disk in clear.
void forgetLayers(EngineContext& context, Session& session);

} // namespace entracte
