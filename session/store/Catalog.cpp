#include "session/store/Catalog.h"

#include "session/store/CatalogRows.h"
#include "session/store/CatalogVfs.h"

#include <fmt/format.h>

#include <algorithm>

namespace entracte {

namespace {

// All chunks of the snapshot ?1, with those of the host's files.
constexpr const char* kAllOfOne = "SELECT chunk FROM needs WHERE snapshot = ?1 UNION SELECT chunk "
                                  "FROM uses JOIN pieces ON pieces.file = uses.file WHERE "
                                  "snapshot = ?1";

constexpr const char* kSnapshotColumns =
    "SELECT row, id, session, vault, taken, pinned, stored, manifest, info FROM snapshots ";

SnapshotRow snapshotFrom(const Statement& row) {
    const ByteView info = row.blob(8);
    return {row.integer(0),
            row.text(1),
            row.text(2),
            static_cast<VaultId>(row.integer(3)),
            row.integer(4),
            row.integer(5) != 0,
            static_cast<std::uint64_t>(row.integer(6)),
            addressFrom(row.blob(7)),
            {info.begin(), info.end()}};
}

} // namespace

Result<std::vector<SessionId>> Catalog::sessions() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows, m_database.prepare("SELECT DISTINCT session FROM snapshots ORDER BY 1"));
    return rowsOf<SessionId>(rows, [](const Statement& row) { return row.text(0); });
}

Result<std::vector<SnapshotRow>> Catalog::snapshots(const SessionId& session) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows, m_database.prepare(std::string(kSnapshotColumns) +
                                             "WHERE session = ? ORDER BY taken, id"));
    return rowsOf<SnapshotRow>(rows.bind(1, session), snapshotFrom);
}

Result<std::optional<SnapshotRow>> Catalog::snapshot(const SessionId& session,
                                                     const SnapshotId& id) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(
        row, m_database.prepare(std::string(kSnapshotColumns) + "WHERE session = ? AND id = ?"));
    ENTRACTE_ASSIGN(found, row.bind(1, session).bind(2, id).step());
    return found ? std::optional(snapshotFrom(row)) : std::nullopt;
}

Result<std::vector<ChunkRow>> Catalog::chunksOf(std::int64_t snapshot) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows, m_database.prepare(std::string(kChunkColumns) +
                                             "JOIN needs ON needs.chunk = chunks.id "
                                             "WHERE needs.snapshot = ? ORDER BY pack, offset"));
    return rowsOf<ChunkRow>(rows.bind(1, snapshot), chunkFrom);
}

Result<std::optional<ChunkRow>> Catalog::chunk(const Address& address) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(row, m_database.prepare(std::string(kChunkColumns) + "WHERE address = ?"));
    ENTRACTE_ASSIGN(found, row.bind(1, ByteView(address)).step());
    return found ? std::optional(chunkFrom(row)) : std::nullopt;
}

Result<std::vector<PackRow>> Catalog::packs() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows, m_database.prepare(
                              "SELECT id, vault, bytes, (SELECT coalesce(sum(chunks.bytes), 0) "
                              "FROM chunks WHERE pack = packs.id AND (EXISTS (SELECT 1 FROM needs "
                              "WHERE chunk = chunks.id) OR EXISTS (SELECT 1 FROM pieces WHERE "
                              "chunk = chunks.id) OR packs.vault IN (SELECT id FROM vaults WHERE "
                              "unread = 1))) FROM packs"));
    return rowsOf<PackRow>(rows, [](const Statement& row) {
        return PackRow{
            static_cast<std::uint64_t>(row.integer(0)), static_cast<VaultId>(row.integer(1)),
            static_cast<std::uint64_t>(row.integer(2)), static_cast<std::uint64_t>(row.integer(3))};
    });
}

Result<std::vector<PackRow>> Catalog::packSizes() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows, m_database.prepare("SELECT id, vault, bytes FROM packs"));
    return rowsOf<PackRow>(rows, [](const Statement& row) {
        return PackRow{static_cast<std::uint64_t>(row.integer(0)),
                       static_cast<VaultId>(row.integer(1)),
                       static_cast<std::uint64_t>(row.integer(2)), 0};
    });
}

Result<std::vector<ChunkRow>> Catalog::chunksIn(std::uint64_t pack) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(
        rows, m_database.prepare(std::string(kChunkColumns) + "WHERE pack = ? ORDER BY offset"));
    return rowsOf<ChunkRow>(rows.bind(1, static_cast<std::int64_t>(pack)), chunkFrom);
}

Result<std::set<std::int64_t>> Catalog::needing(const std::vector<std::uint64_t>& packs) const {
    const std::lock_guard lock(m_mutex);
    std::set<std::int64_t> snapshots;
    ENTRACTE_ASSIGN(
        rows,
        m_database.prepare(
            "SELECT snapshot FROM needs JOIN chunks ON chunks.id = needs.chunk WHERE pack = ?1 "
            "UNION SELECT snapshot FROM uses JOIN pieces ON pieces.file = uses.file JOIN "
            "chunks ON chunks.id = pieces.chunk WHERE pack = ?1"));
    for (const std::uint64_t pack : packs) {
        rows.bind(1, static_cast<std::int64_t>(pack));
        ENTRACTE_ASSIGN(
            found, rowsOf<std::int64_t>(rows, [](const Statement& row) { return row.integer(0); }));
        snapshots.insert(found.begin(), found.end());
        rows.reset();
    }
    return snapshots;
}

Result<std::uint64_t> Catalog::number(std::string_view sql, std::int64_t bound) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(row, m_database.prepare(sql));
    ENTRACTE_TRY(row.bind(1, bound).step());
    return static_cast<std::uint64_t>(row.integer(0));
}

Result<std::uint64_t> Catalog::totalBytes(std::int64_t snapshot) const {
    return number(
        fmt::format("SELECT coalesce(sum(bytes), 0) FROM chunks WHERE id IN ({})", kAllOfOne),
        snapshot);
}

Result<std::uint64_t> Catalog::uniqueBytes(std::int64_t snapshot) const {
    return number(fmt::format("SELECT coalesce(sum(bytes), 0) FROM chunks WHERE id IN ({}) AND NOT "
                              "EXISTS (SELECT 1 FROM needs WHERE chunk = chunks.id AND snapshot <> "
                              "?1) AND NOT EXISTS (SELECT 1 FROM pieces JOIN uses ON uses.file = "
                              "pieces.file WHERE chunk = chunks.id AND snapshot <> ?1)",
                              kAllOfOne),
                  snapshot);
}

Result<std::uint64_t> Catalog::bytes() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(pages, m_database.integer("PRAGMA page_count"));
    return static_cast<std::uint64_t>(pages) * kCatalogPage;
}

Result<std::uint64_t> Catalog::bytesOf(const std::vector<std::int64_t>& snapshots) const {
    if (snapshots.empty())
        return 0;
    return number(fmt::format("SELECT coalesce(sum(bytes), 0) FROM chunks WHERE ?1 = 0 AND id IN "
                              "(SELECT chunk FROM needs WHERE snapshot IN ({0}) UNION SELECT chunk "
                              "FROM uses JOIN pieces ON pieces.file = uses.file WHERE snapshot IN "
                              "({0}))",
                              fmt::join(snapshots, ",")),
                  0);
}

Status Catalog::add(const SnapshotRow& snapshot, const std::vector<PackRow>& packs,
                    const std::vector<ChunkRow>& fresh, const std::vector<Address>& old,
                    const std::vector<std::int64_t>& files) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(session, database.prepare("INSERT OR IGNORE INTO sessions VALUES (?, ?)"));
        ENTRACTE_TRY(session.bind(1, snapshot.session).bind(2, std::int64_t{snapshot.vault}).run());
        for (const PackRow& pack : packs)
            ENTRACTE_TRY(addPack(database, pack));
        ENTRACTE_TRY(addChunks(database, fresh));
        ENTRACTE_ASSIGN(insert, database.prepare("INSERT INTO snapshots(id, session, vault, taken, "
                                                 "pinned, stored, manifest, info) VALUES "
                                                 "(?, ?, ?, ?, ?, ?, ?, ?)"));
        ENTRACTE_TRY(insert.bind(1, snapshot.id)
                         .bind(2, snapshot.session)
                         .bind(3, std::int64_t{snapshot.vault})
                         .bind(4, snapshot.takenUnixMs)
                         .bind(5, std::int64_t{snapshot.pinned})
                         .bind(6, static_cast<std::int64_t>(snapshot.storedBytes))
                         .bind(7, ByteView(snapshot.manifest))
                         .bind(8, ByteView(snapshot.info))
                         .run());
        const std::int64_t row = database.lastRow();
        // NOT NULL fails it when a chunk that it counts on is not there any more.
        ENTRACTE_ASSIGN(need, database.prepare("INSERT OR ABORT INTO needs VALUES (?, (SELECT id "
                                               "FROM chunks WHERE address = ?)) "
                                               "ON CONFLICT(snapshot, chunk) DO NOTHING"));
        for (const ChunkRow& chunkRow : fresh)
            ENTRACTE_TRY(need.bind(1, row).bind(2, ByteView(chunkRow.address)).run());
        for (const Address& address : old)
            ENTRACTE_TRY(need.bind(1, row).bind(2, ByteView(address)).run());
        ENTRACTE_ASSIGN(use, database.prepare("INSERT INTO uses VALUES (?, ?)"));
        ENTRACTE_ASSIGN(used, database.prepare("UPDATE files SET waiting = 0 WHERE id = ? AND "
                                               "waiting <> 0"));
        for (const std::int64_t file : files) {
            ENTRACTE_TRY(use.bind(1, row).bind(2, file).run());
            ENTRACTE_TRY(used.bind(1, file).run());
        }
        return {};
    });
}

Status Catalog::change(std::int64_t snapshot, bool pinned, ByteView info) {
    return change(
        [&](Database& database) -> Status {
            ENTRACTE_ASSIGN(update, database.prepare(
                                        "UPDATE snapshots SET pinned = ?, info = ? WHERE row = ?"));
            ENTRACTE_TRY(
                update.bind(1, std::int64_t{pinned}).bind(2, info).bind(3, snapshot).run());
            ENTRACTE_ASSIGN(edit, database.prepare("INSERT OR REPLACE INTO edits SELECT session, "
                                                   "id, pinned, info FROM snapshots WHERE row = "
                                                   "?"));
            return edit.bind(1, snapshot).run();
        },
        Keep::After);
}

namespace {

// Before the rows themselves: what lies in packs is known to be of no snapshot any more.
Status noteRemoved(Database& database, const std::string& which, const auto& bind) {
    ENTRACTE_ASSIGN(note, database.prepare("INSERT OR REPLACE INTO removed SELECT manifest, pack "
                                           "FROM snapshots JOIN chunks ON address = manifest "
                                           "WHERE " +
                                           which));
    ENTRACTE_TRY(note.bind(1, bind).run());
    ENTRACTE_ASSIGN(forget, database.prepare("DELETE FROM edits WHERE (session, id) IN (SELECT "
                                             "session, id FROM snapshots WHERE " +
                                             which + ")"));
    return forget.bind(1, bind).run();
}

} // namespace

Status Catalog::remove(std::int64_t snapshot) {
    return change(
        [&](Database& database) -> Status {
            ENTRACTE_TRY(noteRemoved(database, "snapshots.row = ?", snapshot));
            ENTRACTE_ASSIGN(erase, database.prepare("DELETE FROM snapshots WHERE row = ?"));
            return erase.bind(1, snapshot).run();
        },
        Keep::After);
}

Status Catalog::removeSession(const SessionId& session) {
    return change(
        [&](Database& database) -> Status {
            ENTRACTE_TRY(noteRemoved(database, "session = ?", std::string_view(session)));
            for (const char* sql :
                 {"DELETE FROM snapshots WHERE session = ?", "DELETE FROM edits WHERE session = ?",
                  "DELETE FROM sessions WHERE id = ?"}) {
                ENTRACTE_ASSIGN(erase, database.prepare(sql));
                ENTRACTE_TRY(erase.bind(1, session).run());
            }
            return {};
        },
        Keep::After);
}

Status Catalog::replace(const std::vector<std::uint64_t>& gone, const std::vector<PackRow>& packs,
                        const std::vector<ChunkRow>& moved) {
    return change(
        [&](Database& database) -> Status {
            for (const PackRow& pack : packs)
                ENTRACTE_TRY(addPack(database, pack));
            ENTRACTE_ASSIGN(
                update,
                database.prepare("UPDATE chunks SET pack = ?, offset = ? WHERE address = ?"));
            ENTRACTE_ASSIGN(removed,
                            database.prepare("UPDATE removed SET pack = ? WHERE manifest = ?"));
            for (const ChunkRow& chunk : moved) {
                ENTRACTE_TRY(update.bind(1, static_cast<std::int64_t>(chunk.pack))
                                 .bind(2, static_cast<std::int64_t>(chunk.offset))
                                 .bind(3, ByteView(chunk.address))
                                 .run());
                ENTRACTE_TRY(removed.bind(1, static_cast<std::int64_t>(chunk.pack))
                                 .bind(2, ByteView(chunk.address))
                                 .run());
            }
            for (const char* sql :
                 {"INSERT OR IGNORE INTO doomed VALUES (?)", "DELETE FROM packs WHERE id = ?"}) {
                ENTRACTE_ASSIGN(each, database.prepare(sql));
                for (const std::uint64_t pack : gone)
                    ENTRACTE_TRY(each.bind(1, static_cast<std::int64_t>(pack)).run());
            }
            return {};
        },
        Keep::After);
}

Result<std::vector<ChunkRow>> Catalog::addFound(const PackRow& pack,
                                                const std::vector<ChunkRow>& chunks) {
    std::vector<ChunkRow> twice;
    ENTRACTE_TRY(change([&](Database& database) -> Status {
        ENTRACTE_TRY(addPack(database, pack));
        ENTRACTE_TRY(addChunks(database, chunks));
        ENTRACTE_ASSIGN(place,
                        database.prepare("SELECT pack, offset FROM chunks WHERE address = ?"));
        for (const ChunkRow& chunk : chunks) {
            ENTRACTE_TRY(place.bind(1, ByteView(chunk.address)).step());
            if (static_cast<std::uint64_t>(place.integer(0)) != chunk.pack ||
                static_cast<std::uint64_t>(place.integer(1)) != chunk.offset)
                twice.push_back(chunk);
            place.reset();
        }
        return {};
    }));
    return twice;
}

Result<std::vector<std::uint64_t>> Catalog::doomed() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows, m_database.prepare("SELECT pack FROM doomed"));
    return rowsOf<std::uint64_t>(
        rows, [](const Statement& row) { return static_cast<std::uint64_t>(row.integer(0)); });
}

Status Catalog::forgetDoomed() {
    return change([](Database& database) { return database.run("DELETE FROM doomed"); });
}

Status Catalog::addRemoved(const std::vector<Address>& manifests) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(note, database.prepare("INSERT OR IGNORE INTO removed SELECT address, pack "
                                               "FROM chunks WHERE address = ?"));
        for (const Address& manifest : manifests)
            ENTRACTE_TRY(note.bind(1, ByteView(manifest)).run());
        return {};
    });
}

Status Catalog::settle() {
    ENTRACTE_TRY(change([](Database& database) {
        return database.run(fmt::format("PRAGMA user_version = {}", kCatalogVersion));
    }));
    const std::lock_guard lock(m_mutex);
    return m_database.checkpoint();
}

} // namespace entracte
