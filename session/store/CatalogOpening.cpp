// The catalog's file is opened, made, brought up to date, and exchanged for another one.

#include "session/base/UniqueFd.h"
#include "session/store/CatalogRows.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <fmt/format.h>

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
)",
                                                               R"(
ALTER TABLE vaults ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
CREATE TABLE edits(
    session TEXT NOT NULL,
    id TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    info BLOB NOT NULL,
    PRIMARY KEY (session, id)) STRICT, WITHOUT ROWID;
INSERT INTO edits SELECT session, id, pinned, info FROM snapshots;
CREATE TABLE removed(
    manifest BLOB PRIMARY KEY,
    pack INTEGER NOT NULL REFERENCES packs(id) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
CREATE INDEX removed_by_pack ON removed(pack);
)",
                                                               R"(
CREATE TABLE doomed(pack INTEGER PRIMARY KEY) STRICT;
)"};

} // namespace

Result<std::unique_ptr<Catalog>> Catalog::openFile(const std::filesystem::path& directory,
                                                   const std::string& name) {
    const auto file = directory / name;
    // SQLite makes its log with the rights of the file, and the file with those of the umask.
    if (!UniqueFd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)))
        return fail(diskError("The store's catalog could not be made"));
    ENTRACTE_ASSIGN(folder, openDirectory(directory, false));
    ENTRACTE_ASSIGN(database, Database::open(file));
    return std::unique_ptr<Catalog>(new Catalog(std::move(database), file, std::move(folder)));
}

Result<std::unique_ptr<Catalog>> Catalog::open(const std::filesystem::path& directory,
                                               bool expectMade) {
    ENTRACTE_ASSIGN(catalog, openFile(directory, kCatalogName));
    ENTRACTE_TRY(catalog->prepare(expectMade, nullptr));
    return std::move(catalog);
}

Result<std::unique_ptr<Catalog>> Catalog::make(const std::filesystem::path& directory,
                                               const std::string& name, const Essentials& begin) {
    ENTRACTE_ASSIGN(catalog, openFile(directory, name));
    ENTRACTE_TRY(catalog->prepare(false, &begin));
    return std::move(catalog);
}

Status Catalog::exchange(const std::function<Status()>& swap) {
    const std::lock_guard lock(m_mutex);
    m_database = Database();
    const auto swapped = swap();
    ENTRACTE_ASSIGN(database, Database::open(m_file)); // the old one, when that failed
    m_database = std::move(database);
    m_kept.reset();
    ENTRACTE_TRY(swapped);
    return keepEssentials();
}

Status Catalog::prepare(bool expectMade, const Essentials* begin) {
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
    if (version == 0 && expectMade)
        return fail(ErrorCode::SnapshotDamaged, "The store's catalog is empty.");
    for (auto step = version; step < kCatalogVersion; ++step)
        ENTRACTE_TRY(change([&](Database& database) -> Status {
            ENTRACTE_TRY(database.run(kMigrations.at(static_cast<std::size_t>(step))));
            if (step == 0 && !begin) {
                const SecretKey master = randomKey();
                ENTRACTE_ASSIGN(
                    insert,
                    database.prepare("INSERT INTO vaults(id, sealed, key) VALUES (0, 0, ?)"));
                ENTRACTE_TRY(
                    insert.bind(1, std::as_bytes(std::span(master.data(), SecretKey::kSize)))
                        .run());
            }
            if (step + 1 == kCatalogVersion && begin)
                ENTRACTE_TRY(putEssentials(database, *begin));
            return database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                            kApplication, step + 1));
        }));
    return {};
}

} // namespace entracte
