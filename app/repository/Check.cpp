#include "app/repository/Check.h"

#include "session/base/Printable.h"
#include "session/store/WorkCrew.h"

#include <atomic>
#include <mutex>

namespace entracte::repository {

namespace {

// What is wrong with a pack, if anything.
Result<std::optional<std::string>> examine(Place& place, Sealer& sealer, const PackIndex& pack) {
    const std::string path = pathOf(Kind::Pack, pack.pack);
    const auto file = place.read(path, kMaxPack);
    if (!file && file.error().code() != ErrorCode::SnapshotDamaged &&
        file.error().code() != ErrorCode::NotFound)
        return fail(file.error());
    if (!file)
        return std::optional(path + " cannot be read.");
    if (nameOf(*file) != pack.pack || file->size() != pack.bytes)
        return std::optional(path + " is not as it was written.");
    for (const Stored& chunk : pack.chunks)
        if (!sealer.openChunk(chunk.id, chunk.length,
                              ByteView(*file).subspan(chunk.offset, chunk.bytes)))
            return std::optional(path + " holds something else than its index says.");
    return std::optional<std::string>();
}

Status readPacks(Repository& repository, const Survey& seen, CheckReport& report,
                 const FetchProgress& progress) {
    std::mutex mutex;
    std::atomic<std::uint64_t> done = 0;
    std::vector<std::unique_ptr<Sealer>> sealers;
    std::set<ObjectName> met;
    WorkCrew crew(WorkCrew::usualSize());
    for (std::size_t i = 0; i < crew.size(); ++i)
        sealers.push_back(std::make_unique<Sealer>(repository.keys()));
    for (const auto& [name, index] : seen.indexes.whole)
        for (const PackIndex& pack : index.packs) {
            if (!seen.packs.present.contains(pack.pack) || !met.insert(pack.pack).second)
                continue;
            ENTRACTE_TRY(crew.submit([&](std::size_t worker) -> Status {
                ENTRACTE_ASSIGN(wrong, examine(repository.place(), *sealers[worker], pack));
                done += pack.bytes;
                if (wrong) {
                    const std::lock_guard lock(mutex);
                    report.problems.push_back(*wrong);
                }
                return {};
            }));
            if (progress)
                ENTRACTE_TRY(progress(done, report.bytes));
        }
    return crew.finish();
}

} // namespace

Result<CheckReport> check(Repository& repository, bool readData, const FetchProgress& progress) {
    CheckReport report;
    if (readData)
        repository.forgetCached();
    ENTRACTE_ASSIGN(seen, survey(repository));
    report.snapshots = seen.manifests.whole.size();
    report.packs = seen.packs.present.size();
    for (const auto& [name, bytes] : seen.packs.present)
        report.bytes += bytes;
    report.unfinished = seen.manifests.unreadable.size() + seen.indexes.unreadable.size() +
                        seen.marks.unreadable.size() + seen.packs.others.size();
    std::set<ObjectName> indexed;
    for (const auto& [name, index] : seen.indexes.whole)
        for (const PackIndex& pack : index.packs)
            indexed.insert(pack.pack);
    for (const auto& [name, bytes] : seen.packs.present)
        report.unfinished += indexed.contains(name) ? 0 : 1;

    const Chunks chunks = chunksOf(seen.indexes, seen.packs, {});
    ENTRACTE_ASSIGN(needs, needsOf(repository, chunks, seen.manifests.whole));
    for (const auto& [name, why] : needs.broken)
        for (const auto& [other, manifest] : seen.manifests.whole)
            if (other == name)
                report.problems.push_back("Snapshot " + hex(name.hash).substr(0, 12) + " of \"" +
                                          printable(manifest.session) +
                                          "\" cannot be had whole: " + why.detail() + ".");
    if (readData)
        ENTRACTE_TRY(readPacks(repository, seen, report, progress));
    return report;
}

} // namespace entracte::repository
