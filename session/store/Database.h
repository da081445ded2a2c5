#pragma once

// SQLite as values: a database, a statement, a transaction. Used under the catalog's lock, by one
// thread at a time. SQLite's refusals become Errors: NoSpace for a full disk, SnapshotDamaged for a
// file that is not as it was written.

#include "session/base/Result.h"
#include "session/store/Bytes.h"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace entracte {

class Statement {
public:
    Statement& bind(int at, std::int64_t value);
    Statement& bind(int at, std::string_view text);
    Statement& bind(int at, ByteView blob);
    Statement& bindNull(int at);
    // True while there is a row.
    Result<bool> step();
    Status run(); // to its end, ready to be bound again
    void reset();

    std::int64_t integer(int column) const;
    std::string text(int column) const;
    ByteView blob(int column) const; // until the next step
    bool isNull(int column) const;

private:
    friend class Database;
    Statement(sqlite3* database, sqlite3_stmt* statement)
        : m_database(database), m_statement(statement, sqlite3_finalize) {}
    sqlite3* m_database;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> m_statement;
};

class Database {
public:
    Database() : Database(nullptr) {} // of no file: every use fails
    // Made (0600) when it is not there.
    static Result<Database> open(const std::filesystem::path& file);

    Status run(const std::string& sql);
    Result<Statement> prepare(std::string_view sql);
    Result<std::int64_t> integer(std::string_view sql); // of the first row
    std::int64_t lastRow() const { return sqlite3_last_insert_rowid(m_database.get()); }
    // Moves the log into the database file and empties it.
    Status checkpoint();

private:
    explicit Database(sqlite3* database) : m_database(database, sqlite3_close_v2) {}
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> m_database;
};

// Rolled back unless it was committed.
class Transaction {
public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept
        : m_database(std::exchange(other.m_database, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Status commit();

private:
    explicit Transaction(Database& database) : m_database(&database) {}
    Database* m_database;
};

} // namespace entracte
