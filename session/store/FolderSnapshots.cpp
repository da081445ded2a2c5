#include "session/store/FolderSnapshots.h"

#include "session/store/Directories.h"
#include "session/store/Manifest.h"
#include "session/store/PartReader.h"
#include "session/store/RemoveTree.h"
#include "session/store/StretchMeter.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace entracte {

namespace {

constexpr const char* kPartialSuffix = ".partial";
constexpr const char* kRemovedSuffix = ".removed";

Error noSuchSnapshot() {
    return Error(ErrorCode::NotFound, "This session has no such snapshot.")
        .withHint("\"entracte show\" lists the snapshots of a session.");
}

} // namespace

Status FolderSnapshots::removeLeftovers() {
    ENTRACTE_ASSIGN(sessions, namesIn(m_sessions.get()));
    for (const std::string& session : sessions) {
        if (!parseId(session))
            continue;
        auto folder = snapshotsOf(session);
        if (!folder)
            continue;
        ENTRACTE_ASSIGN(names, namesIn(folder->get()));
        for (const std::string& name : names)
            if (name.ends_with(kPartialSuffix) || name.ends_with(kRemovedSuffix))
                ENTRACTE_TRY(removeTree(folder->get(), name));
    }
    return {};
}

std::vector<std::string> FolderSnapshots::sessions() const {
    auto names = namesIn(m_sessions.get());
    std::vector<std::string> ids;
    for (std::string& name : names ? *names : std::vector<std::string>())
        if (parseId(name))
            ids.push_back(std::move(name));
    return ids;
}

std::vector<SnapshotId> FolderSnapshots::ids(const SessionId& session) const {
    std::vector<SnapshotId> ids;
    const auto folder = parseId(session) ? snapshotsOf(session) : fail(noSuchSnapshot());
    auto names = folder ? namesIn(folder->get()) : std::vector<std::string>();
    for (std::string& name : names ? *names : std::vector<std::string>())
        if (parseId(name))
            ids.push_back(std::move(name));
    return ids;
}

std::vector<SnapshotInfo> FolderSnapshots::list(const SessionId& session) const {
    std::vector<SnapshotInfo> whole;
    for (const SnapshotId& id : ids(session))
        if (auto manifest = manifestOf(session, id); manifest && sizesMatch(session, *manifest))
            whole.push_back(std::move(manifest->record.info));
    return whole;
}

std::pair<std::int64_t, SnapshotId> FolderSnapshots::newest(const SessionId& session) const {
    std::pair<std::int64_t, SnapshotId> best;
    if (const auto folder = parseId(session) ? snapshotsOf(session) : fail(noSuchSnapshot()))
        for (const SnapshotId& id : ids(session))
            best = std::max(best, std::pair(takenUnixMs(folder->get(), session, id), id));
    return best;
}

bool FolderSnapshots::has(const SessionId& session, const SnapshotId& id) const {
    return snapshotFolder(session, id).has_value();
}

Result<SnapshotRecord> FolderSnapshots::read(const SessionId& session, const SnapshotId& id) const {
    ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
    return std::move(manifest.record);
}

Status FolderSnapshots::verify(const SessionId& session, const SnapshotId& id,
                               JobStretch stretch) const {
    ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
    ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
    std::uint64_t total = 0;
    for (const PartFacts& part : manifest.parts)
        total += part.storedBytes;
    StretchMeter meter(stretch, total);
    for (const PartFacts& part : manifest.parts)
        ENTRACTE_TRY(
            verifyPart(folder.get(), part, [&](std::uint64_t bytes) { return meter.add(bytes); }));
    return {};
}

Status FolderSnapshots::remove(const SessionId& session, const SnapshotId& id) {
    ENTRACTE_TRY(parseId(session));
    ENTRACTE_TRY(parseId(id));
    ENTRACTE_ASSIGN(folder, snapshotsOf(session));
    const std::string removed = id + kRemovedSuffix;
    if (::renameat(folder.get(), id.c_str(), folder.get(), removed.c_str()) != 0) {
        if (errno == ENOENT)
            return fail(noSuchSnapshot());
        return fail(diskError("The snapshot could not be removed"));
    }
    ENTRACTE_TRY(syncDirectory(folder.get()));
    return removeTree(folder.get(), removed);
}

Result<SnapshotInfo> FolderSnapshots::edit(const SessionId& session, const SnapshotId& id,
                                           const SnapshotEdit& change) {
    ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
    SnapshotInfo& info = manifest.record.info;
    info.comment = change.comment.value_or(info.comment);
    info.pinned = change.pinned.value_or(info.pinned);
    ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
    ENTRACTE_TRY(writeFileDurably(folder.get(), kManifestName, formatManifest(manifest)));
    return info;
}

Result<UniqueFd> FolderSnapshots::snapshotsOf(const SessionId& session) const {
    ENTRACTE_ASSIGN(folder, openDirectoryAt(m_sessions.get(), session, false));
    return openDirectoryAt(folder.get(), "snapshots", false);
}

Result<UniqueFd> FolderSnapshots::snapshotFolder(const SessionId& session,
                                                 const SnapshotId& id) const {
    ENTRACTE_TRY(parseId(session));
    ENTRACTE_TRY(parseId(id));
    auto snapshots = snapshotsOf(session);
    auto folder = snapshots ? openDirectoryAt(snapshots->get(), id, false) : std::move(snapshots);
    if (!folder && folder.error().code() == ErrorCode::NotFound)
        return fail(noSuchSnapshot());
    return folder;
}

Result<Manifest> FolderSnapshots::manifestOf(const SessionId& session, const SnapshotId& id) const {
    ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
    auto text = readFileAt(folder.get(), kManifestName, kMaxManifest);
    if (!text && text.error().code() == ErrorCode::NotFound)
        return fail(damagedPart(kManifestName, "it is missing"));
    if (!text && text.error().code() == ErrorCode::InvalidArgument)
        return fail(damagedPart(kManifestName, "it is too long"));
    if (!text)
        return fail(std::move(text).error());
    ENTRACTE_ASSIGN(manifest, parseManifest(*text));
    if (manifest.record.info.id != id || manifest.record.info.session != session)
        return fail(damagedPart(kManifestName, "it belongs to another snapshot"));
    return std::move(manifest);
}

// By its manifest; by the birth of its folder when that cannot be read any more.
std::int64_t FolderSnapshots::takenUnixMs(int folder, const SessionId& session,
                                          const SnapshotId& id) const {
    if (const auto manifest = manifestOf(session, id))
        return manifest->record.info.takenUnixMs;
    struct statx status {};
    if (::statx(folder, id.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME | STATX_MTIME, &status) != 0)
        return 0;
    const auto& time = (status.stx_mask & STATX_BTIME) ? status.stx_btime : status.stx_mtime;
    return time.tv_sec * std::int64_t{1000} + time.tv_nsec / 1'000'000;
}

bool FolderSnapshots::sizesMatch(const SessionId& session, const Manifest& manifest) const {
    const auto folder = snapshotFolder(session, manifest.record.info.id);
    if (!folder)
        return false;
    return std::ranges::all_of(manifest.parts, [&](const PartFacts& part) {
        struct stat status {};
        return ::fstatat(folder->get(), part.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
               S_ISREG(status.st_mode) &&
               static_cast<std::uint64_t>(status.st_size) == part.storedBytes;
    });
}

Status FolderSnapshots::extract(const SessionId& session, const SnapshotId& id, Part which,
                                const std::filesystem::path& directory,
                                const JobStretch& stretch) const {
    ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
    ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
    ENTRACTE_ASSIGN(target, openDirectory(directory, false));
    const PartFacts& part = manifest.parts[which == Part::Images ? 0 : 1];
    ENTRACTE_ASSIGN(reader, PartReader::open(folder.get(), part));
    StretchMeter meter(stretch, part.storedBytes);
    std::uint64_t seen = 0;
    ENTRACTE_TRY(extractTree(*reader, target.get(), [&](std::uint64_t) {
        const std::uint64_t now = reader->storedBytesRead();
        return meter.add(now - std::exchange(seen, now));
    }));
    return reader->finish();
}

} // namespace entracte
