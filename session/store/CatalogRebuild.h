#pragma once

// A catalog that is lost or damaged, made anew: the packs name themselves and their vaults, each
// record its address, manifests what snapshots there are and what they need, and the file beside
// the catalog what nothing else knows (Essentials.h).
//
// The new one is written under a name of its own and takes the place of the old one, which is kept
// (catalog.damaged), in one step: after a crash all of it is done again. No pack is removed; one
// that cannot be told to belong to a vault is set aside (PackShelf::setAside) afterwards. What
// cannot be read now is no damage: it ends the making, and nothing was changed. Of two copies of a
// chunk the one that is whole counts (of sealed ones: the first). Snapshots of a sealed vault are
// found when it is next unlocked; until then nothing that lies in it is cleaned away.

#include "session/store/Catalog.h"
#include "session/store/PackShelf.h"

#include <string>
#include <vector>

namespace entracte {

// Sentences for a person.
using Findings = std::vector<std::string>;

// The store's catalog, made anew when it is not there although packs are, cannot be read, or is
// older than packs that are there. Then what jobs left that came to no end is removed.
// `findings` tells of that, and of what could not be brought back. SnapshotDamaged when the keys
// are lost, too: then nothing is changed.
Result<std::unique_ptr<Catalog>> openCatalog(const std::filesystem::path& folder, PackShelf& shelf,
                                             Findings& findings);

// The same for one that is open; nobody else may use the store meanwhile.
Status rebuildCatalog(const std::filesystem::path& folder, PackShelf& shelf, Catalog& catalog,
                      Findings& findings);

// Makes those snapshots of the vault exist whose manifests lie in its packs. Done again: nothing.
Status findSnapshots(Catalog& catalog, const PackShelf& shelf,
                     const std::shared_ptr<const VaultKeys>& keys, Findings& findings);

// Files of packs that are none any more.
Status removeDoomed(Catalog& catalog, PackShelf& shelf);

// The catalog that was replaced.
bool hasDamagedCatalog(const std::filesystem::path& folder);
void removeDamagedCatalog(const std::filesystem::path& folder);

} // namespace entracte
