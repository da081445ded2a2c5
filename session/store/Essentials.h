#pragma once

// What the catalog alone knows and packs do not tell: the vaults' keys, whose sessions are sealed,
// what a person changed of a snapshot since it was taken, and which manifests in packs are of
// snapshots that were removed. Kept beside the catalog in a file of its own
// (STATE/store/essentials, 0600), so that a lost catalog can be made anew from the packs
// (CatalogRebuild.h).
//
// The file holds what the catalog holds of it: of the clear vault the key as it is, of a sealed one
// the wrapped key. Its own hash shows damage.

#include "session/engine/Types.h"
#include "session/store/Bytes.h"
#include "session/store/VaultKeys.h"

#include <optional>
#include <vector>

namespace entracte {

inline constexpr const char* kEssentialsName = "essentials";

struct VaultRow {
    VaultId id = kClearVault;
    bool sealed = false;
    ByteBuffer key;               // the master key; of a sealed vault, wrapped
    std::optional<uid_t> owner{}; // of a sealed vault
    bool unread = false; // made anew while it was locked: its snapshots are yet to be found
};

// What was changed of a snapshot since it was taken, as the catalog holds it.
struct EditedSnapshot {
    SessionId session;
    SnapshotId id;
    bool pinned = false;
    ByteBuffer info; // sealed when the vault is
};

struct Essentials {
    std::vector<VaultRow> vaults; // `unread` is not kept
    std::vector<std::pair<SessionId, VaultId>> sessions;
    std::vector<EditedSnapshot> edited;
    std::vector<Address> removed; // manifests
};

ByteBuffer formatEssentials(const Essentials&);
// SnapshotDamaged; HostMismatch for a newer version's.
Result<Essentials> parseEssentials(ByteView bytes);

// The file in the store's folder; NotFound, SnapshotDamaged.
Result<ByteBuffer> readEssentials(int folder);
Status writeEssentials(int folder, ByteView bytes);

} // namespace entracte
