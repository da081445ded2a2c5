// The host's files in the catalog: stored once, needed by any number of snapshots.

#include "session/store/CatalogRows.h"

namespace entracte {

namespace {
FileRow fileFrom(const Statement& row) {
    return {row.integer(0), addressFrom(row.blob(1)), static_cast<std::uint64_t>(row.integer(2)),
            static_cast<std::uint64_t>(row.integer(3))};
}
} // namespace

Result<std::vector<std::optional<FileRow>>>
Catalog::files(VaultId vault, const std::vector<Address>& identities) const {
    const std::lock_guard lock(m_mutex);
    std::vector<std::optional<FileRow>> found;
    ENTRACTE_ASSIGN(row, m_database.prepare("SELECT id, list, bytes, stored FROM files WHERE vault "
                                            "= ? AND identity = ?"));
    for (const Address& identity : identities) {
        ENTRACTE_ASSIGN(known, row.bind(1, std::int64_t{vault}).bind(2, ByteView(identity)).step());
        found.push_back(known ? std::optional(fileFrom(row)) : std::nullopt);
        row.reset();
    }
    return found;
}

Result<std::vector<FileRow>> Catalog::filesOf(std::int64_t snapshot) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows,
                    m_database.prepare("SELECT files.id, list, bytes, stored FROM uses JOIN files "
                                       "ON files.id = uses.file WHERE snapshot = ?"));
    return rowsOf<FileRow>(rows.bind(1, snapshot), fileFrom);
}

Status Catalog::addFiles(VaultId vault, const std::vector<PackRow>& packs,
                         const std::vector<ChunkRow>& fresh, const std::vector<NewFile>& files,
                         std::int64_t nowUnixMs) {
    return change([&](Database& database) -> Status {
        for (const PackRow& pack : packs)
            ENTRACTE_TRY(addPack(database, pack));
        ENTRACTE_TRY(addChunks(database, fresh));
        ENTRACTE_ASSIGN(
            insert, database.prepare("INSERT OR IGNORE INTO files(vault, identity, list, bytes, "
                                     "stored, waiting) VALUES (?, ?, ?, ?, ?, ?)"));
        // NOT NULL fails it when a chunk that it counts on is not there any more.
        ENTRACTE_ASSIGN(piece, database.prepare("INSERT OR ABORT INTO pieces VALUES ((SELECT id "
                                                "FROM files WHERE vault = ? AND identity = ?), "
                                                "(SELECT id FROM chunks WHERE address = ?)) ON "
                                                "CONFLICT(file, chunk) DO NOTHING"));
        for (const NewFile& file : files) {
            ENTRACTE_TRY(insert.bind(1, std::int64_t{vault})
                             .bind(2, ByteView(file.identity))
                             .bind(3, ByteView(file.file.list))
                             .bind(4, static_cast<std::int64_t>(file.file.bytes))
                             .bind(5, static_cast<std::int64_t>(file.file.stored))
                             .bind(6, nowUnixMs)
                             .run());
            for (const Address& chunk : file.chunks)
                ENTRACTE_TRY(piece.bind(1, std::int64_t{vault})
                                 .bind(2, ByteView(file.identity))
                                 .bind(3, ByteView(chunk))
                                 .run());
        }
        return {};
    });
}

Result<std::vector<ChunkRow>> Catalog::fileChunksOf(std::int64_t snapshot) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows,
                    m_database.prepare(std::string(kChunkColumns) +
                                       "WHERE chunks.id IN (SELECT chunk FROM uses JOIN pieces ON "
                                       "pieces.file = uses.file WHERE snapshot = ?) ORDER BY pack, "
                                       "offset"));
    return rowsOf<ChunkRow>(rows.bind(1, snapshot), chunkFrom);
}

Result<std::uint64_t> Catalog::unusedFileBytes() const {
    return number("SELECT coalesce(sum(stored), 0) FROM files WHERE ?1 = 0 AND NOT EXISTS (SELECT "
                  "1 FROM uses WHERE uses.file = files.id)",
                  0);
}

Status Catalog::dropUnreferenced(std::int64_t sinceUnixMs) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(files,
                        database.prepare("DELETE FROM files WHERE waiting < ? AND NOT EXISTS "
                                         "(SELECT 1 FROM uses WHERE uses.file = files.id)"));
        ENTRACTE_TRY(files.bind(1, sinceUnixMs).run());
        return database.run("DELETE FROM chunks WHERE NOT EXISTS (SELECT 1 FROM needs WHERE "
                            "needs.chunk = chunks.id) AND NOT EXISTS (SELECT 1 FROM pieces WHERE "
                            "pieces.chunk = chunks.id) AND pack NOT IN (SELECT packs.id FROM packs "
                            "JOIN vaults ON vaults.id = packs.vault WHERE unread = 1)");
    });
}

} // namespace entracte
