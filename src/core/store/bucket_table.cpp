#include "core/store/bucket_table.h"

#include "core/interfaces/history_sums.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <map>
#include <string_view>

namespace warp::store {

using interfaces::BucketSpan;
using interfaces::HistoryBucket;
using interfaces::startOf;

namespace {

constexpr std::string_view VALUES = "covered, work, accepted, refused, stale, best, miners";
constexpr std::string_view SUMS =
    "sum(covered), sum(work), sum(accepted), sum(refused), sum(stale), max(best), max(miners)";

/// Bounds how long one transaction takes.
constexpr std::chrono::hours MINUTES_PER_STEP{48};

std::int64_t toNumber(util::WallTime time)
{
    return time.time_since_epoch().count();
}

std::int64_t millisecondsOf(BucketSpan span)
{
    return std::chrono::milliseconds(interfaces::lengthOf(span)).count();
}

/// What happens to a row that is there already: it grows.
std::string growth(std::string_view table)
{
    return fmt::format("covered = {0}.covered + excluded.covered, work = {0}.work + excluded.work, "
                       "accepted = {0}.accepted + excluded.accepted, "
                       "refused = {0}.refused + excluded.refused, "
                       "stale = {0}.stale + excluded.stale, "
                       "best = {{greatest}}({0}.best, excluded.best), "
                       "miners = {{greatest}}({0}.miners, excluded.miners)",
                       table);
}

/// The same where the new row is made of all that the old one was made of, or of less.
std::string replacement(std::string_view table)
{
    std::string text;
    for (const std::string_view column :
         {"covered", "work", "accepted", "refused", "stale", "best", "miners"}) {
        text += fmt::format("{0}{1} = {{greatest}}({2}.{1}, excluded.{1})",
                            text.empty() ? "" : ", ", column, table);
    }
    return text;
}

Statement& bindValues(Statement& statement, const HistoryBucket& bucket)
{
    return statement.integer(bucket.covered.count())
        .real(bucket.acceptedWork)
        .integer(static_cast<std::int64_t>(bucket.accepted))
        .integer(static_cast<std::int64_t>(bucket.refused))
        .integer(static_cast<std::int64_t>(bucket.stale))
        .real(bucket.best.value())
        .integer(bucket.miners);
}

/// Of the columns start, boot and VALUES.
HistoryBucket readBucket(const Statement& row)
{
    return {.start = util::WallTime(std::chrono::milliseconds(row.integerAt(0))),
            .bootId = std::bit_cast<std::uint64_t>(row.integerAt(1)),
            .covered = std::chrono::seconds(row.integerAt(2)),
            .acceptedWork = row.realAt(3),
            .accepted = static_cast<std::uint64_t>(row.integerAt(4)),
            .refused = static_cast<std::uint64_t>(row.integerAt(5)),
            .stale = static_cast<std::uint64_t>(row.integerAt(6)),
            .best = util::Difficulty(row.realAt(7)),
            .miners = static_cast<std::uint32_t>(row.integerAt(8))};
}

} // namespace

/// Gathers the rows of one answer from several tables.
class BucketTable::Reader
{
public:
    Reader(Database& database, const interfaces::HistoryQuery& query,
           std::optional<std::int64_t> worker)
        : m_database(database)
        , m_query(query)
        , m_worker(worker)
        , m_limit(std::min(query.limit, interfaces::HistoryQuery::MAX_LIMIT))
    {}

    /// Rows of `table` between two times, summed to the query's span.
    StoreResult<void> add(std::string_view table, util::WallTime from, util::WallTime to)
    {
        from = std::max(from, m_query.from);
        to = std::min(to, m_query.to);
        if (from >= to) {
            return {};
        }
        const std::string sql = fmt::format(
            "SELECT start_ms - start_ms % {0} AS span_ms, boot, {1} FROM {2} WHERE {3} "
            "start_ms >= ? AND start_ms < ? GROUP BY span_ms, boot ORDER BY span_ms LIMIT {4}",
            millisecondsOf(m_query.span), SUMS, table, m_worker ? "worker = ? AND" : "",
            std::uint64_t{m_limit} + 1);
        WARP_TRY(statement, m_database.prepare(sql));
        if (m_worker) {
            statement.integer(*m_worker);
        }
        statement.integer(toNumber(from)).integer(toNumber(to));
        return statement.forEach([this](const Statement& row) {
            const HistoryBucket bucket = readBucket(row);
            const auto [place, isNew] = m_rows.try_emplace({bucket.start, bucket.bootId}, bucket);
            if (!isNew) {
                merge(place->second, bucket);
            }
        });
    }

    [[nodiscard]] interfaces::HistoryReply reply() const
    {
        interfaces::HistoryReply reply{.span = m_query.span, .buckets = {}, .isCut = false};
        reply.buckets.reserve(std::min<std::size_t>(m_rows.size(), m_limit));
        for (const auto& [key, bucket] : m_rows) {
            if (reply.buckets.size() == m_limit) {
                reply.isCut = true;
                break;
            }
            reply.buckets.push_back(bucket);
        }
        return reply;
    }

private:
    Database& m_database;
    const interfaces::HistoryQuery& m_query;
    std::optional<std::int64_t> m_worker;
    std::uint32_t m_limit;
    std::map<std::pair<util::WallTime, std::uint64_t>, HistoryBucket> m_rows;
};

StoreResult<void> BucketTable::open(util::WallTime now)
{
    WARP_TRY(last, m_database.integer("SELECT max(start_ms) FROM pool_quarters"));
    m_rolledUntil = util::WallTime(std::chrono::milliseconds(last));
    return m_database.transact([&] { return rollUp(m_rolledUntil, now); });
}

StoreResult<void> BucketTable::addPool(const HistoryBucket& bucket)
{
    WARP_TRY(statement,
             m_database.prepare(fmt::format("INSERT INTO pool_minutes (start_ms, boot, {}) "
                                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                                            "ON CONFLICT (start_ms, boot) DO UPDATE SET {}",
                                            VALUES, growth("pool_minutes"))));
    statement.integer(toNumber(bucket.start)).integer(std::bit_cast<std::int64_t>(bucket.bootId));
    WARP_CHECK(bindValues(statement, bucket).run());
    return {};
}

StoreResult<Statement> BucketTable::prepareWorkers()
{
    return m_database.prepare(fmt::format("INSERT INTO worker_minutes (start_ms, worker, boot, {}) "
                                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                                          "ON CONFLICT (start_ms, worker, boot) DO UPDATE SET {}",
                                          VALUES, growth("worker_minutes")));
}

StoreResult<void> BucketTable::addWorker(Statement& statement, std::int64_t worker,
                                         const HistoryBucket& bucket)
{
    statement.integer(toNumber(bucket.start))
        .integer(worker)
        .integer(std::bit_cast<std::int64_t>(bucket.bootId));
    WARP_CHECK(bindValues(statement, bucket).run());
    return {};
}

StoreResult<void> BucketTable::rollUp(util::WallTime oldest, util::WallTime now)
{
    const util::WallTime from =
        std::min(m_rolledUntil, startOf(oldest, BucketSpan::FifteenMinutes));
    const util::WallTime to = std::max(m_rolledUntil, startOf(now, BucketSpan::FifteenMinutes));
    if (from < to) {
        WARP_CHECK(makeQuarters(from, to));
        m_rolledUntil = to;
    }
    return {};
}

StoreResult<void> BucketTable::makeQuarters(util::WallTime from, util::WallTime to)
{
    for (const std::string_view owner : {"pool", "worker"}) {
        const std::string_view key = owner == "pool" ? "" : "worker, ";
        const std::string table = fmt::format("{}_quarters", owner);
        // Minutes may be left of a worker that is forgotten.
        const std::string_view known =
            owner == "pool" ? "" : "AND worker IN (SELECT id FROM workers)";
        WARP_CHECK(m_database.execute(fmt::format(
            "INSERT INTO {0} ({1}start_ms, boot, {2}) SELECT {1}start_ms - start_ms % {3} AS "
            "span_ms, boot, {4} FROM {5}_minutes WHERE start_ms >= {6} AND start_ms < {7} {9} "
            "GROUP BY {1}span_ms, boot ON CONFLICT ({1}start_ms, boot) DO UPDATE SET {8}",
            table, key, VALUES, millisecondsOf(BucketSpan::FifteenMinutes), SUMS, owner,
            toNumber(from), toNumber(to), replacement(table), known)));
    }
    return {};
}

StoreResult<util::WallTime> BucketTable::oldestMinute(util::WallTime none)
{
    WARP_TRY(oldest, m_database.integer(fmt::format(
                         "SELECT coalesce(min(first), {}) FROM (SELECT min(start_ms) AS first "
                         "FROM pool_minutes UNION ALL SELECT min(start_ms) FROM worker_minutes) "
                         "AS firsts",
                         toNumber(none))));
    return util::WallTime(std::chrono::milliseconds(oldest));
}

StoreResult<Leftover> BucketTable::pruneMinutes(util::WallTime before)
{
    const util::WallTime end = std::min(before, m_rolledUntil);
    WARP_TRY(oldest, oldestMinute(end));
    if (oldest >= end) {
        return Leftover::Nothing;
    }
    const util::WallTime cut = std::min<util::WallTime>(end, oldest + MINUTES_PER_STEP);
    for (const std::string_view table : {"pool_minutes", "worker_minutes"}) {
        WARP_CHECK(m_database.execute(
            fmt::format("DELETE FROM {} WHERE start_ms < {}", table, toNumber(cut))));
    }
    return cut < end ? Leftover::Some : Leftover::Nothing;
}

StoreResult<Leftover> BucketTable::makeDay(util::WallTime before)
{
    // A minute that comes late has its quarter made anew of all minutes that are left of it: of a
    // day that has them, that quarter would count twice.
    WARP_TRY(minute, oldestMinute(before));
    before = std::min(before, startOf(minute, BucketSpan::Day));
    // By worker, for the table has no order by time alone.
    WARP_TRY(oldest, m_database.integer(fmt::format(
                         "SELECT coalesce(min(first), {}) FROM (SELECT (SELECT min(start_ms) FROM "
                         "worker_quarters WHERE worker = workers.id) AS first FROM workers) "
                         "AS firsts",
                         toNumber(before))));
    const util::WallTime from =
        startOf(util::WallTime(std::chrono::milliseconds(oldest)), BucketSpan::Day);
    if (from >= before) {
        return Leftover::Nothing;
    }
    const util::WallTime to = std::min<util::WallTime>(before, from + std::chrono::days(1));
    const std::string rows = fmt::format("worker IN (SELECT id FROM workers) AND start_ms >= {} "
                                         "AND start_ms < {}",
                                         toNumber(from), toNumber(to));
    // A full database has to give before it takes: the sums wait outside of it.
    WARP_CHECK(m_database.execute(fmt::format(
        "CREATE TEMPORARY TABLE fading AS SELECT worker, start_ms - start_ms % {} AS span_ms, "
        "boot, "
        "sum(covered) AS covered, sum(work) AS work, sum(accepted) AS accepted, sum(refused) AS "
        "refused, sum(stale) AS stale, max(best) AS best, max(miners) AS miners "
        "FROM worker_quarters WHERE {} GROUP BY worker, span_ms, boot",
        millisecondsOf(BucketSpan::Day), rows)));
    WARP_CHECK(m_database.execute(fmt::format("DELETE FROM worker_quarters WHERE {}", rows)));
    WARP_CHECK(m_database.execute(
        fmt::format("INSERT INTO worker_days (worker, start_ms, boot, {0}) SELECT worker, span_ms, "
                    "boot, {0} FROM fading WHERE true ON CONFLICT (worker, start_ms, boot) "
                    "DO UPDATE SET {1}",
                    VALUES, growth("worker_days"))));
    WARP_CHECK(m_database.execute("DROP TABLE fading"));
    return to < before ? Leftover::Some : Leftover::Nothing;
}

StoreResult<std::chrono::seconds> BucketTable::covered(util::WallTime from, util::WallTime to)
{
    const util::WallTime middle = std::clamp(m_rolledUntil, from, to);
    WARP_TRY(seconds, m_database.integer(fmt::format(
                          "SELECT coalesce(sum(covered), 0) FROM (SELECT covered FROM "
                          "pool_quarters WHERE start_ms >= {0} AND start_ms < {1} UNION ALL SELECT "
                          "covered FROM pool_minutes WHERE start_ms >= {1} AND start_ms < {2}) "
                          "AS parts",
                          toNumber(from), toNumber(middle), toNumber(to))));
    return std::chrono::seconds(seconds);
}

StoreResult<interfaces::HistoryReply> BucketTable::read(const interfaces::HistoryQuery& query,
                                                        std::optional<std::int64_t> worker)
{
    Reader reader(m_database, query, worker);
    const std::string_view owner = worker ? "worker" : "pool";
    const std::string minutes = fmt::format("{}_minutes", owner);
    constexpr util::WallTime FIRST = util::WallTime::min();
    constexpr util::WallTime LAST = util::WallTime::max();
    if (query.span == BucketSpan::OneMinute) {
        WARP_CHECK(reader.add(minutes, FIRST, LAST));
        return reader.reply();
    }
    if (query.span == BucketSpan::Day && worker) {
        WARP_CHECK(reader.add("worker_days", FIRST, LAST));
    }
    WARP_CHECK(reader.add(fmt::format("{}_quarters", owner), FIRST, m_rolledUntil));
    WARP_CHECK(reader.add(minutes, m_rolledUntil, LAST));
    return reader.reply();
}

} // namespace warp::store
