#pragma once

// Snapshots of the first format, as Entracte 0.1 wrote them: a folder for each, with a manifest and
// two compressed archives. They are read, changed in what a person may change, and removed; new
// ones are written by PackStore alone.
//
// STATE/sessions/SID/snapshots/NID/: manifest.json, images.tar.zst, layer.tar.zst. NID.partial
// never became a snapshot; NID.removed no longer is one.

#include "session/base/UniqueFd.h"
#include "session/store/Manifest.h"

namespace entracte {

class FolderSnapshots {
public:
    explicit FolderSnapshots(UniqueFd sessions) : m_sessions(std::move(sessions)) {}

    enum class Part : std::uint8_t { Images, Layer };

    Status removeLeftovers();
    std::vector<std::string> sessions() const;           // that have a folder
    std::vector<SnapshotId> ids(const SessionId&) const; // damaged ones too
    std::vector<SnapshotInfo> list(const SessionId&) const;
    // When the newest was taken, and its name; empty when there is none.
    std::pair<std::int64_t, SnapshotId> newest(const SessionId&) const;
    bool has(const SessionId&, const SnapshotId&) const;
    Result<SnapshotRecord> read(const SessionId&, const SnapshotId&) const;
    Status verify(const SessionId&, const SnapshotId&, JobStretch) const;
    Status extract(const SessionId&, const SnapshotId&, Part,
                   const std::filesystem::path& directory, const JobStretch&) const;
    Status remove(const SessionId&, const SnapshotId&);
    Result<SnapshotInfo> edit(const SessionId&, const SnapshotId&, const SnapshotEdit&);

private:
    Result<UniqueFd> snapshotsOf(const SessionId&) const;
    Result<UniqueFd> snapshotFolder(const SessionId&, const SnapshotId&) const;
    Result<Manifest> manifestOf(const SessionId&, const SnapshotId&) const;
    std::int64_t takenUnixMs(int folder, const SessionId&, const SnapshotId&) const;
    bool sizesMatch(const SessionId&, const Manifest&) const;

    UniqueFd m_sessions;
};

} // namespace entracte
