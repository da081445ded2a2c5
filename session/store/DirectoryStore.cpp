#include "session/store/SnapshotStore.h"

#include "session/base/UniqueFd.h"
#include "session/store/Directories.h"
#include "session/store/Manifest.h"
#include "session/store/PartReader.h"
#include "session/store/RemoveTree.h"
#include "session/store/SnapshotFolder.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

namespace entracte {

namespace {

class DirectoryStore final : public SnapshotStore {
public:
    DirectoryStore(UniqueFd lock, UniqueFd sessions)
        : m_lock(std::move(lock)), m_sessions(std::move(sessions)) {}

    Status removeLeftovers() {
        ENTRACTE_ASSIGN(sessions, namesIn(m_sessions.get()));
        for (const std::string& session : sessions) {
            if (!parseId(session))
                continue;
            auto folder = snapshotsOf(session, false);
            if (!folder)
                continue;
            ENTRACTE_ASSIGN(names, namesIn(folder->get()));
            for (const std::string& name : names)
                if (name.ends_with(kPartialSuffix) || name.ends_with(kRemovedSuffix))
                    ENTRACTE_TRY(removeTree(folder->get(), name));
        }
        return {};
    }

    Result<std::unique_ptr<SnapshotWriter>> begin(const SessionId& session) override {
        ENTRACTE_TRY(parseId(session));
        ENTRACTE_ASSIGN(folder, snapshotsOf(session, true));
        return makeSnapshotWriter(std::move(folder), session);
    }

    std::vector<SnapshotInfo> list(const SessionId& session) const override {
        std::vector<SnapshotInfo> whole;
        if (!parseId(session))
            return whole;
        const auto folder = snapshotsOf(session, false);
        if (!folder)
            return whole;
        const auto names = namesIn(folder->get());
        for (const std::string& name : names ? *names : std::vector<std::string>())
            if (parseId(name))
                if (auto manifest = manifestOf(session, name);
                    manifest && sizesMatch(session, *manifest))
                    whole.push_back(std::move(manifest->record.info));
        std::ranges::sort(whole, {}, [](const SnapshotInfo& info) {
            return std::pair(info.takenUnixMs, info.id);
        });
        return whole;
    }

    SnapshotId newest(const SessionId& session) const override {
        std::pair<std::int64_t, SnapshotId> best;
        if (!parseId(session))
            return {};
        const auto folder = snapshotsOf(session, false);
        if (!folder)
            return {};
        const auto names = namesIn(folder->get());
        for (const std::string& name : names ? *names : std::vector<std::string>())
            if (parseId(name))
                best = std::max(best, std::pair(takenUnixMs(folder->get(), session, name), name));
        return best.second;
    }

    Result<SnapshotRecord> read(const SessionId& session, const SnapshotId& id) const override {
        ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
        return std::move(manifest.record);
    }

    Status verify(const SessionId& session, const SnapshotId& id,
                  JobStretch stretch) const override {
        ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
        ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
        return verifyParts(folder.get(), manifest.parts, stretch);
    }

    Status extractImages(const SessionId& session, const SnapshotId& id,
                         const std::filesystem::path& directory,
                         JobStretch stretch) const override {
        return extract(session, id, 0, directory, stretch);
    }
    Status extractLayer(const SessionId& session, const SnapshotId& id,
                        const std::filesystem::path& directory, JobStretch stretch) const override {
        return extract(session, id, 1, directory, stretch);
    }

    Status remove(const SessionId& session, const SnapshotId& id) override {
        ENTRACTE_TRY(parseId(session));
        ENTRACTE_TRY(parseId(id));
        ENTRACTE_ASSIGN(folder, snapshotsOf(session, false));
        const std::string removed = id + kRemovedSuffix;
        if (::renameat(folder.get(), id.c_str(), folder.get(), removed.c_str()) != 0) {
            if (errno == ENOENT)
                return fail(noSuchSnapshot());
            return fail(diskError("The snapshot could not be removed"));
        }
        ENTRACTE_TRY(syncDirectory(folder.get()));
        return removeTree(folder.get(), removed);
    }

    Result<SnapshotInfo> edit(const SessionId& session, const SnapshotId& id,
                              const SnapshotEdit& change) override {
        ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
        SnapshotInfo& info = manifest.record.info;
        info.comment = change.comment.value_or(info.comment);
        info.pinned = change.pinned.value_or(info.pinned);
        ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
        ENTRACTE_TRY(writeFileDurably(folder.get(), kManifestName, formatManifest(manifest)));
        return info;
    }

    Result<SnapshotSpace> space(const SessionId& session, const SnapshotId& id) const override {
        ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
        return SnapshotSpace{manifest.record.info.storedBytes, manifest.record.info.storedBytes};
    }

    Result<StoreSpace> space() const override {
        StoreSpace space;
        ENTRACTE_ASSIGN(sessions, namesIn(m_sessions.get()));
        for (const std::string& session : sessions)
            for (const SnapshotInfo& info : list(session))
                space.used += info.storedBytes;
        struct statvfs disk {};
        if (::fstatvfs(m_sessions.get(), &disk) != 0)
            return fail(Error::fromErrno("The free space of the store could not be examined"));
        space.available = disk.f_bavail * disk.f_frsize;
        return space;
    }

    void setLimits(const StoreLimits& limits) override { m_limits = limits; }

    Result<CheckReport> check(const std::optional<std::set<SessionId>>& only, bool readData,
                              JobStretch stretch) const override {
        CheckReport report;
        ENTRACTE_ASSIGN(sessions, namesIn(m_sessions.get()));
        for (const std::string& session : sessions) {
            const auto folder = snapshotsOf(session, false);
            if (!parseId(session) || (only && !only->contains(session)) || !folder)
                continue;
            ENTRACTE_ASSIGN(names, namesIn(folder->get()));
            for (const std::string& id : names) {
                if (!parseId(id))
                    continue;
                ++report.snapshots;
                const auto manifest = manifestOf(session, id);
                if (!manifest)
                    report.findings.push_back({session, id, manifest.error().sentence()});
                else if (!sizesMatch(session, *manifest))
                    report.findings.push_back({session, id, "A part has another size."});
                else if (readData) {
                    report.bytesRead += manifest->record.info.storedBytes;
                    if (const auto whole = verify(session, id, stretch); !whole)
                        report.findings.push_back({session, id, whole.error().sentence()});
                    ENTRACTE_TRY(stretch.job.check());
                }
            }
        }
        return report;
    }

    Result<GcReport> gc(JobStretch) override {
        ENTRACTE_TRY(removeLeftovers());
        return GcReport{};
    }

    Result<PruneReport> prune(const SessionId& session, const Retention& rules,
                              const std::set<SnapshotId>& inUse, bool dryRun,
                              JobStretch stretch) override {
        PruneReport report;
        auto snapshots = list(session);
        const auto dropped = chooseToRemove(snapshots, rules, inUse);
        for (SnapshotInfo& info : snapshots) {
            if (!dropped.contains(info.id)) {
                report.kept.push_back(std::move(info));
                continue;
            }
            ENTRACTE_TRY(stretch.job.check());
            if (!dryRun)
                ENTRACTE_TRY(remove(session, info.id));
            report.freedBytes += info.storedBytes;
            report.removed.push_back(std::move(info));
        }
        return report;
    }

private:
    static Error noSuchSnapshot() {
        return Error(ErrorCode::NotFound, "This session has no such snapshot.")
            .withHint("\"entracte show\" lists the snapshots of a session.");
    }

    Result<UniqueFd> snapshotsOf(const SessionId& session, bool create) const {
        ENTRACTE_ASSIGN(folder, openDirectoryAt(m_sessions.get(), session, create));
        return openDirectoryAt(folder.get(), "snapshots", create);
    }

    Result<UniqueFd> snapshotFolder(const SessionId& session, const SnapshotId& id) const {
        ENTRACTE_TRY(parseId(session));
        ENTRACTE_TRY(parseId(id));
        auto snapshots = snapshotsOf(session, false);
        auto folder =
            snapshots ? openDirectoryAt(snapshots->get(), id, false) : std::move(snapshots);
        if (!folder && folder.error().code() == ErrorCode::NotFound)
            return fail(noSuchSnapshot());
        return folder;
    }

    Result<Manifest> manifestOf(const SessionId& session, const SnapshotId& id) const {
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
    std::int64_t takenUnixMs(int folder, const SessionId& session, const SnapshotId& id) const {
        if (const auto manifest = manifestOf(session, id))
            return manifest->record.info.takenUnixMs;
        struct statx status {};
        if (::statx(folder, id.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME | STATX_MTIME, &status) !=
            0)
            return 0;
        const auto& time = (status.stx_mask & STATX_BTIME) ? status.stx_btime : status.stx_mtime;
        return time.tv_sec * std::int64_t{1000} + time.tv_nsec / 1'000'000;
    }

    bool sizesMatch(const SessionId& session, const Manifest& manifest) const {
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

    Status extract(const SessionId& session, const SnapshotId& id, std::size_t index,
                   const std::filesystem::path& directory, const JobStretch& stretch) const {
        ENTRACTE_ASSIGN(manifest, manifestOf(session, id));
        ENTRACTE_ASSIGN(folder, snapshotFolder(session, id));
        ENTRACTE_ASSIGN(target, openDirectory(directory, false));
        const PartFacts& part = manifest.parts[index];
        ENTRACTE_ASSIGN(reader, PartReader::open(folder.get(), part));
        StretchMeter meter(stretch, part.storedBytes);
        std::uint64_t seen = 0;
        ENTRACTE_TRY(extractTree(*reader, target.get(), [&](std::uint64_t) {
            const std::uint64_t now = reader->storedBytesRead();
            return meter.add(now - std::exchange(seen, now));
        }));
        return reader->finish();
    }

    UniqueFd m_lock; // held as long as the store is open
    UniqueFd m_sessions;
    StoreLimits m_limits;
};

} // namespace

Result<std::unique_ptr<SnapshotStore>>
SnapshotStore::open(const std::filesystem::path& stateDirectory) {
    if (::sodium_init() < 0)
        return fail(ErrorCode::Internal, "The library for hashes could not be prepared.");
    ENTRACTE_ASSIGN(state, openDirectory(stateDirectory, true));
    ENTRACTE_ASSIGN(exposed, isExposed(state.get()));
    if (exposed)
        return fail(
            ErrorCode::NotAuthorized,
            "The folder " + stateDirectory.string() + " is open to other users.", {},
            "It holds the memory of programs: give it to root and take away the rights of all "
            "others (chmod 700).");
    UniqueFd lock(::openat(state.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock)
        return fail(diskError("The store could not be locked"));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::Busy,
                    "Another Entracte uses the folder " + stateDirectory.string() + ".", {},
                    "End it first, or use another folder.");
    ENTRACTE_ASSIGN(sessions, openDirectoryAt(state.get(), "sessions", true));
    auto store = std::make_unique<DirectoryStore>(std::move(lock), std::move(sessions));
    ENTRACTE_TRY(store->removeLeftovers());
    return store;
}

} // namespace entracte
