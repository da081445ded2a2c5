#pragma once

// What the store holds, in one SQLite file: vaults, sessions, snapshots, packs, chunks, which
// snapshot needs which chunk, and the files of the host that snapshots have in common. A snapshot
// exists from the moment its transaction is committed.
//
// Write-ahead log, foreign keys, synchronous FULL; after every change the log is emptied into the
// file, whose pages carry hashes (CatalogVfs.h). What nothing else knows is kept in a second file,
// too (Essentials.h). All functions may be called from any thread.

#include "session/base/UniqueFd.h"
#include "session/engine/Types.h"
#include "session/store/Database.h"
#include "session/store/Essentials.h"

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace entracte {

inline constexpr int kCatalogVersion = 5;
inline constexpr const char* kCatalogName = "catalog.sqlite";

struct SnapshotRow {
    std::int64_t row = 0;
    SnapshotId id;
    SessionId session;
    VaultId vault = kClearVault;
    std::int64_t takenUnixMs = 0;
    bool pinned = false;
    std::uint64_t storedBytes = 0;
    Address manifest{};
    ByteBuffer info; // SnapshotInfo as JSON; sealed when the vault is
};

struct ChunkRow {
    std::int64_t row = 0;
    Address address{};
    std::uint64_t pack = 0;
    std::uint64_t offset = 0; // of the record's header
    std::uint32_t bytes = 0;  // header and body
};

struct PackRow {
    std::uint64_t id = 0;
    VaultId vault = kClearVault;
    std::uint64_t bytes = 0; // as written
    std::uint64_t used = 0;  // by chunks that snapshots need, header included
};

// A file of the host that is stored, for all snapshots that need it.
struct FileRow {
    std::int64_t row = 0;
    Address list{};           // the chunk that names its pieces
    std::uint64_t bytes = 0;  // of the file
    std::uint64_t stored = 0; // on disk
};

// One that is new: what tells it from others (a keyed hash), and its chunks, the list among them.
struct NewFile {
    Address identity{};
    FileRow file;
    std::vector<Address> chunks;
};

class Catalog {
public:
    // `directory` is the store's; HostMismatch for a newer version's, SnapshotDamaged.
    // `expectMade`: an empty one is damaged. The file beside it follows at settleEssentials().
    static Result<std::unique_ptr<Catalog>> open(const std::filesystem::path& directory,
                                                 bool expectMade = false);
    // A new one under this name, with nothing in it but these.
    static Result<std::unique_ptr<Catalog>> make(const std::filesystem::path& directory,
                                                 const std::string& name, const Essentials&);
    // What can still be read of it in a damaged one; nothing of it is changed.
    static Result<Essentials> salvage(const std::filesystem::path& directory);
    Status settleEssentials();
    // Closes the file, lets `swap` put another in its place, and goes on with that.
    Status exchange(const std::function<Status()>& swap);

    Result<std::vector<VaultRow>> vaults() const;
    // InvalidArgument when the owner has one already.
    Result<VaultId> addVault(uid_t owner, ByteView wrapped);
    Status changeVaultKey(VaultId, ByteView wrapped);
    // Its snapshots are to be found yet, or have been.
    Status setUnread(VaultId, bool unread);
    // With its packs, which become orphans; InvalidArgument when snapshots lie in it.
    Status removeVault(VaultId);
    Result<VaultId> vaultOf(const SessionId&) const;
    Status setVault(const SessionId&, VaultId);
    Result<Essentials> essentials() const;

    Result<std::vector<SessionId>> sessions() const;                    // that have snapshots
    Result<std::vector<SnapshotRow>> snapshots(const SessionId&) const; // oldest first
    Result<std::optional<SnapshotRow>> snapshot(const SessionId&, const SnapshotId&) const;
    Result<std::vector<ChunkRow>> chunksOf(std::int64_t snapshot) const; // in order of their places
    Result<std::optional<ChunkRow>> chunk(const Address&) const;
    Result<std::vector<PackRow>> packs() const;
    Result<std::vector<PackRow>> packSizes() const; // without what is used of them: quick
    Result<std::vector<ChunkRow>> chunksIn(std::uint64_t pack) const; // by offset
    // Of these packs, the snapshots that need any.
    Result<std::set<std::int64_t>> needing(const std::vector<std::uint64_t>& packs) const;
    Result<std::uint64_t> totalBytes(std::int64_t snapshot) const;
    Result<std::uint64_t> uniqueBytes(std::int64_t snapshot) const;
    Result<std::uint64_t> bytes() const; // of the catalog itself
    // Of all chunks that these snapshots need, each counted once.
    Result<std::uint64_t> bytesOf(const std::vector<std::int64_t>& snapshots) const;

    // Of the files with these identities, those that there are.
    Result<std::vector<std::optional<FileRow>>> files(VaultId,
                                                      const std::vector<Address>& identities) const;
    // Those that a snapshot needs, in no order.
    Result<std::vector<FileRow>> filesOf(std::int64_t snapshot) const;
    // Files that no snapshot needs yet. A file whose identity is there already stays as it is.
    Status addFiles(VaultId, const std::vector<PackRow>& packs, const std::vector<ChunkRow>& fresh,
                    const std::vector<NewFile>& files, std::int64_t nowUnixMs);
    // Of the host's files that a snapshot needs, in order of their places.
    Result<std::vector<ChunkRow>> fileChunksOf(std::int64_t snapshot) const;
    Result<std::uint64_t> unusedFileBytes() const; // of files that no snapshot needs

    // Makes the snapshot exist. A chunk whose address is there already is taken from where it is.
    // `files`: rows that it needs.
    Status add(const SnapshotRow&, const std::vector<PackRow>& packs,
               const std::vector<ChunkRow>& fresh, const std::vector<Address>& old,
               const std::vector<std::int64_t>& files);
    Status change(std::int64_t snapshot, bool pinned, ByteView info);
    Status remove(std::int64_t snapshot);
    Status removeSession(const SessionId&); // with its snapshots

    // Chunks, and files that no snapshot needs; those that no snapshot has ever needed and that
    // were stored since stay.
    Status dropUnreferenced(std::int64_t sinceUnixMs);
    // Packs and their chunks as they were found, that no snapshot needs yet. Returns those of which
    // another pack has a copy, which counts.
    Result<std::vector<ChunkRow>> addFound(const PackRow& pack,
                                           const std::vector<ChunkRow>& chunks);
    // Of those that lie in packs: they are of snapshots that were removed.
    Status addRemoved(const std::vector<Address>& manifests);
    // `moved` lie in `packs` from now on; `gone` are no packs any more.
    Status replace(const std::vector<std::uint64_t>& gone, const std::vector<PackRow>& packs,
                   const std::vector<ChunkRow>& moved);
    // Packs that are none any more, whose files may be there yet. No other file is ever removed:
    // what the catalog does not know may be newer than the catalog.
    Result<std::vector<std::uint64_t>> doomed() const;
    Status forgetDoomed();
    // A transaction that changes nothing: what a failed one left in the log is gone afterwards.
    Status settle();
    // Every sentence names what is wrong; empty when nothing is.
    Result<std::vector<std::string>> check() const;

private:
    Catalog(Database database, std::filesystem::path file, UniqueFd folder)
        : m_database(std::move(database)), m_file(std::move(file)), m_folder(std::move(folder)) {}
    static Result<std::unique_ptr<Catalog>> openFile(const std::filesystem::path& directory,
                                                     const std::string& name);
    // When the essentials change with the catalog: before it does, or after, as well as it can be
    // (a full disk keeps nobody from removing snapshots).
    enum class Keep : std::uint8_t { Nothing, Before, After };
    Status prepare(bool expectMade, const Essentials* begin);
    Status keepEssentials();
    template <typename Work>
    Status change(Work work, Keep keep = Keep::Nothing) {
        const std::lock_guard lock(m_mutex);
        {
            ENTRACTE_ASSIGN(transaction, Transaction::begin(m_database));
            ENTRACTE_TRY(work(m_database));
            if (keep == Keep::Before)
                ENTRACTE_TRY(keepEssentials());
            ENTRACTE_TRY(transaction.commit());
        }
        if (keep == Keep::After)
            static_cast<void>(keepEssentials());
        // What was committed is in the log already; the next change moves what this one could not.
        static_cast<void>(m_database.checkpoint());
        return {};
    }
    Result<std::uint64_t> number(std::string_view sql, std::int64_t bound) const;

    mutable std::mutex m_mutex;
    mutable Database m_database;
    std::filesystem::path m_file;
    UniqueFd m_folder;
    std::optional<ByteBuffer> m_kept; // the essentials as they lie in their file
};

} // namespace entracte
