// One connection to a database: SQLite in a file or in memory, or PostgreSQL by URL.
// Made, used and destroyed on one thread; destroying it closes the connection.
#pragma once

#include "core/store/dialect.h"
#include "core/store/statement.h"
#include "core/store/store_fault.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

class QSqlDatabase;

namespace warp::store {

/// How sure a commit is against a loss of power; a crash of the program loses neither.
enum class Durability : std::uint8_t {
    Normal, ///< the last commits may be undone, the database stays whole
    Full,   ///< synced before the commit returns
};

class Database final
{
public:
    /// How long a statement waits for another process.
    static constexpr int BUSY_MILLISECONDS = 200;
    static constexpr auto IN_MEMORY = ":memory:";

    /// @param place     a path, IN_MEMORY, or "postgresql://user:password@host:port/database"
    /// @param password  of the user in a URL, where it does not stand there; empty for none
    [[nodiscard]] static StoreResult<std::unique_ptr<Database>>
    open(const std::string& place, const std::string& password = {});
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs one statement, with the words of Dialect.
    StoreResult<void> execute(std::string_view sql);
    [[nodiscard]] StoreResult<Statement> prepare(std::string_view sql);
    /// The first value of the first row; 0 where there is none.
    [[nodiscard]] StoreResult<std::int64_t> integer(std::string_view sql);
    /// Of an SQLite file.
    [[nodiscard]] StoreResult<std::int64_t> pageBytes();
    /// Runs `work` as a whole or not at all.
    StoreResult<void> transact(const std::function<StoreResult<void>()>& work,
                               Durability durability = Durability::Normal);

    [[nodiscard]] Dialect dialect() const { return m_dialect; }

private:
    Database(std::unique_ptr<QSqlDatabase> connection, Dialect dialect);

    StoreResult<void> configure();

    std::unique_ptr<QSqlDatabase> m_connection;
    Dialect m_dialect;
};

} // namespace warp::store
