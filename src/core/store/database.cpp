#include "core/store/database.h"

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QString>
#include <QUrl>

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace warp::store {

namespace {

StoreError toError(const QSqlError& error, Dialect dialect)
{
    return {.fault = faultOf(dialect, error.nativeErrorCode().toStdString()),
            .detail = error.text().toStdString()};
}

void nameServer(QSqlDatabase& connection, const std::string& place, const std::string& password)
{
    const QUrl url(QString::fromStdString(place));
    connection.setHostName(url.host());
    connection.setPort(url.port(5432));
    connection.setUserName(url.userName());
    connection.setPassword(password.empty() ? url.password() : QString::fromStdString(password));
    connection.setDatabaseName(url.path().mid(1));
    connection.setConnectOptions(QStringLiteral("connect_timeout=5"));
}

} // namespace

Database::Database(std::unique_ptr<QSqlDatabase> connection, Dialect dialect)
    : m_connection(std::move(connection))
    , m_dialect(dialect)
{}

Database::~Database()
{
    const QString name = m_connection->connectionName();
    m_connection->close();
    m_connection.reset();
    QSqlDatabase::removeDatabase(name);
}

StoreResult<std::unique_ptr<Database>> Database::open(const std::string& place,
                                                      const std::string& password)
{
    const Dialect dialect = dialectOf(place);
    // Qt knows connections by a name of the whole process: the address is one while it lives.
    auto connection = std::make_unique<QSqlDatabase>();
    const QString name =
        QString::fromStdString(fmt::format("store-{}", fmt::ptr(connection.get())));
    *connection = QSqlDatabase::addDatabase(
        dialect == Dialect::Sqlite ? QStringLiteral("QSQLITE") : QStringLiteral("QPSQL"), name);
    if (dialect == Dialect::Sqlite) {
        connection->setDatabaseName(QString::fromStdString(place));
        connection->setConnectOptions(
            QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(BUSY_MILLISECONDS));
    } else {
        nameServer(*connection, place, password);
    }
    const bool isOpen = connection->open();
    const StoreError error = toError(connection->lastError(), dialect);
    std::unique_ptr<Database> database(new Database(std::move(connection), dialect));
    if (!isOpen) {
        return util::Unexpected(error);
    }
    WARP_CHECK(database->configure());
    return database;
}

StoreResult<void> Database::configure()
{
    if (m_dialect == Dialect::Postgres) {
        WARP_CHECK(execute(fmt::format("SET lock_timeout = {}", BUSY_MILLISECONDS)));
        return execute("SET client_min_messages = warning");
    }
    // https://sqlite.org/pragma.html. A commit writes whole pages, of which it changes a row or
    // two: small ones are less to write. It counts for a new file alone, and before its journal is
    // set.
    constexpr std::array<std::string_view, 6> PRAGMAS{"PRAGMA page_size = 1024",
                                                      "PRAGMA journal_mode = WAL",
                                                      "PRAGMA synchronous = NORMAL",
                                                      "PRAGMA foreign_keys = ON",
                                                      "PRAGMA journal_size_limit = 4194304",
                                                      "PRAGMA temp_store = MEMORY"};
    for (const std::string_view pragma : PRAGMAS) {
        WARP_CHECK(execute(pragma));
    }
    // A checkpoint every 4 MiB, to which size the journal is cut.
    constexpr std::int64_t JOURNAL_BYTES = 4 * 1024 * 1024;
    WARP_TRY(pageBytes, this->pageBytes());
    return execute(fmt::format("PRAGMA wal_autocheckpoint = {}", JOURNAL_BYTES / pageBytes));
}

StoreResult<std::int64_t> Database::pageBytes()
{
    WARP_TRY(bytes, integer("PRAGMA page_size"));
    return std::max<std::int64_t>(bytes, 1);
}

StoreResult<void> Database::execute(std::string_view sql)
{
    QSqlQuery query(*m_connection);
    query.setForwardOnly(true);
    if (!query.exec(QString::fromStdString(translate(sql, m_dialect)))) {
        return util::Unexpected(toError(query.lastError(), m_dialect));
    }
    return {};
}

StoreResult<Statement> Database::prepare(std::string_view sql)
{
    auto query = std::make_unique<QSqlQuery>(*m_connection);
    query->setForwardOnly(true);
    if (!query->prepare(QString::fromStdString(translate(sql, m_dialect)))) {
        return util::Unexpected(toError(query->lastError(), m_dialect));
    }
    return Statement(std::move(query), m_dialect);
}

StoreResult<std::int64_t> Database::integer(std::string_view sql)
{
    WARP_TRY(statement, prepare(sql));
    std::int64_t value = 0;
    bool isFirst = true;
    WARP_CHECK(statement.forEach([&](const Statement& row) {
        if (std::exchange(isFirst, false)) {
            value = row.integerAt(0);
        }
    }));
    return value;
}

StoreResult<void> Database::transact(const std::function<StoreResult<void>()>& work,
                                     Durability durability)
{
    const bool isSqlite = m_dialect == Dialect::Sqlite;
    if (isSqlite) {
        WARP_CHECK(execute(durability == Durability::Full ? "PRAGMA synchronous = FULL"
                                                          : "PRAGMA synchronous = NORMAL"));
    }
    // The lock is taken at once: a transaction that has read cannot always become one that writes.
    WARP_CHECK(execute(isSqlite ? "BEGIN IMMEDIATE" : "BEGIN"));
    auto result = work();
    if (result) {
        result = execute("COMMIT");
    }
    if (!result) {
        // Where the database has rolled back by itself, there is nothing left to undo.
        static_cast<void>(execute("ROLLBACK"));
    }
    return result;
}

} // namespace warp::store
