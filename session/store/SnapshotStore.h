#pragma once

// Snapshots on disk. STATE/sessions/SID/snapshots/NID/ holds one: manifest.json (versioned, with
// the BLAKE2b hash and the size of every part, and its own hash), images.tar.zst (CRIU's files) and
// layer.tar.zst (the session's own files: owners, modes, extended attributes, whiteouts, hard
// links, holes).
//
// It is written as NID.partial, every file and directory fsync'ed, and becomes NID by rename(2): a
// snapshot that is not whole is never seen, and what a crash leaves is removed at the next open. A
// removed one first becomes NID.removed. Reading verifies while it reads. All folders are root's
// alone; a lock keeps a second store off the same directory. All functions may be called from any
// thread.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/engine/Types.h"
#include "session/store/Retention.h"
#include "session/store/StoreReports.h"
#include "session/store/VaultKeys.h"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace entracte {

class StagedLayer;

// Everything that a manifest says beside its parts: `info` for people, `restore` for the engine.
struct SnapshotRecord {
    SnapshotInfo info;
    nlohmann::json restore; // free form, the engine's own; covered by the manifest's hash
};

// A file of the host by its path and what the file system says of it: as long as all of it is the
// same, so are its contents (if it is not being written to just now; whoever asks sees to that).
struct FileFacts {
    std::string path;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modifiedNs = 0;
    std::int64_t changedNs = 0;
    bool operator==(const FileFacts&) const = default;
};
FileFacts factsOf(std::string path, const struct stat& info);
// Opens the file at this place of a list, for reading; an invalid descriptor when it is gone.
using FileOpener = std::function<UniqueFd(std::size_t place)>;

// The stretch of a job that one call of the store fills: its fractions run from `from` to `to`.
struct JobStretch {
    JobControl& job;
    std::string phase;
    double from = 0;
    double to = 1;
};

// What a person may change of a snapshot; what is not set stays.
struct SnapshotEdit {
    std::optional<std::string> comment;
    std::optional<bool> pinned;
};

struct SealedVault {
    VaultId id = kClearVault;
    std::optional<uid_t> owner;
    bool open = false;
};

// Pages of CRIU's files that are, byte for byte, pages of an earlier snapshot of the same session:
// for each file all of its pages, in their order.
struct SamePages {
    std::string file;        // of the earlier snapshot; empty: they are new
    std::uint64_t first = 0; // page in that file
    std::uint64_t count = 0; // pages
};
struct SameFiles {
    SnapshotId snapshot; // the earlier one
    std::map<std::string, std::vector<SamePages>> files;
};

class SnapshotWriter {
public:
    virtual ~SnapshotWriter() = default; // not committed: removed
    virtual const SnapshotId& id() const = 0;
    // Files of the host, each stored once for all snapshots, and read only when it is not there
    // yet; first of all parts. For each its number in this snapshot, or nullopt when it is no
    // longer as its facts say.
    virtual Result<std::vector<std::optional<std::uint32_t>>>
    addHostFiles(const std::vector<FileFacts>&, const FileOpener&, JobStretch) = 0;
    // Those which an earlier snapshot of the same session has under these numbers: nothing is read.
    // Their numbers in this one. NotFound when they lie in another vault.
    virtual Result<std::vector<std::uint32_t>>
    addHostFilesOf(const SnapshotId& earlier, const std::vector<std::uint32_t>& numbers) = 0;
    // Somebody has compared these already: addImages takes them from where they are. What of it is
    // not so, or not there any more, is stored like all else.
    virtual void countOnPages(SameFiles) = 0;
    // CRIU's files; returns their bytes.
    virtual Result<std::uint64_t> addImages(const std::filesystem::path& directory, JobStretch) = 0;
    // The session's own files from the layer itself, which must not change meanwhile, without the
    // names in `leaveOut` directly in it; or from a copy of it. Returns the bytes of the files.
    virtual Result<std::uint64_t> addLayer(const std::filesystem::path& directory,
                                           const std::set<std::string>& leaveOut, JobStretch) = 0;
    virtual Result<std::uint64_t> addStagedLayer(const StagedLayer& staged, JobStretch) = 0;
    // commit shall read back only what was written now, also for a suspension.
    virtual void countOnOld() = 0;
    // Fills info.id, session, the bytes and totalMillis (since
    // `requested`), writes the manifest, fsync, rename, reads back from the disk. On failure
    // nothing is left of it.
    virtual Result<SnapshotInfo>
    commit(SnapshotRecord record, std::chrono::steady_clock::time_point requested, JobStretch) = 0;
};

class SnapshotStore {
public:
    static Result<std::unique_ptr<SnapshotStore>> open(const std::filesystem::path& stateDirectory);
    virtual ~SnapshotStore() = default;

    virtual Result<std::unique_ptr<SnapshotWriter>> begin(const SessionId&) = 0;
    virtual std::vector<SnapshotInfo>
    list(const SessionId&) const = 0; // oldest first, whole ones only
    // The newest that was ever committed, empty when there is none. It may be damaged by now:
    // whoever asks for the newest shall hear of that, and not get an older one instead.
    virtual SnapshotId newest(const SessionId&) const = 0;
    virtual Result<SnapshotRecord> read(const SessionId&, const SnapshotId&) const = 0;
    // Every part against its hash: SnapshotDamaged names the part. Files of the host are not read
    // here: the host most often still has them, and extractHostFiles verifies what it gives.
    virtual Status verify(const SessionId&, const SnapshotId&, JobStretch) const = 0;
    // Into an existing, empty directory; after an error it may hold a part of the files.
    virtual Status extractImages(const SessionId&, const SnapshotId&,
                                 const std::filesystem::path& directory, JobStretch) const = 0;
    virtual Status extractLayer(const SessionId&, const SnapshotId&,
                                const std::filesystem::path& directory, JobStretch) const = 0;
    // One after the other into a file without a name in `folder`, which `take` gets, at its start.
    using TakeFile = std::function<Status(std::uint32_t number, int file)>;
    virtual Status extractHostFiles(const SessionId&, const SnapshotId&,
                                    const std::vector<std::uint32_t>& numbers,
                                    const std::filesystem::path& folder, const TakeFile& take,
                                    JobStretch) const = 0;
    // For each of the snapshot's files of the host, by its number, a mark: files of one vault with
    // the same mark have the same contents. It says nothing to who has not the vault's key.
    virtual Result<std::vector<std::uint64_t>> hostFileMarks(const SessionId&,
                                                             const SnapshotId&) const = 0;
    // Files of the host ahead of time, so that the next snapshot of the session finds them. Returns
    // how many bytes had to be read. What was stored by then stays when the job is cancelled; gc
    // removes what no snapshot needs.
    virtual Result<std::uint64_t> stockHostFiles(const SessionId&, const std::vector<FileFacts>&,
                                                 const FileOpener&, JobStretch) = 0;
    virtual Status remove(const SessionId&, const SnapshotId&) = 0;
    virtual Status removeSession(const SessionId&) = 0; // with all its snapshots, damaged ones too
    // Returns it as it is now.
    virtual Result<SnapshotInfo> edit(const SessionId&, const SnapshotId&, const SnapshotEdit&) = 0;

    // Sealed vaults (VaultKeys.h). The secret is not kept; the vault's key stays in memory while it
    // is open. A session's next snapshots go into the vault that was chosen for it; those before
    // stay where they are. What is in a vault that is not open can be listed and removed.
    virtual Result<VaultId> createVault(uid_t owner, const Secret&) = 0; // and opens it
    virtual Status openVault(VaultId, const Secret&) = 0; // NotAuthorized for another secret
    virtual Status closeVault(VaultId) = 0;
    virtual Status changeSecret(VaultId, const Secret& old, const Secret& fresh) = 0;
    // Only one that no snapshot lies in; its sessions' next ones are not sealed any more.
    virtual Status removeVault(VaultId) = 0;
    virtual Status chooseVault(const SessionId&, VaultId) = 0;
    // False while the session's vault is locked, and its catalog was made anew meanwhile: then it
    // may have snapshots that nobody can list.
    virtual Result<bool> knowsAllOf(const SessionId&) const = 0;
    virtual Result<std::vector<SealedVault>> vaults() const = 0;

    virtual Result<SnapshotSpace> space(const SessionId&, const SnapshotId&) const = 0;
    virtual Result<StoreSpace> space() const = 0;
    virtual void setLimits(const StoreLimits&) = 0;

    // Looks whether everything is as it was written: with `readData` every stored byte, else what
    // describes it. Findings are no error. `sessions`: only these; nullopt: the whole store.
    virtual Result<CheckReport> check(const std::optional<std::set<SessionId>>& sessions,
                                      bool readData, JobStretch) const = 0;
    // One snapshot, every stored byte that it needs, the host's files with it. VaultLocked when
    // nobody can look into it now.
    virtual Result<CheckReport> checkOne(const SessionId&, const SnapshotId&, JobStretch) const = 0;
    // Makes a damaged catalog anew from the packs, and forgets that it was; the report tells what
    // could not be brought back. A catalog that is whole stays as it is. Busy while jobs use it.
    virtual Result<CheckReport> repair() = 0;
    // What was found wrong when the store was opened, and was mended; check() tells it, too.
    virtual std::vector<std::string> notices() const = 0;
    // Frees everything that no snapshot needs.
    virtual Result<GcReport> gc(JobStretch) = 0;
    // Removes what the rules do not keep; `inUse` stays, whatever they say. Adds to the report what
    // was removed, also when it fails in the middle, on a full disk, say: then the rest stays.
    virtual Status prune(const SessionId&, const Retention&, const std::set<SnapshotId>& inUse,
                         bool dryRun, JobStretch, PruneReport&) = 0;
};

} // namespace entracte
