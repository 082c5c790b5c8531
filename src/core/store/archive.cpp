#include "core/store/archive.h"

#include "core/interfaces/history_sums.h"
#include "core/store/schema.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace warp::store {

namespace {

/// Those without which nothing can be shown; some hundred rows each.
constexpr std::array<std::string_view, 4> SMALL_TABLES{"schema_version", "records", "workers",
                                                       "blocks"};

} // namespace

Archive::Archive(std::unique_ptr<Database> database, const StoreOptions& options)
    : m_database(std::move(database))
    , m_buckets(*m_database)
    , m_workers(*m_database, options.limits)
    , m_bestShares(*m_database, options)
    , m_blocks(*m_database)
{}

StoreResult<std::unique_ptr<Archive>> Archive::open(const StoreOptions& options, util::WallTime now)
{
    WARP_TRY(database, Database::open(options.place, options.password));
    if (database->dialect() == Dialect::Sqlite) {
        WARP_TRY(pageBytes, database->pageBytes());
        const std::uint64_t pages = options.quotaBytes / static_cast<std::uint64_t>(pageBytes);
        WARP_CHECK(database->execute(
            fmt::format("PRAGMA max_page_count = {}", std::max<std::uint64_t>(pages, 1))));
    }
    WARP_CHECK(migrate(*database));
    std::unique_ptr<Archive> archive(new Archive(std::move(database), options));
    for (const std::string_view table : SMALL_TABLES) {
        WARP_CHECK(archive->checkTable(table));
    }
    WARP_CHECK(archive->m_buckets.open(now));
    return archive;
}

std::vector<std::string> Archive::largeTables()
{
    return {"pool_minutes", "pool_quarters",       "worker_days",    "worker_minutes",
            "best_shares",  "worker_difficulties", "block_payments", "worker_quarters"};
}

StoreResult<void> Archive::checkTable(std::string_view table)
{
    if (m_database->dialect() != Dialect::Sqlite) {
        return {};
    }
    WARP_TRY(statement, m_database->prepare(fmt::format("PRAGMA quick_check({})", table)));
    std::string finding;
    WARP_CHECK(statement.forEach([&](const Statement& row) {
        if (finding.empty()) {
            finding = row.textAt(0);
        }
    }));
    if (finding != "ok") {
        return util::Unexpected(StoreError{.fault = StoreFault::Corrupt, .detail = finding});
    }
    return {};
}

StoreResult<void> Archive::commit(const HistoryBatch& batch, util::WallTime now)
{
    return transact([&] { return write(batch, now); },
                    batch.blocks.empty() ? Durability::Normal : Durability::Full);
}

StoreResult<void> Archive::transact(const std::function<StoreResult<void>()>& work,
                                    Durability durability)
{
    const util::WallTime rolledUntil = m_buckets.rolledUntil();
    auto result = m_database->transact(work, durability);
    if (!result) {
        // What tables remember is as the database is.
        m_workers.forgetIds();
        m_buckets.setRolledUntil(rolledUntil);
    }
    return result;
}

StoreResult<void> Archive::write(const HistoryBatch& batch, util::WallTime now)
{
    util::WallTime oldest = now;
    for (const auto& [start, bucket] : batch.pool) {
        oldest = std::min(oldest, start);
        WARP_CHECK(m_buckets.addPool(bucket));
    }
    if (!batch.workers.empty()) {
        oldest = std::min(oldest, batch.workers.begin()->first.first);
    }
    WARP_CHECK(writeWorkers(batch));
    for (const interfaces::BestShare& share : batch.bests) {
        // Of a name that has no row, for there are too many, only the pool's best is kept.
        WARP_TRY(worker, m_workers.find(share.worker));
        WARP_CHECK(m_bestShares.add(share, worker ? BestRank::OfWorkerOrPool : BestRank::OfPool));
    }
    for (const auto& [hash, block] : batch.blocks) {
        WARP_CHECK(m_blocks.put(block));
    }
    if (batch.best > util::Difficulty(0)) {
        WARP_TRY(record, m_database->prepare(
                             "INSERT INTO records (name, value) VALUES ('best', ?) ON CONFLICT "
                             "(name) DO UPDATE SET value = excluded.value "
                             "WHERE excluded.value > records.value"));
        WARP_CHECK(record.real(batch.best.value()).run());
    }
    return m_buckets.rollUp(oldest, now);
}

StoreResult<void> Archive::writeWorkers(const HistoryBatch& batch)
{
    WARP_TRY(statement, m_buckets.prepareWorkers());
    std::map<std::string_view, util::Difficulty> bests;
    for (const auto& [key, bucket] : batch.workers) {
        WARP_TRY(id, m_workers.findOrMake(key.second, key.first));
        if (!id) {
            continue;
        }
        WARP_CHECK(BucketTable::addWorker(statement, *id, bucket));
        util::Difficulty& best = bests[key.second];
        best = std::max(best, bucket.best);
    }
    for (const auto& [worker, time] : batch.lastShares) {
        WARP_TRY(id, m_workers.findOrMake(worker, time));
        if (!id) {
            continue;
        }
        const auto best = bests.find(worker);
        WARP_CHECK(
            m_workers.note(*id, time, best == bests.end() ? util::Difficulty() : best->second));
    }
    for (const auto& [key, difficulty] : batch.difficulties) {
        // Only of workers that have had a share: a name alone makes none.
        WARP_TRY(id, m_workers.find(key.first));
        if (id) {
            WARP_CHECK(m_workers.noteDifficulty(*id, difficulty));
        }
    }
    return {};
}

StoreResult<Leftover> Archive::prune(const Retention& retention, util::WallTime now)
{
    bool isMore = false;
    const auto step = [&](const std::function<StoreResult<Leftover>()>& work) {
        return transact([&]() -> StoreResult<void> {
            WARP_TRY(left, work());
            isMore = isMore || left == Leftover::Some;
            return {};
        });
    };
    const util::WallTime lastMinute = now - std::max(retention.minutes, LEAST_MINUTE_RETENTION);
    const util::WallTime lastQuarter =
        interfaces::startOf(now - retention.workerQuarters, interfaces::BucketSpan::Day);
    // Twice, for what is not in quarters yet does not go the first time.
    WARP_CHECK(step([&] { return m_buckets.pruneMinutes(lastMinute); }));
    WARP_CHECK(transact([&] { return m_buckets.rollUp(now, now); }));
    isMore = false;
    WARP_CHECK(step([&] { return m_buckets.pruneMinutes(lastMinute); }));
    WARP_CHECK(step([&] { return m_buckets.makeDay(lastQuarter); }));
    WARP_TRY(workers, pruneWorkers());
    WARP_CHECK(transact([&] { return m_bestShares.prune(); }));
    return isMore ? Leftover::Some : workers;
}

StoreResult<Leftover> Archive::pruneWorkers()
{
    // Minutes have no order by worker: to look through all of them for each worker would take long,
    // and those that are left go in their time.
    const bool isSqlite = m_database->dialect() == Dialect::Sqlite;
    if (isSqlite) {
        WARP_CHECK(m_database->execute("PRAGMA foreign_keys = OFF"));
    }
    Leftover left = Leftover::Nothing;
    auto result = transact([&]() -> StoreResult<void> {
        WARP_TRY(found, m_workers.prune());
        left = found;
        return {};
    });
    if (isSqlite) {
        const auto restored = m_database->execute("PRAGMA foreign_keys = ON");
        if (result) {
            result = restored;
        }
    }
    if (!result) {
        return util::Unexpected(result.error());
    }
    return left;
}

StoreResult<Leftover> Archive::shed(util::WallTime now)
{
    // A server's disk has no more space for rows that are taken away.
    if (m_database->dialect() != Dialect::Sqlite) {
        return Leftover::Nothing;
    }
    const util::WallTime rolled = m_buckets.rolledUntil();
    WARP_TRY(oldest, m_buckets.oldestMinute(rolled));
    if (oldest < rolled - LEAST_MINUTE_RETENTION) {
        // An eighth, so that a few steps make much room and one does not take all.
        const auto part = std::max<std::chrono::milliseconds>(
            (rolled - oldest) / 8, interfaces::lengthOf(interfaces::BucketSpan::FifteenMinutes));
        const auto prune = [&]() -> StoreResult<void> {
            WARP_CHECK(m_buckets.pruneMinutes(oldest + part));
            return {};
        };
        WARP_CHECK(transact(prune));
        return Leftover::Some;
    }
    Leftover left = Leftover::Nothing;
    const auto makeDay = [&]() -> StoreResult<void> {
        WARP_TRY(days, m_buckets.makeDay(interfaces::startOf(now, interfaces::BucketSpan::Day)));
        left = days;
        return {};
    };
    WARP_CHECK(transact(makeDay));
    return left;
}

StoreResult<bool> Archive::isTimeBorneOut(util::WallTime now)
{
    WARP_TRY(covered, m_buckets.covered(now - PROOF_WINDOW, now));
    return covered >= PROOF_OF_TIME;
}

StoreResult<interfaces::HistoryReply> Archive::history(const interfaces::HistoryQuery& query)
{
    if (query.worker.empty()) {
        return m_buckets.read(query, std::nullopt);
    }
    WARP_TRY(worker, m_workers.find(query.worker));
    if (!worker) {
        return interfaces::HistoryReply{.span = query.span, .buckets = {}, .isCut = false};
    }
    return m_buckets.read(query, worker);
}

StoreResult<util::Difficulty> Archive::best()
{
    WARP_TRY(statement, m_database->prepare("SELECT value FROM records WHERE name = 'best'"));
    util::Difficulty best{};
    WARP_CHECK(
        statement.forEach([&](const Statement& row) { best = util::Difficulty(row.realAt(0)); }));
    return best;
}

} // namespace warp::store
