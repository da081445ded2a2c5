#include "session/store/CatalogRebuild.h"

#include "session/store/ChunkCodec.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <set>

namespace entracte {

namespace {

constexpr const char* kRebuilt = "catalog.rebuilt";
constexpr const char* kDamaged = "catalog.damaged";
// SQLite's log, and the index of it that an exclusive user does not make.
constexpr std::array<const char*, 2> kBeside{"-wal", "-shm"};

Status removeCatalog(int folder, const std::string& name) {
    for (const std::string& file : {name, name + kBeside[0], name + kBeside[1]})
        if (::unlinkat(folder, file.c_str(), 0) != 0 && errno != ENOENT)
            return fail(diskError("A catalog of the store could not be removed"));
    return {};
}

// The old one goes aside with its log, which would else be taken for the new one's.
Status swap(int folder) {
    const auto move = [&](const std::string& from, const std::string& to) -> Status {
        if (::renameat(folder, from.c_str(), folder, to.c_str()) != 0 && errno != ENOENT)
            return fail(diskError("A catalog of the store could not be put in its place"));
        return {};
    };
    const std::string current = kCatalogName;
    struct stat log {};
    if (::fstatat(folder, (std::string(kRebuilt) + kBeside[0]).c_str(), &log, 0) == 0 &&
        log.st_size > 0)
        return fail(ErrorCode::System, "The store's new catalog could not be written out.");
    if (::faccessat(folder, kCatalogName, F_OK, 0) == 0)
        ENTRACTE_TRY(removeCatalog(folder, kDamaged));
    for (const char* beside : kBeside)
        ENTRACTE_TRY(move(current + beside, std::string(kDamaged) + beside));
    ENTRACTE_TRY(move(current, kDamaged));
    ENTRACTE_TRY(move(kRebuilt, current));
    return syncDirectory(folder);
}

// Whose pack it is when its own header cannot say: records tell whether they are sealed.
std::optional<VaultId> vaultByRecords(const std::vector<FoundRecord>& records,
                                      const std::vector<VaultRow>& vaults) {
    if (records.empty())
        return std::nullopt;
    const bool sealed = records.front().sealed;
    const auto same = [&](const VaultRow& vault) { return vault.sealed == sealed; };
    return std::ranges::count_if(vaults, same) == 1
               ? std::optional(std::ranges::find_if(vaults, same)->id)
               : std::nullopt;
}

// Whether the copy is as it was written; of a sealed one, as far as one can tell without the key.
Result<bool> isWhole(const PackShelf& shelf, const ChunkRow& place,
                     const std::shared_ptr<const VaultKeys>& keys) {
    const auto record = shelf.read(place);
    if (!record && record.error().code() != ErrorCode::SnapshotDamaged)
        return fail(record.error());
    return record && (!keys || ChunkCodec(keys).verify(record->header, record->body));
}

Status chooseWhole(Catalog& catalog, const PackShelf& shelf, const std::vector<ChunkRow>& copies,
                   const std::shared_ptr<const VaultKeys>& keys) {
    for (const ChunkRow& copy : copies) {
        ENTRACTE_ASSIGN(counts, catalog.chunk(copy.address));
        ENTRACTE_ASSIGN(good, isWhole(shelf, *counts, keys));
        if (good)
            continue;
        ENTRACTE_ASSIGN(better, isWhole(shelf, copy, keys));
        if (better)
            ENTRACTE_TRY(catalog.replace({}, {}, {copy}));
    }
    return {};
}

// Returns those of which nothing can be read.
Result<std::vector<std::uint64_t>> addPacks(Catalog& catalog, PackShelf& shelf,
                                            const Essentials& essentials,
                                            const std::shared_ptr<const VaultKeys>& clear,
                                            Findings& findings) {
    std::vector<std::uint64_t> unreadable;
    ENTRACTE_ASSIGN(present, shelf.present());
    for (const std::uint64_t id : present) {
        ENTRACTE_ASSIGN(scan, shelf.scan(id));
        const auto header = shelf.readHeader(id);
        if (!header && isReadError(header.error()))
            return fail(header.error());
        auto vault =
            header ? std::optional(header->vault) : vaultByRecords(scan.records, essentials.vaults);
        if (header || header.error().code() == ErrorCode::SnapshotDamaged) {
            if (vault && std::ranges::count(essentials.vaults, *vault, &VaultRow::id) == 0)
                vault.reset();
        } else {
            vault.reset(); // another version's
        }
        if (!vault || (scan.records.empty() && scan.bytes > kPackHeaderSize)) {
            unreadable.push_back(id);
            continue;
        }
        if (scan.lost > 0)
            findings.push_back(fmt::format("{} bytes of the pack {} are not as they were written.",
                                           scan.lost, packName(id)));
        std::vector<ChunkRow> chunks;
        for (const FoundRecord& record : scan.records)
            chunks.push_back(record.place);
        ENTRACTE_ASSIGN(twice, catalog.addFound({id, *vault, scan.bytes, 0}, chunks));
        ENTRACTE_TRY(chooseWhole(catalog, shelf, twice, *vault == clear->id() ? clear : nullptr));
    }
    return unreadable;
}

Status setAside(PackShelf& shelf, const std::vector<std::uint64_t>& packs, Findings& findings) {
    for (const std::uint64_t id : packs) {
        ENTRACTE_ASSIGN(name, shelf.setAside(id));
        findings.push_back(fmt::format("Nothing could be read of the pack {}: it is kept as {}.",
                                       packName(id), name));
    }
    return {};
}

Result<std::shared_ptr<const VaultKeys>> clearKeys(const Essentials& essentials) {
    const auto clear = std::ranges::find(essentials.vaults, kClearVault, &VaultRow::id);
    SecretKey master;
    if (clear == essentials.vaults.end() || clear->key.size() != SecretKey::kSize || !master.data())
        return fail(ErrorCode::SnapshotDamaged, "The store's key is damaged.");
    std::ranges::copy(clear->key, reinterpret_cast<std::byte*>(master.data()));
    return VaultKeys::make(kClearVault, false, master);
}

// Returns the packs of which nothing can be read.
Result<std::vector<std::uint64_t>> build(const std::filesystem::path& folder, PackShelf& shelf,
                                         Essentials essentials, Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    ENTRACTE_TRY(removeCatalog(directory.get(), kRebuilt));
    for (VaultRow& vault : essentials.vaults)
        vault.unread = vault.sealed;
    ENTRACTE_ASSIGN(keys, clearKeys(essentials));
    ENTRACTE_ASSIGN(catalog, Catalog::make(folder, kRebuilt, essentials));
    ENTRACTE_ASSIGN(unreadable, addPacks(*catalog, shelf, essentials, keys, findings));
    ENTRACTE_TRY(catalog->addRemoved(essentials.removed));
    ENTRACTE_TRY(findSnapshots(*catalog, shelf, keys, findings));
    ENTRACTE_TRY(catalog->settle()); // all is in the file, not in its log
    return unreadable;
}

Result<Essentials> essentialsBeside(int folder) {
    ENTRACTE_ASSIGN(bytes, readEssentials(folder));
    return parseEssentials(bytes);
}

// What the file has, or else what is left of it in the catalog.
Result<Essentials> essentialsFor(const std::filesystem::path& folder) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    auto kept = essentialsBeside(directory.get());
    if (kept || (kept.error().code() != ErrorCode::SnapshotDamaged &&
                 kept.error().code() != ErrorCode::NotFound))
        return kept;
    // Written down before the only catalog that has them is put away.
    if (auto left = Catalog::salvage(folder); left && clearKeys(*left)) {
        ENTRACTE_TRY(writeEssentials(directory.get(), formatEssentials(*left)));
        return left;
    }
    return fail(Error(ErrorCode::SnapshotDamaged,
                      "The store's catalog is lost, and so are the keys that are kept beside it.")
                    .withDetail(kept.error().sentence())
                    .withHint("Nothing was changed. Put back the file \"essentials\" of " +
                              folder.string() +
                              " from a backup; or move that folder away to begin with an empty "
                              "one."));
}

Result<bool> isThere(int folder, const char* name) {
    struct stat status {};
    if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    if (errno == ENOENT)
        return false;
    return fail(diskError("The store's folder could not be looked into"));
}

// What a pack is that the catalog does not know.
enum class Unknown : std::uint8_t {
    Leftover,  // of a job that came to no end: it has nothing that counts
    Newer,     // than the catalog: it has a snapshot of which that knows nothing
    Unreadable // nobody can tell
};

Result<Unknown> lookAt(std::uint64_t id, const Catalog& catalog, const PackShelf& shelf,
                       const Essentials& essentials) {
    ENTRACTE_ASSIGN(scan, shelf.scan(id));
    const auto header = shelf.readHeader(id);
    if (!header && isReadError(header.error()))
        return fail(header.error());
    const bool foreign =
        header ? std::ranges::count(essentials.vaults, header->vault, &VaultRow::id) == 0
               : header.error().code() == ErrorCode::HostMismatch;
    if (foreign || (scan.records.empty() && scan.bytes != (header ? kPackHeaderSize : 0)))
        return Unknown::Unreadable;
    for (const FoundRecord& record : scan.records) {
        if (!record.manifest || std::ranges::count(essentials.removed, record.place.address) > 0)
            continue;
        ENTRACTE_ASSIGN(known, catalog.chunk(record.place.address));
        if (!known)
            return Unknown::Newer;
    }
    return Unknown::Leftover;
}

// Those of the file beside it, which may be newer, and what only the catalog has. What either knows
// to be removed stays so.
Result<Essentials> allEssentials(const Catalog& catalog, int folder) {
    ENTRACTE_ASSIGN(own, catalog.essentials());
    auto beside = essentialsBeside(folder);
    if (!beside)
        return std::move(own);
    for (VaultRow& vault : own.vaults)
        if (std::ranges::none_of(beside->vaults, [&](const VaultRow& other) {
                return other.id == vault.id || (vault.owner && other.owner == vault.owner);
            }))
            beside->vaults.push_back(std::move(vault));
    std::ranges::copy(own.removed, std::back_inserter(beside->removed));
    return beside;
}

// The catalog, once it is known to be no older than the packs; nullptr when it is, and `essentials`
// are what is to be known of it.
Result<std::unique_ptr<Catalog>> openUsed(const std::filesystem::path& folder, PackShelf& shelf,
                                          bool used, Essentials& essentials, Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    ENTRACTE_ASSIGN(catalog, Catalog::open(folder, used));
    ENTRACTE_TRY(shelf.removeUnfinished());
    ENTRACTE_TRY(removeDoomed(*catalog, shelf));
    ENTRACTE_ASSIGN(rows, catalog->packSizes());
    ENTRACTE_ASSIGN(present, shelf.present());
    ENTRACTE_ASSIGN(all, allEssentials(*catalog, directory.get()));
    essentials = std::move(all);
    std::set<std::uint64_t> known;
    for (const PackRow& row : rows)
        known.insert(row.id);
    std::vector<std::uint64_t> leftover, unreadable;
    for (const std::uint64_t id : present) {
        if (known.contains(id))
            continue;
        const auto found = lookAt(id, *catalog, shelf, essentials);
        if (!found)
            findings.push_back(
                fmt::format("The catalog does not know the pack {}, and it cannot be read now: it "
                            "stays where it is. ({})",
                            packName(id), found.error().sentence()));
        else if (*found == Unknown::Newer)
            return nullptr;
        else
            (*found == Unknown::Leftover ? leftover : unreadable).push_back(id);
    }
    for (const std::uint64_t id : leftover)
        ENTRACTE_TRY(shelf.remove(id));
    ENTRACTE_TRY(setAside(shelf, unreadable, findings));
    ENTRACTE_TRY(catalog->settleEssentials());
    return std::move(catalog);
}

} // namespace

bool hasDamagedCatalog(const std::filesystem::path& folder) {
    return ::access((folder / kDamaged).c_str(), F_OK) == 0;
}

void removeDamagedCatalog(const std::filesystem::path& folder) {
    if (const auto directory = openDirectory(folder, false))
        static_cast<void>(removeCatalog(directory->get(), kDamaged));
}

Status removeDoomed(Catalog& catalog, PackShelf& shelf) {
    ENTRACTE_ASSIGN(packs, catalog.doomed());
    if (packs.empty())
        return {};
    for (const std::uint64_t id : packs)
        ENTRACTE_TRY(shelf.remove(id));
    ENTRACTE_TRY(shelf.sync());
    return catalog.forgetDoomed();
}

Result<std::unique_ptr<Catalog>> openCatalog(const std::filesystem::path& folder, PackShelf& shelf,
                                             Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    ENTRACTE_ASSIGN(packs, shelf.present());
    ENTRACTE_ASSIGN(beside, isThere(directory.get(), kEssentialsName));
    ENTRACTE_ASSIGN(there, isThere(directory.get(), kCatalogName));
    const bool used = !packs.empty() || beside;
    const char* what = there ? "damaged" : "lost";
    Essentials essentials;
    bool known = false;
    if (there || !used) {
        auto opened = openUsed(folder, shelf, used, essentials, findings);
        if (opened && *opened)
            return std::move(*opened);
        if (!opened && (opened.error().code() != ErrorCode::SnapshotDamaged || !used))
            return fail(opened.error());
        known = opened.has_value();
        if (known)
            what = "older than its packs";
        else
            findings.push_back(opened.error().sentence());
    }
    if (!known) {
        ENTRACTE_ASSIGN(kept, essentialsFor(folder));
        essentials = std::move(kept);
    }
    ENTRACTE_ASSIGN(unreadable, build(folder, shelf, std::move(essentials), findings));
    ENTRACTE_TRY(swap(directory.get()));
    ENTRACTE_TRY(setAside(shelf, unreadable, findings));
    findings.insert(
        findings.begin(),
        fmt::format("The store's catalog was {} and has been made anew from the packs.", what));
    ENTRACTE_ASSIGN(catalog, Catalog::open(folder, true));
    ENTRACTE_TRY(catalog->settleEssentials());
    return std::move(catalog);
}

Status rebuildCatalog(const std::filesystem::path& folder, PackShelf& shelf, Catalog& catalog,
                      Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    auto kept = essentialsBeside(directory.get());
    if (!kept && kept.error().code() != ErrorCode::SnapshotDamaged &&
        kept.error().code() != ErrorCode::NotFound)
        return fail(kept.error());
    if (!kept) {
        kept = catalog.essentials();
        if (kept)
            ENTRACTE_TRY(writeEssentials(directory.get(), formatEssentials(*kept)));
    }
    ENTRACTE_ASSIGN(essentials, std::move(kept));
    ENTRACTE_ASSIGN(unreadable, build(folder, shelf, std::move(essentials), findings));
    ENTRACTE_TRY(catalog.exchange([&] { return swap(directory.get()); }));
    return setAside(shelf, unreadable, findings);
}

} // namespace entracte
