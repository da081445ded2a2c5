#pragma once

// The store: a catalog, and packs of chunks (docs/snapshot-format.md). STATE/store/ holds
// catalog.sqlite and packs/; snapshots of the first format stay readable beside it.
//
// Order of things, so that a crash at any moment leaves whole what was whole: packs are written and
// synced, read back, and only then one transaction makes the snapshot exist; a removal is a
// transaction, and only then files go, those which the catalog says have to. A catalog that is
// lost, damaged, or older than its packs is made anew from them when the store is opened
// (CatalogRebuild.h).

#include "session/store/Catalog.h"
#include "session/store/FolderSnapshots.h"
#include "session/store/KnownPages.h"
#include "session/store/PackShelf.h"
#include "session/store/Recipe.h"
#include "session/store/SnapshotChunks.h"
#include "session/store/StoreGate.h"

#include <atomic>
#include <map>
#include <unordered_set>

namespace entracte {

class PackStore final : public SnapshotStore {
public:
    PackStore(UniqueFd lock, FolderSnapshots old, std::filesystem::path folder, UniqueFd packs)
        : m_lock(std::move(lock)), m_old(std::move(old)), m_folder(std::move(folder)),
          m_shelf(std::move(packs)) {}
    Status settleAfterOpening();

    Result<std::unique_ptr<SnapshotWriter>> begin(const SessionId&) override;
    std::vector<SnapshotInfo> list(const SessionId&) const override;
    SnapshotId newest(const SessionId&) const override;
    Result<SnapshotRecord> read(const SessionId&, const SnapshotId&) const override;
    Status verify(const SessionId&, const SnapshotId&, JobStretch) const override;
    Status extractImages(const SessionId&, const SnapshotId&, const std::filesystem::path&,
                         JobStretch) const override;
    Status extractLayer(const SessionId&, const SnapshotId&, const std::filesystem::path&,
                        JobStretch) const override;
    Status extractHostFiles(const SessionId&, const SnapshotId&, const std::vector<std::uint32_t>&,
                            const std::filesystem::path&, const TakeFile&,
                            JobStretch) const override;
    Result<std::vector<std::uint64_t>> hostFileMarks(const SessionId&,
                                                     const SnapshotId&) const override;
    Result<std::uint64_t> stockHostFiles(const SessionId&, const std::vector<FileFacts>&,
                                         const FileOpener&, JobStretch) override;
    Status remove(const SessionId&, const SnapshotId&) override;
    Status removeSession(const SessionId&) override;
    Result<SnapshotInfo> edit(const SessionId&, const SnapshotId&, const SnapshotEdit&) override;
    Result<VaultId> createVault(uid_t owner, const Secret&) override;
    Status openVault(VaultId, const Secret&) override;
    Status closeVault(VaultId) override;
    Status changeSecret(VaultId, const Secret& old, const Secret& fresh) override;
    Status removeVault(VaultId) override;
    Result<std::vector<SealedVault>> vaults() const override;
    Status chooseVault(const SessionId&, VaultId) override;
    Result<bool> knowsAllOf(const SessionId&) const override;
    Result<SnapshotSpace> space(const SessionId&, const SnapshotId&) const override;
    Result<StoreSpace> space() const override;
    void setLimits(const StoreLimits&) override;

    // StoreRepair.cpp
    Result<CheckReport> repair() override;
    std::vector<std::string> notices() const override;

    // StoreCare.cpp
    Result<CheckReport> check(const std::optional<std::set<SessionId>>&, bool readData,
                              JobStretch) const override;
    Result<CheckReport> checkOne(const SessionId&, const SnapshotId&, JobStretch) const override;
    Result<GcReport> gc(JobStretch) override;
    Status prune(const SessionId&, const Retention&, const std::set<SnapshotId>& inUse, bool dryRun,
                 JobStretch, PruneReport&) override;

private:
    enum class Thoroughness : std::uint8_t { WorthIt, Everything };
    static constexpr std::int64_t kNoneWaits = INT64_MAX;
    static std::int64_t aDayAgo(); // Unix time, ms
    struct Opened {                // a snapshot, ready to be read
        StoreGate::Pass pass;
        SnapshotRow row;
        std::shared_ptr<const VaultKeys> keys;
        Recipe recipe;
        std::vector<ChunkRow> chunks; // as the recipe numbers them
    };

    Result<std::shared_ptr<const VaultKeys>> keysOf(VaultId) const;
    Result<VaultRow> sealedVault(VaultId) const;
    // nullopt: not one of ours, perhaps one of the first format.
    Result<std::optional<SnapshotRow>> find(const SessionId&, const SnapshotId&) const;
    Result<SnapshotInfo> infoOf(const SnapshotRow&) const;
    Result<Recipe> recipeOf(const SnapshotRow&, const VaultKeys&,
                            const std::vector<ChunkRow>&) const;
    Result<Opened> openSnapshot(const SnapshotRow&) const;
    // The snapshot's files of the host, as its recipe numbers them.
    Result<std::vector<FileRow>> hostFilesOf(const SessionId&, const SnapshotId&, VaultId) const;
    Result<EarlierRecipe> pagesOf(const SessionId&, const SnapshotId&, VaultId) const;
    Result<std::uint64_t> room() const;              // bytes that may still be written
    std::vector<std::uint64_t> damagedPacks() const; // missing or shorter than written

    // `whole`: rows of chunks that were read and found whole, and are not read again.
    Status checkSnapshots(const SessionId&, bool readData, const JobStretch&,
                          std::unordered_set<std::int64_t>& whole, CheckReport&) const;
    void checkSnapshot(const SnapshotRow&, bool readData, const JobStretch&,
                       std::unordered_set<std::int64_t>& whole, CheckReport&) const;
    void checkOld(const SessionId&, const SnapshotId&, bool readData, const JobStretch&,
                  CheckReport&) const;
    void checkChunks(const SnapshotRow&, const std::vector<ChunkRow>&, bool readData,
                     const JobStretch&, CheckReport&) const;
    Status checkPacks(bool readData, const JobStretch&, CheckReport&) const;
    // `sinceUnixMs`: files of the host that wait for their first snapshot since then stay.
    Result<GcReport> sweep(Thoroughness, std::int64_t sinceUnixMs, const JobStretch*);
    Status rewrite(const PackRow&, GcReport&);
    Status removeOrphans();       // of jobs that came to no end; nobody writes meanwhile
    Status findSealedSnapshots(); // of vaults that are open now, and were locked when it was due
    void noteFindings(std::vector<std::string> findings);

    UniqueFd m_lock; // held as long as the store is open
    FolderSnapshots m_old;
    const std::filesystem::path m_folder; // of catalog and packs
    std::unique_ptr<Catalog> m_catalog;
    PackShelf m_shelf;
    mutable StoreGate m_gate;
    mutable std::mutex m_mutex; // of what follows
    mutable std::map<VaultId, std::shared_ptr<const VaultKeys>> m_keys;
    StoreLimits m_limits;
    std::vector<std::string> m_findings; // of a catalog that was made anew
};

// How the info of a snapshot lies in the catalog.
ByteBuffer infoForCatalog(const SnapshotInfo&, const VaultKeys&);

} // namespace entracte
