#include "app/repository/Prune.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>

namespace entracte::repository {

namespace {

using Named = std::pair<ObjectName, Manifest>;

// The rules are those of the machine's own store, for each session by itself.
Result<std::set<ObjectName>> chooseSnapshots(const std::vector<Named>& manifests,
                                             const PruneRequest& request) {
    std::set<ObjectName> chosen;
    if (!request.keep)
        return chosen;
    std::map<LineageId, std::vector<SnapshotInfo>> sessions;
    std::map<std::string, ObjectName> names;
    for (const auto& [name, manifest] : manifests) {
        if (request.only && *request.only != manifest.lineage)
            continue;
        SnapshotInfo info;
        info.id = SnapshotId(hex(name.hash));
        info.takenUnixMs = manifest.takenUnixMs;
        info.suspended = manifest.suspended;
        names.emplace(hex(name.hash), name);
        sessions[manifest.lineage].push_back(std::move(info));
    }
    if (request.keep->maxBytes > 0)
        return fail(ErrorCode::InvalidArgument,
                    "A repository's snapshots cannot be chosen by their bytes: they share them.",
                    {}, "Name how many are to stay, such as \"daily=7 monthly=12\".");
    for (const auto& [lineage, snapshots] : sessions) {
        ENTRACTE_ASSIGN(removed, chooseToRemove(snapshots, *request.keep, {}, {}));
        for (const SnapshotId& id : removed)
            chosen.insert(names.at(id));
    }
    return chosen;
}

// The packs that are needed: of a chunk that is in several, one that is not marked, if there is.
std::set<std::string> packsNeeded(const ChunkSet& needed, const Chunks& unmarked,
                                  const Chunks& all) {
    std::set<std::string> packs;
    for (const ChunkId& id : needed) {
        if (const auto spot = unmarked.spots.find(id); spot != unmarked.spots.end())
            packs.insert(pathOf(Kind::Pack, unmarked.packs[spot->second.pack]));
        else if (const auto marked = all.spots.find(id); marked != all.spots.end())
            packs.insert(pathOf(Kind::Pack, all.packs[marked->second.pack]));
    }
    return packs;
}

// Files that nobody needs, with their lengths where they count.
std::map<std::string, std::uint64_t> superfluous(const Survey& seen,
                                                 const std::set<std::string>& needed) {
    std::map<std::string, std::uint64_t> files;
    for (const auto& [name, bytes] : seen.packs.present)
        if (const std::string path = pathOf(Kind::Pack, name); !needed.contains(path))
            files.emplace(path, bytes);
    // Cut while they were written, or being written now.
    for (const auto* const paths : {&seen.packs.others, &seen.manifests.unreadable,
                                    &seen.indexes.unreadable, &seen.marks.unreadable})
        for (const std::string& path : *paths)
            if (isSafePath(path))
                files.emplace(path, 0);
    return files;
}

// Indexes that name a pack that goes are written anew without it, and only then removed.
Status withoutPacks(Repository& repository, const Survey& seen, const std::set<std::string>& gone) {
    Index rest;
    std::vector<std::string> old;
    std::set<ObjectName> met;
    for (const auto& [name, index] : seen.indexes.whole) {
        const bool concerned = std::ranges::any_of(index.packs, [&](const PackIndex& pack) {
            return gone.contains(pathOf(Kind::Pack, pack.pack));
        });
        if (!concerned)
            continue;
        old.push_back(pathOf(Kind::Index, name));
        for (const PackIndex& pack : index.packs)
            if (!gone.contains(pathOf(Kind::Pack, pack.pack)) && met.insert(pack.pack).second)
                rest.packs.push_back(pack);
    }
    if (!rest.packs.empty())
        ENTRACTE_TRY(repository.add(Kind::Index, ObjectKind::Index, formatIndex(rest)));
    return repository.place().remove(old);
}

struct Marked {
    std::set<std::string> all;
    std::set<std::string> old;         // may go
    std::vector<std::string> oldMarks; // files of marks
};

Marked readMarks(const Survey& seen, const PruneRequest& request) {
    Marked marked;
    for (const auto& [name, mark] : seen.marks.whole) {
        marked.all.insert(mark.paths.begin(), mark.paths.end());
        if (mark.unixMs > request.nowUnixMs ||
            request.nowUnixMs - mark.unixMs < request.grace.count())
            continue;
        marked.old.insert(mark.paths.begin(), mark.paths.end());
        marked.oldMarks.push_back(pathOf(Kind::Mark, name));
    }
    return marked;
}

} // namespace

Result<PruneReport> prune(Repository& repository, const PruneRequest& request) {
    PruneReport report;
    ENTRACTE_ASSIGN(seen, survey(repository));
    ENTRACTE_ASSIGN(chosen, chooseSnapshots(seen.manifests.whole, request));
    std::vector<Named> staying;
    std::vector<std::string> going;
    for (Named& one : seen.manifests.whole) {
        if (chosen.contains(one.first)) {
            going.push_back(pathOf(Kind::Manifest, one.first));
            report.removed.push_back({one.first, one.second});
        } else {
            staying.push_back(one);
        }
    }
    const Marked marked = readMarks(seen, request);
    const Chunks all = chunksOf(seen.indexes, seen.packs, {});
    const Chunks unmarked = chunksOf(seen.indexes, seen.packs, marked.all);
    ENTRACTE_ASSIGN(needs, needsOf(repository, all, staying));
    // What a damaged index no longer tells would look as if nobody needed it.
    if (!needs.broken.empty())
        return fail(ErrorCode::SnapshotDamaged,
                    "A snapshot of the repository cannot be had whole. Nothing was removed.",
                    needs.broken.front().second.detail(), "\"entracte remote check\" tells which.");

    std::vector<std::string> toMark;
    std::vector<std::string> toDelete;
    std::set<std::string> packsGone;
    for (const auto& [path, bytes] : superfluous(seen, packsNeeded(needs.chunks, unmarked, all))) {
        if (marked.old.contains(path)) {
            toDelete.push_back(path);
            report.deletedBytes += bytes;
            if (path.starts_with(folderOf(Kind::Pack)))
                packsGone.insert(path);
            continue;
        }
        report.markedBytes += bytes;
        ++report.marked;
        if (!marked.all.contains(path))
            toMark.push_back(path);
    }
    report.deleted = toDelete.size();
    if (request.dryRun)
        return report;

    Place& place = repository.place();
    ENTRACTE_TRY(place.remove(going));
    ENTRACTE_TRY(withoutPacks(repository, seen, packsGone));
    ENTRACTE_TRY(place.remove(toDelete));
    // Only now: as long as a pack can still be seen, its mark can.
    ENTRACTE_TRY(place.remove(marked.oldMarks));
    if (!toMark.empty())
        ENTRACTE_TRY(
            repository.add(Kind::Mark, ObjectKind::Mark, formatMark({request.nowUnixMs, toMark})));
    return report;
}

Result<PruneReport> pruneAlone(Repository& repository, const Myself& myself, bool takeOver,
                               const PruneRequest& request) {
    if (request.dryRun)
        return prune(repository, request);
    // Of this machine; the lease is for the others.
    const UniqueFd lock(::open((repository.cache() / "prune.lock").c_str(),
                               O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::Busy, "Another prune is at work in this repository.", {},
                    "Wait for it.");
    // Of no session: its number is all zeros.
    constexpr LineageId kPrune{};
    ENTRACTE_ASSIGN(key, leaseKeyOf(*repository.keys()));
    ENTRACTE_ASSIGN(keys, keysOfLeases(key));
    Leases leases(repository.place(), keys);
    const auto taken = leases.take(kPrune, myself, false, takeOver);
    if (!taken && taken.error().code() == ErrorCode::Busy)
        return fail(ErrorCode::Busy, "Another prune is at work in this repository.",
                    taken.error().sentence(),
                    "Wait for it. If that machine is lost, --take-over goes on without it.");
    if (!taken)
        return fail(taken.error());
    auto report = prune(repository, request);
    const auto given = leases.take(kPrune, myself, true, false);
    if (report && !given)
        return fail(given.error());
    return report;
}

} // namespace entracte::repository
