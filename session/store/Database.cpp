#include "session/store/Database.h"

#include "session/store/CatalogVfs.h"
#include "session/store/Directories.h"

#include <fmt/format.h>

#include <cerrno>

namespace entracte {

namespace {

Error closed() {
    return {ErrorCode::System,
            "The store's catalog could not be opened again.",
            {},
            "Start the helper anew (systemctl restart entracted)."};
}

Error databaseError(sqlite3* database, int code) {
    const std::string detail =
        fmt::format("{} ({})", sqlite3_errmsg(database), sqlite3_extended_errcode(database));
    const int extended = sqlite3_extended_errcode(database);
    const int systemErrno = lastWriteErrno();
    if (code == SQLITE_FULL || ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
                                (systemErrno == ENOSPC || systemErrno == EDQUOT)))
        return diskError("The catalog could not be written: " + detail, ENOSPC);
    if (extended == SQLITE_IOERR_DATA)
        return Error(ErrorCode::SnapshotDamaged,
                     fmt::format("The store's catalog is damaged: its page {} is not as it was "
                                 "written.",
                                 lastDamagedPage()))
            .withDetail(detail);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || extended == SQLITE_IOERR_SHORT_READ)
        return Error(ErrorCode::SnapshotDamaged, "The store's catalog is damaged.")
            .withDetail(detail);
    return Error(ErrorCode::System, "The store's catalog could not be used.").withDetail(detail);
}

} // namespace

Statement& Statement::bind(int at, std::int64_t value) {
    sqlite3_bind_int64(m_statement.get(), at, value);
    return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
    sqlite3_bind_text(m_statement.get(), at, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bind(int at, ByteView blob) {
    sqlite3_bind_blob(m_statement.get(), at, blob.data(), static_cast<int>(blob.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bindNull(int at) {
    sqlite3_bind_null(m_statement.get(), at);
    return *this;
}

Result<bool> Statement::step() {
    const int outcome = sqlite3_step(m_statement.get());
    if (outcome == SQLITE_ROW)
        return true;
    if (outcome == SQLITE_DONE)
        return false;
    Error error = databaseError(m_database, outcome & 0xff);
    reset();
    return fail(std::move(error));
}

Status Statement::run() {
    for (;;) {
        ENTRACTE_ASSIGN(row, step());
        if (!row)
            break;
    }
    reset();
    return {};
}

void Statement::reset() {
    sqlite3_reset(m_statement.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(m_statement.get(), column);
}

std::string Statement::text(int column) const {
    const auto* text = sqlite3_column_text(m_statement.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return text ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(m_statement.get(), column) == SQLITE_NULL;
}

ByteView Statement::blob(int column) const {
    const void* bytes = sqlite3_column_blob(m_statement.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement.get(), column));
    return bytes ? ByteView(static_cast<const std::byte*>(bytes), size) : ByteView();
}

Result<Database> Database::open(const std::filesystem::path& file) {
    if (!registerCatalogVfs())
        return fail(ErrorCode::Internal, "The library for the catalog could not be prepared.");
    sqlite3* raw = nullptr;
    const int outcome = sqlite3_open_v2(file.c_str(), &raw,
                                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                                            SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX,
                                        kCatalogVfs);
    Database database(raw);
    if (!raw)
        return fail(ErrorCode::NoSpace, "There is not enough memory for the store's catalog.");
    if (outcome != SQLITE_OK)
        return fail(databaseError(raw, outcome & 0xff));
    int reserved = kCatalogReserved;
    sqlite3_file_control(raw, nullptr, SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    // Exclusive before the log is first touched: then SQLite needs no shared memory beside it.
    ENTRACTE_TRY(database.run(fmt::format("PRAGMA page_size = {};"
                                          "PRAGMA locking_mode = EXCLUSIVE;"
                                          "PRAGMA journal_mode = WAL;"
                                          "PRAGMA synchronous = FULL;"
                                          "PRAGMA foreign_keys = ON;"
                                          "PRAGMA cell_size_check = ON;"
                                          "PRAGMA trusted_schema = OFF;"
                                          "PRAGMA secure_delete = ON;"
                                          "PRAGMA cache_size = -8192;"
                                          "PRAGMA temp_store = MEMORY",
                                          kCatalogPage)));
    return database;
}

Status Database::run(const std::string& sql) {
    if (!m_database)
        return fail(closed());
    if (const int outcome = sqlite3_exec(m_database.get(), sql.c_str(), nullptr, nullptr, nullptr);
        outcome != SQLITE_OK)
        return fail(databaseError(m_database.get(), outcome & 0xff));
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    if (!m_database)
        return fail(closed());
    sqlite3_stmt* statement = nullptr;
    const int outcome = sqlite3_prepare_v2(m_database.get(), sql.data(),
                                           static_cast<int>(sql.size()), &statement, nullptr);
    if (outcome != SQLITE_OK)
        return fail(databaseError(m_database.get(), outcome & 0xff));
    return Statement(m_database.get(), statement);
}

Result<std::int64_t> Database::integer(std::string_view sql) {
    ENTRACTE_ASSIGN(statement, prepare(sql));
    ENTRACTE_ASSIGN(row, statement.step());
    return row ? statement.integer(0) : 0;
}

Status Database::checkpoint() {
    return run("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<Transaction> Transaction::begin(Database& database) {
    ENTRACTE_TRY(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::~Transaction() {
    if (m_database)
        static_cast<void>(m_database->run("ROLLBACK"));
}

Status Transaction::commit() {
    ENTRACTE_TRY(m_database->run("COMMIT"));
    m_database = nullptr;
    return {};
}

} // namespace entracte
