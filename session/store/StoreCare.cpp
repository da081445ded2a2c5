// What keeps the store in order: check, gc, prune.

#include "session/store/CatalogRebuild.h"
#include "session/store/ChunkLoader.h"
#include "session/store/PackStore.h"
#include "session/store/StretchMeter.h"
#include "session/store/VerifyChunks.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace entracte {

namespace {

// A cleaning that nobody asked for moves what lives of a pack only when it frees this much of it.
constexpr std::uint64_t kWorthBytes = 8ull << 20;
constexpr std::uint64_t kWorthPart = 8; // 1/8

Error inUse() {
    return Error(ErrorCode::Busy, "Snapshots are being written or read.")
        .withHint("Nothing was changed. Try again when the jobs under way are done.");
}

} // namespace

Status PackStore::removeOrphans() {
    ENTRACTE_TRY(m_shelf.removeUnfinished());
    return removeDoomed(*m_catalog, m_shelf);
}

Result<GcReport> PackStore::gc(JobStretch stretch) {
    return sweep(Thoroughness::Everything, kNoneWaits, &stretch);
}

std::int64_t PackStore::aDayAgo() {
    using namespace std::chrono;
    return duration_cast<milliseconds>((system_clock::now() - hours(24)).time_since_epoch())
        .count();
}

Result<GcReport> PackStore::sweep(Thoroughness thoroughness, std::int64_t sinceUnixMs,
                                  const JobStretch* stretch) {
    GcReport report;
    // What could not be read when the catalog was made anew may be readable yet: nothing goes that
    // nobody asked for.
    if (thoroughness == Thoroughness::WorthIt && hasDamagedCatalog(m_folder))
        return report;
    ENTRACTE_ASSIGN(before, space());
    std::vector<PackRow> packs;
    {
        const auto alone = m_gate.enterAlone();
        if (!alone)
            return fail(inUse());
        ENTRACTE_TRY(m_catalog->dropUnreferenced(sinceUnixMs));
        ENTRACTE_TRY(m_old.removeLeftovers());
        ENTRACTE_TRY(removeOrphans());
        ENTRACTE_ASSIGN(all, m_catalog->packs());
        packs = std::move(all);
    }
    for (std::size_t i = 0; i < packs.size(); ++i) {
        const PackRow& pack = packs[i];
        const std::uint64_t living = pack.used > 0 ? pack.used + kPackHeaderSize : 0;
        const std::uint64_t dead = pack.bytes - std::min(pack.bytes, living);
        const bool worthIt = thoroughness == Thoroughness::Everything || living == 0 ||
                             dead > kWorthBytes || dead > pack.bytes / kWorthPart;
        if (dead == 0 || !worthIt)
            continue;
        if (stretch) {
            ENTRACTE_TRY(stretch->job.check());
            stretch->job.report(stretch->phase,
                                stretch->from + (stretch->to - stretch->from) *
                                                    static_cast<double>(i) /
                                                    static_cast<double>(packs.size()),
                                report.rewrittenBytes);
        }
        // Between packs others may come in: a snapshot does not wait for the whole of it.
        const auto alone = m_gate.enterAlone();
        if (!alone)
            return fail(inUse());
        ENTRACTE_TRY(rewrite(pack, report));
    }
    ENTRACTE_ASSIGN(after, space());
    report.freedBytes = before.used - std::min(before.used, after.used);
    return report;
}

Status PackStore::rewrite(const PackRow& pack, GcReport& report) {
    ENTRACTE_ASSIGN(chunks, m_catalog->chunksIn(pack.id));
    PackAppender appender(m_shelf, pack.vault, UINT64_MAX);
    std::vector<ChunkRow> moved;
    for (const ChunkRow& chunk : chunks) {
        // Sealed ones too are moved as they are; what is damaged is not moved, and the pack stays.
        ENTRACTE_ASSIGN(record, m_shelf.read(chunk));
        if (const auto keys = keysOf(pack.vault); keys)
            if (const auto whole = ChunkCodec(*keys).verify(record.header, record.body); !whole)
                return fail(inPack(chunk, whole.error()));
        ENTRACTE_ASSIGN(row, appender.append(record.header, record.body));
        report.rewrittenBytes += row.bytes;
        moved.push_back(row);
    }
    ENTRACTE_TRY(appender.finish());
    ENTRACTE_TRY(appender.publish());
    if (auto replaced = m_catalog->replace({pack.id}, appender.packs(), moved); !replaced) {
        if (!m_catalog->settle()) // as in a commit: it may yet come back
            appender.keep();
        return replaced;
    }
    appender.keep();
    return m_shelf.remove(pack.id);
}

Status PackStore::prune(const SessionId& session, const Retention& rules,
                        const std::set<SnapshotId>& inUse, bool dryRun, JobStretch stretch,
                        PruneReport& report) {
    ENTRACTE_TRY(parseId(session));
    auto snapshots = list(session);
    ENTRACTE_ASSIGN(rows, m_catalog->snapshots(session));
    const auto bytesWithout = [&](const std::set<SnapshotId>& removed) -> Result<std::uint64_t> {
        std::vector<std::int64_t> left;
        for (const SnapshotRow& row : rows)
            if (!removed.contains(row.id))
                left.push_back(row.row);
        ENTRACTE_ASSIGN(bytes, m_catalog->bytesOf(left));
        for (const SnapshotInfo& info : m_old.list(session))
            bytes += removed.contains(info.id) ? 0 : info.storedBytes;
        return bytes;
    };
    const auto removeOne = [&](const SnapshotId& id) -> Status {
        ENTRACTE_TRY(stretch.job.check());
        if (dryRun)
            return {};
        ENTRACTE_ASSIGN(row, find(session, id));
        return row ? m_catalog->remove(row->row) : m_old.remove(session, id);
    };
    ENTRACTE_ASSIGN(chosen, chooseToRemove(snapshots, rules, inUse, bytesWithout));
    // Both before anything is removed: nothing of it is known of one that is gone.
    ENTRACTE_ASSIGN(before, bytesWithout({}));
    ENTRACTE_ASSIGN(afterwards, bytesWithout(chosen));
    report.kept.clear();
    std::set<SnapshotId> gone;
    Status done;
    for (SnapshotInfo& info : snapshots) {
        const bool goes = done && chosen.contains(info.id);
        if (goes)
            done = removeOne(info.id);
        if (goes && done) {
            gone.insert(info.id);
            report.removed.push_back(std::move(info));
        } else {
            report.kept.push_back(std::move(info));
        }
    }
    const auto after = done ? afterwards : bytesWithout(gone).value_or(before);
    report.freedBytes += before - std::min(before, after);
    if (!dryRun && !gone.empty())
        static_cast<void>(sweep(Thoroughness::WorthIt, aDayAgo(), nullptr));
    return done;
}

Result<CheckReport> PackStore::check(const std::optional<std::set<SessionId>>& only, bool readData,
                                     JobStretch stretch) const {
    CheckReport report;
    const StoreGate::Pass pass = m_gate.enter();
    ENTRACTE_ASSIGN(catalog, m_catalog->check());
    for (std::string& sentence : catalog)
        report.findings.push_back({{}, {}, std::move(sentence)});
    for (std::string& sentence : notices())
        report.findings.push_back({{}, {}, std::move(sentence)});
    std::set<SessionId> sessions;
    for (const SessionId& session : m_old.sessions())
        sessions.insert(session);
    if (const auto known = m_catalog->sessions())
        sessions.insert(known->begin(), known->end());
    else
        report.findings.push_back({{}, {}, known.error().sentence()});
    if (!only)
        ENTRACTE_TRY(checkPacks(readData, stretch, report));
    std::unordered_set<std::int64_t> whole;
    for (const SessionId& session : sessions)
        if (!only || only->contains(session))
            ENTRACTE_TRY(checkSnapshots(session, readData, stretch, whole, report));
    return report;
}

Result<CheckReport> PackStore::checkOne(const SessionId& session, const SnapshotId& id,
                                        JobStretch stretch) const {
    CheckReport report;
    const StoreGate::Pass pass = m_gate.enter();
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row) {
        const auto old = m_old.ids(session);
        if (std::ranges::find(old, id) == old.end())
            return fail(ErrorCode::NotFound, "There is no such snapshot.");
        checkOld(session, id, true, stretch, report);
    } else {
        std::set<std::uint64_t> packs;
        if (!keysOf(row->vault))
            return fail(ErrorCode::VaultLocked, "The snapshot is encrypted, and its vault locked.",
                        {}, "Unlock the vault first.");
        for (auto& chunks : {m_catalog->chunksOf(row->row), m_catalog->fileChunksOf(row->row)})
            for (const ChunkRow& chunk : chunks.value_or(std::vector<ChunkRow>()))
                packs.insert(chunk.pack);
        for (const std::uint64_t pack : packs)
            m_shelf.dropCached(pack); // what the disk has is meant
        std::unordered_set<std::int64_t> whole;
        checkSnapshot(*row, true, stretch, whole, report);
    }
    ENTRACTE_TRY(stretch.job.check());
    return report;
}

void PackStore::checkOld(const SessionId& session, const SnapshotId& id, bool readData,
                         const JobStretch& stretch, CheckReport& report) const {
    ++report.snapshots;
    const auto record = m_old.read(session, id);
    const auto good = record && readData ? m_old.verify(session, id, stretch) : Status();
    if (!record || !good)
        report.findings.push_back(
            {session, id, (record ? good.error() : record.error()).sentence()});
    else if (readData)
        report.bytesRead += record->info.storedBytes;
}

Status PackStore::checkSnapshots(const SessionId& session, bool readData, const JobStretch& stretch,
                                 std::unordered_set<std::int64_t>& whole,
                                 CheckReport& report) const {
    for (const SnapshotId& id : m_old.ids(session)) {
        ENTRACTE_TRY(stretch.job.check());
        checkOld(session, id, readData, stretch, report);
    }
    const auto rows = m_catalog->snapshots(session);
    if (!rows) {
        report.findings.push_back({session, {}, rows.error().sentence()});
        return {};
    }
    for (const SnapshotRow& row : *rows) {
        ENTRACTE_TRY(stretch.job.check());
        checkSnapshot(row, readData, stretch, whole, report);
        ENTRACTE_TRY(stretch.job.check());
    }
    return {};
}

void PackStore::checkSnapshot(const SnapshotRow& row, bool readData, const JobStretch& stretch,
                              std::unordered_set<std::int64_t>& whole, CheckReport& report) const {
    const auto note = [&](const Error& error) {
        report.findings.push_back({row.session, row.id, error.sentence()});
    };
    const std::size_t before = report.findings.size();
    ++report.snapshots;
    if (const auto info = infoOf(row); !info)
        note(info.error());
    if (!keysOf(row.vault))
        return; // nobody can look into it now; its packs are still compared with the catalog
    const auto opened = openSnapshot(row);
    if (!opened)
        note(opened.error());
    auto chunks = m_catalog->chunksOf(row.row);
    const auto files = m_catalog->fileChunksOf(row.row);
    if (!chunks || !files)
        return note(chunks ? files.error() : chunks.error());
    // What snapshots have in common is read once; damage is told of each of them.
    std::ranges::copy_if(*files, std::back_inserter(*chunks),
                         [&](const ChunkRow& chunk) { return !whole.contains(chunk.row); });
    checkChunks(row, *chunks, readData, stretch, report);
    if (report.findings.size() == before)
        for (const ChunkRow& chunk : *files)
            whole.insert(chunk.row);
}

// Names every pack once that fails the snapshot.
void PackStore::checkChunks(const SnapshotRow& row, const std::vector<ChunkRow>& chunks,
                            bool readData, const JobStretch& stretch, CheckReport& report) const {
    std::set<std::uint64_t> named;
    const auto damaged = damagedPacks();
    const auto keys = keysOf(row.vault);
    std::vector<ChunkRow> rest = chunks;
    for (const ChunkRow& chunk : chunks)
        if (std::ranges::count(damaged, chunk.pack) > 0 && named.insert(chunk.pack).second)
            report.findings.push_back(
                {row.session, row.id,
                 fmt::format("The pack {} is missing or has another size.", packName(chunk.pack))});
    while (readData) {
        std::erase_if(rest, [&](const ChunkRow& chunk) { return named.contains(chunk.pack); });
        const auto whole = verifyChunks(rest, m_shelf, *keys, stretch);
        if (whole || whole.error().code() != ErrorCode::SnapshotDamaged)
            break;
        report.findings.push_back({row.session, row.id, whole.error().sentence()});
        const auto before = named.size();
        for (const ChunkRow& chunk : rest)
            if (whole.error().sentence().find(packName(chunk.pack)) != std::string::npos)
                named.insert(chunk.pack);
        if (named.size() == before)
            break;
    }
    for (const ChunkRow& chunk : rest)
        report.bytesRead += readData ? chunk.bytes : 0;
}

// What belongs to no snapshot in particular: headers, and records that lie in a pack.
Status PackStore::checkPacks(bool readData, const JobStretch& stretch, CheckReport& report) const {
    const auto packs = m_catalog->packSizes();
    if (!packs) {
        report.findings.push_back({{}, {}, packs.error().sentence()});
        return {};
    }
    for (const PackRow& pack : *packs) {
        ENTRACTE_TRY(stretch.job.check());
        const auto note = [&](std::string sentence) {
            report.findings.push_back({{}, {}, std::move(sentence)});
        };
        const auto size = m_shelf.sizeOf(pack.id);
        if (size != pack.bytes) {
            note(fmt::format("The pack {} {}.", packName(pack.id),
                             size ? "has another size" : "is missing"));
            continue;
        }
        if (const auto header = m_shelf.readHeader(pack.id); !header)
            note(header.error().sentence());
        const auto chunks = m_catalog->chunksIn(pack.id);
        if (!chunks) {
            note(chunks.error().sentence());
            continue;
        }
        if (!readData)
            continue;
        m_shelf.dropCached(pack.id); // what the disk has is meant
        for (const ChunkRow& chunk : *chunks)
            if (const auto record = m_shelf.read(chunk); !record) {
                note(record.error().sentence());
                break;
            }
    }
    return {};
}

} // namespace entracte
