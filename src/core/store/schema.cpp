#include "core/store/schema.h"

#include <array>
#include <fmt/format.h>
#include <span>
#include <string_view>

namespace warp::store {

namespace {

// Times are milliseconds since 1970 in UTC, `covered` is seconds, hashes and proofs are raw bytes.
// A step is never changed once a release has it: what is new gets a step of its own.
constexpr std::array<std::string_view, 14> VERSION_1{
    "CREATE TABLE workers (id {id}, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL DEFAULT '', "
    "hidden INTEGER NOT NULL DEFAULT 0, first_seen BIGINT NOT NULL, last_share BIGINT NOT NULL, "
    "best DOUBLE PRECISION NOT NULL DEFAULT 0)",
    "CREATE TABLE pool_minutes (start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, "
    "covered BIGINT NOT NULL, work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, "
    "refused BIGINT NOT NULL, stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, "
    "miners BIGINT NOT NULL, PRIMARY KEY (start_ms, boot)) {clustered}",
    "CREATE TABLE pool_quarters (start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, "
    "covered BIGINT NOT NULL, work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, "
    "refused BIGINT NOT NULL, stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, "
    "miners BIGINT NOT NULL, PRIMARY KEY (start_ms, boot)) {clustered}",
    // The time first: all workers' rows of one minute are written together.
    "CREATE TABLE worker_minutes (start_ms BIGINT NOT NULL, worker BIGINT NOT NULL "
    "REFERENCES workers (id) ON DELETE CASCADE, boot BIGINT NOT NULL, covered BIGINT NOT NULL, "
    "work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, "
    "stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, miners BIGINT NOT NULL, "
    "PRIMARY KEY (start_ms, worker, boot)) {clustered}",
    // The worker first: these are written seldom and read by worker.
    "CREATE TABLE worker_quarters (worker BIGINT NOT NULL REFERENCES workers (id) "
    "ON DELETE CASCADE, start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, covered BIGINT NOT NULL, "
    "work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, "
    "stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, miners BIGINT NOT NULL, "
    "PRIMARY KEY (worker, start_ms, boot)) {clustered}",
    "CREATE TABLE worker_days (worker BIGINT NOT NULL REFERENCES workers (id) "
    "ON DELETE CASCADE, start_ms BIGINT NOT NULL, boot BIGINT NOT NULL, covered BIGINT NOT NULL, "
    "work DOUBLE PRECISION NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, "
    "stale BIGINT NOT NULL, best DOUBLE PRECISION NOT NULL, miners BIGINT NOT NULL, "
    "PRIMARY KEY (worker, start_ms, boot)) {clustered}",
    "CREATE TABLE best_shares (hash {blob} PRIMARY KEY, worker TEXT NOT NULL, "
    "found_at BIGINT NOT NULL, height BIGINT NOT NULL, difficulty DOUBLE PRECISION NOT NULL, "
    "network_difficulty DOUBLE PRECISION NOT NULL, header {blob} NOT NULL, "
    "coinbase {blob} NOT NULL, branch {blob} NOT NULL)",
    "CREATE INDEX best_shares_by_difficulty ON best_shares (difficulty)",
    "CREATE INDEX best_shares_by_worker ON best_shares (worker, difficulty)",
    "CREATE TABLE blocks (hash {blob} PRIMARY KEY, height BIGINT NOT NULL, state TEXT NOT NULL, "
    "reason TEXT NOT NULL, worker TEXT NOT NULL, confirmations BIGINT NOT NULL, "
    "audit TEXT NOT NULL, found_at BIGINT NOT NULL)",
    "CREATE INDEX blocks_by_time ON blocks (found_at)",
    "CREATE TABLE block_payments (block {blob} NOT NULL REFERENCES blocks (hash) "
    "ON DELETE CASCADE, position BIGINT NOT NULL, address TEXT NOT NULL, value BIGINT NOT NULL, "
    "PRIMARY KEY (block, position)) {clustered}",
    "CREATE TABLE records (name TEXT PRIMARY KEY, value DOUBLE PRECISION NOT NULL) {clustered}",
    "CREATE INDEX workers_by_time ON workers (last_share)",
};

// What a worker was asked for, for each kind of miner that came under its name.
constexpr std::array<std::string_view, 1> VERSION_2{
    "CREATE TABLE worker_difficulties (worker BIGINT NOT NULL REFERENCES workers (id) "
    "ON DELETE CASCADE, class TEXT NOT NULL, difficulty DOUBLE PRECISION NOT NULL, "
    "rate DOUBLE PRECISION NOT NULL, noted_at BIGINT NOT NULL, "
    "PRIMARY KEY (worker, class)) {clustered}",
};

// Each write of history changed a page of it, and what it helps with is done once in an hour.
constexpr std::array<std::string_view, 1> VERSION_3{
    "DROP INDEX workers_by_time",
};

// A worker that goes takes its minutes along there, which are ordered by time. (SQLite leaves them
// to their time: see Archive::pruneWorkers.)
constexpr std::array<std::string_view, 1> VERSION_4_POSTGRES{
    "CREATE INDEX worker_minutes_by_worker ON worker_minutes (worker)",
};

struct Step
{
    std::span<const std::string_view> statements;
    std::span<const std::string_view> onPostgres{}; ///< after the others
};
constexpr std::array<Step, SCHEMA_VERSION> STEPS{
    {{.statements = VERSION_1},
     {.statements = VERSION_2},
     {.statements = VERSION_3},
     {.statements = {}, .onPostgres = VERSION_4_POSTGRES}}};

StoreResult<void> executeAll(Database& database, std::span<const std::string_view> statements)
{
    for (const std::string_view statement : statements) {
        WARP_CHECK(database.execute(statement));
    }
    return {};
}

/// Within a transaction.
StoreResult<void> takeStep(Database& database, std::size_t from)
{
    WARP_CHECK(executeAll(database, STEPS.at(from).statements));
    if (database.dialect() == Dialect::Postgres) {
        WARP_CHECK(executeAll(database, STEPS.at(from).onPostgres));
    }
    WARP_CHECK(database.execute("DELETE FROM schema_version"));
    return database.execute(fmt::format("INSERT INTO schema_version VALUES ({})", from + 1));
}

} // namespace

StoreResult<void> migrate(Database& database)
{
    // A table of one row: no database of an earlier program is without it.
    WARP_CHECK(database.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)"));
    WARP_TRY(found, database.integer("SELECT max(version) FROM schema_version"));
    if (found > SCHEMA_VERSION) {
        return util::Unexpected(
            StoreError{.fault = StoreFault::NewerSchema,
                       .detail = fmt::format("schema {} of a later version; this one knows {}",
                                             found, SCHEMA_VERSION)});
    }
    for (auto version = static_cast<std::size_t>(found); version < STEPS.size(); ++version) {
        WARP_CHECK(database.transact([&] { return takeStep(database, version); }));
    }
    return {};
}

} // namespace warp::store
