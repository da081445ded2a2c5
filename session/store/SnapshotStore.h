#pragma once

// Snapshots on disk. STATE/sessions/SID/snapshots/NID/ holds one: manifest.json (versioned, with the BLAKE2b hash
// and the size of every part), images/NAME.zst (CRIU's files), layer.tar.zst (the session's own files:
// owners, modes, extended attributes, whiteouts). It is written as NID.partial, every file and directory
// fsync'ed, and becomes NID by rename(2): a snapshot that is not whole is never seen, and what a crash leaves
// is removed at the next open. Reading verifies while it reads.

#include "session/base/Result.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

namespace entracte {

// Everything that a manifest says beside its parts: `info` for people, `restore` for the engine.
struct SnapshotRecord {
    SnapshotInfo info;
    nlohmann::json restore; // free form, the engine's own; covered by the manifest's hash
};

class SnapshotWriter {
public:
    virtual ~SnapshotWriter() = default; // not committed: removed
    virtual Status addImages(const std::filesystem::path& directory, JobControl&) = 0;
    virtual Status addLayer(const std::filesystem::path& directory, JobControl&) = 0;
    // Fills info.storedBytes, writes the manifest, fsync, rename, reads back.
    virtual Result<SnapshotInfo> commit(SnapshotRecord record) = 0;
};

class SnapshotStore {
public:
    static Result<std::unique_ptr<SnapshotStore>> open(const std::filesystem::path& stateDirectory);
    virtual ~SnapshotStore() = default;

    virtual Result<std::unique_ptr<SnapshotWriter>> begin(const SessionId&) = 0;
    virtual std::vector<SnapshotInfo> list(const SessionId&) const = 0; // oldest first, whole ones only
    virtual Result<SnapshotRecord> read(const SessionId&, const SnapshotId&) const = 0;
    // Every part against its hash: SnapshotDamaged names the part.
    virtual Status verify(const SessionId&, const SnapshotId&, JobControl&) const = 0;
    virtual Status extractImages(const SessionId&, const SnapshotId&,
                                 const std::filesystem::path& directory, JobControl&) const = 0;
    virtual Status extractLayer(const SessionId&, const SnapshotId&,
                                const std::filesystem::path& directory, JobControl&) const = 0;
    virtual Status remove(const SessionId&, const SnapshotId&) = 0;
};

} // namespace entracte
