// Vaults in the catalog, and what of the catalog is kept beside it.

#include "session/store/CatalogRows.h"
#include "session/store/Directories.h"

#include <fmt/format.h>
#include <unistd.h>

namespace entracte {

namespace {

Result<std::vector<VaultRow>> vaultsIn(Database& database) {
    ENTRACTE_ASSIGN(rows,
                    database.prepare("SELECT id, sealed, key, owner FROM vaults ORDER BY id"));
    return rowsOf<VaultRow>(rows, [](const Statement& row) {
        const ByteView key = row.blob(2);
        return VaultRow{static_cast<VaultId>(row.integer(0)), row.integer(1) != 0,
                        ByteBuffer(key.begin(), key.end()),
                        row.isNull(3) ? std::nullopt
                                      : std::optional(static_cast<uid_t>(row.integer(3))),
                        false};
    });
}

Result<std::vector<std::pair<SessionId, VaultId>>> sealedSessionsIn(Database& database) {
    ENTRACTE_ASSIGN(rows,
                    database.prepare("SELECT id, vault FROM sessions WHERE vault <> 0 ORDER BY 1"));
    return rowsOf<std::pair<SessionId, VaultId>>(rows, [](const Statement& row) {
        return std::pair(SessionId(row.text(0)), static_cast<VaultId>(row.integer(1)));
    });
}

Result<std::vector<EditedSnapshot>> editsIn(Database& database) {
    ENTRACTE_ASSIGN(rows, database.prepare("SELECT session, id, pinned, info FROM edits"));
    return rowsOf<EditedSnapshot>(rows, [](const Statement& row) {
        const ByteView info = row.blob(3);
        return EditedSnapshot{row.text(0), row.text(1), row.integer(2) != 0,
                              ByteBuffer(info.begin(), info.end())};
    });
}

Result<std::vector<Address>> removedIn(Database& database) {
    ENTRACTE_ASSIGN(removed, database.prepare("SELECT manifest FROM removed ORDER BY 1"));
    return rowsOf<Address>(removed, [](const Statement& row) { return addressFrom(row.blob(0)); });
}

Result<Essentials> essentialsIn(Database& database) {
    Essentials essentials;
    ENTRACTE_ASSIGN(vaults, vaultsIn(database));
    essentials.vaults = std::move(vaults);
    ENTRACTE_ASSIGN(sessions, sealedSessionsIn(database));
    essentials.sessions = std::move(sessions);
    ENTRACTE_ASSIGN(edits, editsIn(database));
    essentials.edited = std::move(edits);
    ENTRACTE_ASSIGN(removed, removedIn(database));
    essentials.removed = std::move(removed);
    return essentials;
}

} // namespace

Result<Essentials> Catalog::essentials() const {
    const std::lock_guard lock(m_mutex);
    return essentialsIn(m_database);
}

// Under the lock; within a transaction: as it will be.
Status Catalog::keepEssentials() {
    ENTRACTE_ASSIGN(now, essentialsIn(m_database));
    ByteBuffer bytes = formatEssentials(now);
    if (m_kept == bytes)
        return {};
    m_kept.reset(); // unknown, should the writing fail
    ENTRACTE_TRY(writeEssentials(m_folder.get(), bytes));
    m_kept = std::move(bytes);
    return {};
}

// Once a catalog is open it counts: its file beside it may be of an earlier version, damaged, or of
// a change that a crash took back.
Status Catalog::settleEssentials() {
    const std::lock_guard lock(m_mutex);
    if (auto there = readEssentials(m_folder.get()))
        m_kept = std::move(*there);
    if (const auto kept = keepEssentials();
        !kept && kept.error().code() == ErrorCode::SnapshotDamaged)
        return kept; // the catalog; a full disk only leaves the old one for now
    return {};
}

Result<Essentials> Catalog::salvage(const std::filesystem::path& directory) {
    const auto file = directory / kCatalogName;
    if (::access(file.c_str(), F_OK) != 0)
        return fail(ErrorCode::NotFound, "There is no catalog.");
    ENTRACTE_ASSIGN(database, Database::open(file));
    Essentials essentials;
    ENTRACTE_ASSIGN(vaults, vaultsIn(database)); // without the keys there is nothing to go on with
    essentials.vaults = std::move(vaults);
    if (auto sessions = sealedSessionsIn(database))
        essentials.sessions = std::move(*sessions);
    if (auto edits = editsIn(database))
        essentials.edited = std::move(*edits);
    if (auto removed = removedIn(database))
        essentials.removed = std::move(*removed);
    return essentials;
}

Status putEssentials(Database& database, const Essentials& essentials) {
    ENTRACTE_ASSIGN(vaults, database.prepare("INSERT INTO vaults(id, sealed, key, owner, unread) "
                                             "VALUES (?, ?, ?, ?, ?)"));
    for (const VaultRow& vault : essentials.vaults) {
        vaults.bind(1, std::int64_t{vault.id})
            .bind(2, std::int64_t{vault.sealed})
            .bind(3, ByteView(vault.key))
            .bind(5, std::int64_t{vault.unread});
        if (vault.owner)
            vaults.bind(4, std::int64_t{*vault.owner});
        else
            vaults.bindNull(4);
        ENTRACTE_TRY(vaults.run());
    }
    ENTRACTE_ASSIGN(sessions, database.prepare("INSERT INTO sessions VALUES (?, ?)"));
    for (const auto& [session, vault] : essentials.sessions)
        ENTRACTE_TRY(sessions.bind(1, session).bind(2, std::int64_t{vault}).run());
    ENTRACTE_ASSIGN(edits, database.prepare("INSERT INTO edits VALUES (?, ?, ?, ?)"));
    for (const EditedSnapshot& edited : essentials.edited)
        ENTRACTE_TRY(edits.bind(1, edited.session)
                         .bind(2, edited.id)
                         .bind(3, std::int64_t{edited.pinned})
                         .bind(4, ByteView(edited.info))
                         .run());
    return {};
}

Result<std::vector<VaultRow>> Catalog::vaults() const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(vaults, vaultsIn(m_database));
    ENTRACTE_ASSIGN(unread, m_database.prepare("SELECT unread FROM vaults WHERE id = ?"));
    for (VaultRow& vault : vaults) {
        ENTRACTE_TRY(unread.bind(1, std::int64_t{vault.id}).step());
        vault.unread = unread.integer(0) != 0;
        unread.reset();
    }
    return std::move(vaults);
}

Result<VaultId> Catalog::addVault(uid_t owner, ByteView wrapped) {
    VaultId id = 0;
    ENTRACTE_TRY(change(
        [&](Database& database) -> Status {
            ENTRACTE_ASSIGN(known, database.prepare("SELECT 1 FROM vaults WHERE owner = ?"));
            ENTRACTE_ASSIGN(found, known.bind(1, std::int64_t{owner}).step());
            if (found)
                return fail(ErrorCode::InvalidArgument, "There is a vault already.", {},
                            "Unlock it, or change its passphrase.");
            ENTRACTE_ASSIGN(insert, database.prepare(
                                        "INSERT INTO vaults(sealed, key, owner) VALUES (1, ?, ?)"));
            ENTRACTE_TRY(insert.bind(1, wrapped).bind(2, std::int64_t{owner}).run());
            id = static_cast<VaultId>(database.lastRow());
            return {};
        },
        Keep::Before));
    return id;
}

Status Catalog::changeVaultKey(VaultId vault, ByteView wrapped) {
    return change(
        [&](Database& database) -> Status {
            ENTRACTE_ASSIGN(update, database.prepare("UPDATE vaults SET key = ? WHERE id = ?"));
            return update.bind(1, wrapped).bind(2, std::int64_t{vault}).run();
        },
        Keep::Before);
}

Status Catalog::setUnread(VaultId vault, bool unread) {
    return change([&](Database& database) -> Status {
        ENTRACTE_ASSIGN(update, database.prepare("UPDATE vaults SET unread = ? WHERE id = ?"));
        return update.bind(1, std::int64_t{unread}).bind(2, std::int64_t{vault}).run();
    });
}

Status Catalog::removeVault(VaultId vault) {
    return change(
        [&](Database& database) -> Status {
            ENTRACTE_ASSIGN(unread,
                            database.prepare("SELECT 1 FROM vaults WHERE id = ? AND unread = 1"));
            ENTRACTE_ASSIGN(locked, unread.bind(1, std::int64_t{vault}).step());
            if (locked)
                return fail(ErrorCode::VaultLocked,
                            "What lies in the vault is not known yet. Nothing was changed.", {},
                            "Unlock it first: then its snapshots are found again.");
            ENTRACTE_ASSIGN(used,
                            database.prepare("SELECT count(*) FROM snapshots WHERE vault = ?"));
            ENTRACTE_TRY(used.bind(1, std::int64_t{vault}).step());
            if (const auto count = used.integer(0); count > 0)
                return fail(ErrorCode::InvalidArgument,
                            fmt::format("{} {} in the vault. Nothing was changed.", count,
                                        count == 1 ? "snapshot lies" : "snapshots lie"),
                            {}, "Delete them first.");
            for (const char* sql :
                 {"UPDATE sessions SET vault = 0 WHERE vault = ?",
                  "DELETE FROM files WHERE vault = ?",
                  "DELETE FROM chunks WHERE pack IN (SELECT id FROM packs WHERE vault = ?)",
                  "INSERT OR IGNORE INTO doomed SELECT id FROM packs WHERE vault = ?",
                  "DELETE FROM packs WHERE vault = ?", "DELETE FROM vaults WHERE id = ?"}) {
                ENTRACTE_ASSIGN(statement, database.prepare(sql));
                ENTRACTE_TRY(statement.bind(1, std::int64_t{vault}).run());
            }
            return {};
        },
        Keep::After);
}

Result<VaultId> Catalog::vaultOf(const SessionId& session) const {
    const std::lock_guard lock(m_mutex);
    ENTRACTE_ASSIGN(row, m_database.prepare("SELECT vault FROM sessions WHERE id = ?"));
    ENTRACTE_ASSIGN(found, row.bind(1, session).step());
    return found ? static_cast<VaultId>(row.integer(0)) : kClearVault;
}

Status Catalog::setVault(const SessionId& session, VaultId vault) {
    return change(
        [&](Database& database) -> Status {
            ENTRACTE_ASSIGN(set,
                            database.prepare("INSERT INTO sessions VALUES (?, ?) ON CONFLICT(id) "
                                             "DO UPDATE SET vault = excluded.vault"));
            return set.bind(1, session).bind(2, std::int64_t{vault}).run();
        },
        Keep::Before);
}

} // namespace entracte
