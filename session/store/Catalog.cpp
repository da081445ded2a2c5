#include "session/store/Catalog.h"

#include "session/base/UniqueFd.h"
#include "session/store/CatalogRows.h"
#include "session/store/CatalogVfs.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>

namespace entracte {

namespace {

constexpr int kApplication = 0x456e7472; // "Entr", PRAGMA application_id

// From each version to the next; the first makes the tables.
constexpr std::array<const char*, kCatalogVersion> kMigrations{R"(
CREATE TABLE vaults(
    id INTEGER PRIMARY KEY,
    sealed INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    key BLOB NOT NULL) STRICT;
CREATE TABLE sessions(
    id TEXT PRIMARY KEY,
    vault INTEGER NOT NULL REFERENCES vaults(id)) STRICT, WITHOUT ROWID;
CREATE TABLE packs(
    id INTEGER PRIMARY KEY,
    vault INTEGER NOT NULL REFERENCES vaults(id),
    bytes INTEGER NOT NULL) STRICT;
CREATE TABLE chunks(
    id INTEGER PRIMARY KEY,
    address BLOB NOT NULL UNIQUE,
    pack INTEGER NOT NULL REFERENCES packs(id),
    offset INTEGER NOT NULL,
    bytes INTEGER NOT NULL) STRICT;
CREATE INDEX chunks_by_pack ON chunks(pack, offset);
CREATE TABLE snapshots(
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    session TEXT NOT NULL REFERENCES sessions(id),
    vault INTEGER NOT NULL REFERENCES vaults(id),
    taken INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    manifest BLOB NOT NULL REFERENCES chunks(address),
    info BLOB NOT NULL,
    UNIQUE (session, id)) STRICT;
CREATE INDEX snapshots_by_manifest ON snapshots(manifest);
CREATE TABLE needs(
    snapshot INTEGER NOT NULL REFERENCES snapshots(row) ON DELETE CASCADE,
    chunk INTEGER NOT NULL REFERENCES chunks(id),
    PRIMARY KEY (snapshot, chunk)) STRICT, WITHOUT ROWID;
CREATE INDEX needs_by_chunk ON needs(chunk);
)",
                                                               R"(
CREATE TABLE files(
    id INTEGER PRIMARY KEY,
    vault INTEGER NOT NULL REFERENCES vaults(id),
    identity BLOB NOT NULL,
    list BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    UNIQUE (vault, identity)) STRICT;
CREATE TABLE pieces(
    file INTEGER NOT NULL REFERENCES files(id) ON DELETE CASCADE,
    chunk INTEGER NOT NULL REFERENCES chunks(id),
    PRIMARY KEY (file, chunk)) STRICT, WITHOUT ROWID;
CREATE INDEX pieces_by_chunk ON pieces(chunk);
CREATE TABLE uses(
    snapshot INTEGER NOT NULL REFERENCES snapshots(row) ON DELETE CASCADE,
    file INTEGER NOT NULL REFERENCES files(id),
    PRIMARY KEY (snapshot, file)) STRICT, WITHOUT ROWID;
CREATE INDEX uses_by_file ON uses(file);
)",
                                                               R"(
ALTER TABLE vaults ADD COLUMN owner INTEGER;
CREATE UNIQUE INDEX vaults_by_owner ON vaults(owner);
)"};

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

Result<std::unique_ptr<Catalog>> Catalog::open(const std::filesystem::path& directory) {
    const auto file = directory / kCatalogName;
    // SQLite makes its log with the rights of the file, and the file with those of the umask.
    if (!UniqueFd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)))
        return fail(diskError("The store's catalog could not be made"));
    ENTRACTE_ASSIGN(database, Database::open(file));
    std::unique_ptr<Catalog> catalog(new Catalog(std::move(database), file));
    ENTRACTE_TRY(catalog->prepare());
    return catalog;
}

Status Catalog::prepare() {
    ENTRACTE_ASSIGN(application, m_database.integer("PRAGMA application_id"));
    ENTRACTE_ASSIGN(version, m_database.integer("PRAGMA user_version"));
    if (version > kCatalogVersion)
        return fail(ErrorCode::HostMismatch,
                    fmt::format("The store {} was written by a newer Entracte (catalog version {}; "
                                "this one knows {}).",
                                m_file.parent_path().string(), version, kCatalogVersion),
                    {}, "Nothing was changed. Use the newer Entracte.");
    if (version < 0 || (application != kApplication && (application != 0 || version != 0)))
        return fail(ErrorCode::SnapshotDamaged,
                    "The file " + m_file.string() + " is not the catalog of a store.");
    for (auto step = version; step < kCatalogVersion; ++step)
        ENTRACTE_TRY(change([&](Database& database) -> Status {
            ENTRACTE_TRY(database.run(kMigrations.at(static_cast<std::size_t>(step))));
            if (step == 0) {
                const SecretKey master = randomKey();
                ENTRACTE_ASSIGN(
                    insert,
                    database.prepare("INSERT INTO vaults(id, sealed, key) VALUES (0, 0, ?)"));
                ENTRACTE_TRY(
                    insert.bind(1, std::as_bytes(std::span(master.data(), SecretKey::kSize)))
                        .run());
            }
            return database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                            kApplication, step + 1));
        }));
    return {};
}

Result<std::vector<VaultRow>> Catalog::vaults() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(rows,
                    m_database.prepare("SELECT id, sealed, key, owner FROM vaults ORDER BY id"));
    return rowsOf<VaultRow>(rows, [](const Statement& row) {
        const ByteView key = row.blob(2);
        return VaultRow{static_cast<VaultId>(row.integer(0)), row.integer(1) != 0,
                        ByteBuffer(key.begin(), key.end()),
                        row.isNull(3) ? std::nullopt
                                      : std::optional(static_cast<uid_t>(row.integer(3)))};
    });
}

Result<VaultId> Catalog::addVault(uid_t owner, ByteView wrapped) {
    VaultId id = 0;
    ENTRACTE_TRY(change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(known, database.prepare("SELECT 1 FROM vaults WHERE owner = ?"));
        ENTRACTE_ASSIGN(found, known.bind(1, std::int64_t{owner}).step());
        if (found)
            return fail(ErrorCode::InvalidArgument, "There is a vault already.", {},
                        "Unlock it, or change its passphrase.");
        ENTRACTE_ASSIGN(
            insert, database.prepare("INSERT INTO vaults(sealed, key, owner) VALUES (1, ?, ?)"));
        ENTRACTE_TRY(insert.bind(1, wrapped).bind(2, std::int64_t{owner}).run());
        id = static_cast<VaultId>(database.lastRow());
        return {};
    }));
    return id;
}

Status Catalog::changeVaultKey(VaultId vault, ByteView wrapped) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(update, database.prepare("UPDATE vaults SET key = ? WHERE id = ?"));
        return update.bind(1, wrapped).bind(2, std::int64_t{vault}).run();
    });
}

Status Catalog::removeVault(VaultId vault) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(used, database.prepare("SELECT count(*) FROM snapshots WHERE vault = ?"));
        ENTRACTE_TRY(used.bind(1, std::int64_t{vault}).step());
        if (const auto count = used.integer(0); count > 0)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("{} {} in the vault. Nothing was changed.", count,
                                    count == 1 ? "snapshot lies" : "snapshots lie"),
                        {}, "Delete them first.");
        for (const char* sql :
             {"UPDATE sessions SET vault = 0 WHERE vault = ?", "DELETE FROM files WHERE vault = ?",
              "DELETE FROM chunks WHERE pack IN (SELECT id FROM packs WHERE vault = ?)",
              "DELETE FROM packs WHERE vault = ?", "DELETE FROM vaults WHERE id = ?"}) {
            ENTRACTE_ASSIGN(statement, database.prepare(sql));
            ENTRACTE_TRY(statement.bind(1, std::int64_t{vault}).run());
        }
        return {};
    });
}

Result<VaultId> Catalog::vaultOf(const SessionId& session) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(row, m_database.prepare("SELECT vault FROM sessions WHERE id = ?"));
    ENTRACTE_ASSIGN(found, row.bind(1, session).step());
    return found ? static_cast<VaultId>(row.integer(0)) : kClearVault;
}

Status Catalog::setVault(const SessionId& session, VaultId vault) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(set, database.prepare("INSERT INTO sessions VALUES (?, ?) ON CONFLICT(id) "
                                              "DO UPDATE SET vault = excluded.vault"));
        return set.bind(1, session).bind(2, std::int64_t{vault}).run();
    });
}

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
                              "chunk = chunks.id))) FROM packs"));
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
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(
            update, database.prepare("UPDATE snapshots SET pinned = ?, info = ? WHERE row = ?"));
        return update.bind(1, std::int64_t{pinned}).bind(2, info).bind(3, snapshot).run();
    });
}

Status Catalog::remove(std::int64_t snapshot) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(erase, database.prepare("DELETE FROM snapshots WHERE row = ?"));
        return erase.bind(1, snapshot).run();
    });
}

Status Catalog::removeSession(const SessionId& session) {
    return change([&](Database& database) -> Status {
        for (const char* sql :
             {"DELETE FROM snapshots WHERE session = ?", "DELETE FROM sessions WHERE id = ?"}) {
            ENTRACTE_ASSIGN(erase, database.prepare(sql));
            ENTRACTE_TRY(erase.bind(1, session).run());
        }
        return {};
    });
}

Status Catalog::replace(const std::vector<std::uint64_t>& gone, const std::vector<PackRow>& packs,
                        const std::vector<ChunkRow>& moved) {
    return change([&](Database& database) -> Status {
        for (const PackRow& pack : packs)
            ENTRACTE_TRY(addPack(database, pack));
        ENTRACTE_ASSIGN(
            update, database.prepare("UPDATE chunks SET pack = ?, offset = ? WHERE address = ?"));
        for (const ChunkRow& chunk : moved)
            ENTRACTE_TRY(update.bind(1, static_cast<std::int64_t>(chunk.pack))
                             .bind(2, static_cast<std::int64_t>(chunk.offset))
                             .bind(3, ByteView(chunk.address))
                             .run());
        ENTRACTE_ASSIGN(erase, database.prepare("DELETE FROM packs WHERE id = ?"));
        for (const std::uint64_t pack : gone)
            ENTRACTE_TRY(erase.bind(1, static_cast<std::int64_t>(pack)).run());
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
