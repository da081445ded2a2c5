#include "session/store/CatalogRebuild.h"

#include "session/store/Directories.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

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

Status addPacks(Catalog& catalog, PackShelf& shelf, const Essentials& essentials,
                Findings& findings) {
    ENTRACTE_ASSIGN(present, shelf.present());
    for (const std::uint64_t id : present) {
        ENTRACTE_ASSIGN(scan, shelf.scan(id));
        const auto header = shelf.readHeader(id);
        auto vault =
            header ? std::optional(header->vault) : vaultByRecords(scan.records, essentials.vaults);
        if (header || header.error().code() == ErrorCode::SnapshotDamaged) {
            if (vault && std::ranges::count(essentials.vaults, *vault, &VaultRow::id) == 0)
                vault.reset();
        } else {
            vault.reset(); // another version's
        }
        if (!vault || (scan.records.empty() && scan.bytes > kPackHeaderSize)) {
            ENTRACTE_ASSIGN(name, shelf.setAside(id));
            findings.push_back(fmt::format(
                "Nothing could be read of the pack {}: it is kept as {}.", packName(id), name));
            continue;
        }
        if (scan.lost > 0)
            findings.push_back(fmt::format("{} bytes of the pack {} are not as they were written.",
                                           scan.lost, packName(id)));
        std::vector<ChunkRow> chunks;
        for (const FoundRecord& record : scan.records)
            chunks.push_back(record.place);
        ENTRACTE_TRY(catalog.addFound({id, *vault, scan.bytes, 0}, chunks));
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

Status build(const std::filesystem::path& folder, PackShelf& shelf, Essentials essentials,
             Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    ENTRACTE_TRY(removeCatalog(directory.get(), kRebuilt));
    for (VaultRow& vault : essentials.vaults)
        vault.unread = vault.sealed;
    ENTRACTE_ASSIGN(keys, clearKeys(essentials));
    ENTRACTE_ASSIGN(catalog, Catalog::make(folder, kRebuilt, essentials));
    ENTRACTE_TRY(addPacks(*catalog, shelf, essentials, findings));
    ENTRACTE_TRY(catalog->addRemoved(essentials.removed));
    ENTRACTE_TRY(findSnapshots(*catalog, shelf, keys, findings));
    return catalog->settle(); // all is in the file, not in its log
}

Result<Essentials> essentialsBeside(int folder) {
    ENTRACTE_ASSIGN(bytes, readEssentials(folder));
    return parseEssentials(bytes);
}

// What the file has, or else what is left of it in the catalog.
Result<Essentials> essentialsFor(const std::filesystem::path& folder) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    auto kept = essentialsBeside(directory.get());
    if (kept || kept.error().code() == ErrorCode::HostMismatch)
        return kept;
    if (auto left = Catalog::salvage(folder); left && clearKeys(*left))
        return left;
    return fail(Error(ErrorCode::SnapshotDamaged,
                      "The store's catalog is lost, and so are the keys that are kept beside it.")
                    .withDetail(kept.error().sentence())
                    .withHint("Nothing was changed. Put back the file \"essentials\" of " +
                              folder.string() +
                              " from a backup; or move that folder away to begin with an empty "
                              "one."));
}

} // namespace

bool hasDamagedCatalog(const std::filesystem::path& folder) {
    return ::access((folder / kDamaged).c_str(), F_OK) == 0;
}

void removeDamagedCatalog(const std::filesystem::path& folder) {
    if (const auto directory = openDirectory(folder, false))
        static_cast<void>(removeCatalog(directory->get(), kDamaged));
}

Result<std::unique_ptr<Catalog>> openCatalog(const std::filesystem::path& folder, PackShelf& shelf,
                                             Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    ENTRACTE_ASSIGN(packs, shelf.present());
    const bool used = !packs.empty() || ::faccessat(directory.get(), kEssentialsName, F_OK, 0) == 0;
    const bool there = ::faccessat(directory.get(), kCatalogName, F_OK, 0) == 0;
    if (there || !used) {
        auto opened = Catalog::open(folder, used);
        if (opened) // what is asked for when a store is opened
            if (const auto sizes = (*opened)->packSizes(); !sizes)
                opened = fail(sizes.error());
        if (opened || opened.error().code() != ErrorCode::SnapshotDamaged || !used)
            return opened;
        findings.push_back(opened.error().sentence());
    }
    ENTRACTE_ASSIGN(essentials, essentialsFor(folder));
    ENTRACTE_TRY(build(folder, shelf, std::move(essentials), findings));
    ENTRACTE_TRY(swap(directory.get()));
    findings.insert(findings.begin(),
                    fmt::format("The store's catalog was {} and has been made anew from the packs.",
                                there ? "damaged" : "lost"));
    return Catalog::open(folder, true);
}

Status rebuildCatalog(const std::filesystem::path& folder, PackShelf& shelf, Catalog& catalog,
                      Findings& findings) {
    ENTRACTE_ASSIGN(directory, openDirectory(folder, false));
    auto kept = essentialsBeside(directory.get());
    if (!kept)
        kept = catalog.essentials();
    ENTRACTE_ASSIGN(essentials, std::move(kept));
    ENTRACTE_TRY(build(folder, shelf, std::move(essentials), findings));
    return catalog.exchange([&] { return swap(directory.get()); });
}

} // namespace entracte
