#include "core/store/archive.h"

#include "core/store/schema.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace warp::store {

namespace {

constexpr std::uint64_t PAGE_BYTES = 4096; // SQLite's default

/// Those without which nothing can be shown; some hundred rows each.
constexpr std::array<std::string_view, 4> SMALL_TABLES{"schema_version", "records", "workers",
                                                       "blocks"};

} // namespace

Archive::Archive(std::unique_ptr<Database> database, const StoreOptions& options)
    : m_database(std::move(database))
    , m_buckets(*m_database)
    , m_workers(*m_database)
    , m_bestShares(*m_database, options)
    , m_blocks(*m_database)
{}

StoreResult<std::unique_ptr<Archive>> Archive::open(const StoreOptions& options, util::WallTime now)
{
    WARP_TRY(database, Database::open(options.place));
    if (database->dialect() == Dialect::Sqlite) {
        WARP_CHECK(database->execute(
            fmt::format("PRAGMA max_page_count = {}",
                        std::max<std::uint64_t>(options.quotaBytes / PAGE_BYTES, 1))));
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
    auto result =
        m_database->transact([&] { return write(batch, now); },
                             batch.blocks.empty() ? Durability::Normal : Durability::Full);
    if (!result) {
        m_workers.forgetIds();
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
        WARP_CHECK(m_bestShares.add(share));
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
        WARP_CHECK(BucketTable::addWorker(statement, id, bucket));
        util::Difficulty& best = bests[key.second];
        best = std::max(best, bucket.best);
    }
    for (const auto& [worker, time] : batch.lastShares) {
        WARP_TRY(id, m_workers.findOrMake(worker, time));
        const auto best = bests.find(worker);
        WARP_CHECK(
            m_workers.note(id, time, best == bests.end() ? util::Difficulty() : best->second));
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

StoreResult<void> Archive::prune(const Retention& retention, util::WallTime now)
{
    return m_database->transact([&]() -> StoreResult<void> {
        WARP_CHECK(m_buckets.rollUp(now, now));
        WARP_CHECK(m_buckets.prune(retention, now));
        return m_bestShares.prune();
    });
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
