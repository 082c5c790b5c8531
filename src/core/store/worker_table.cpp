#include "core/store/worker_table.h"

#include <algorithm>
#include <fmt/format.h>

namespace warp::store {

namespace {

std::int64_t toNumber(util::WallTime time)
{
    return time.time_since_epoch().count();
}

util::WallTime toTime(std::int64_t number)
{
    return util::WallTime(std::chrono::milliseconds(number));
}

constexpr std::string_view VIEW_COLUMNS = "name, label, hidden, first_seen, last_share, best";

interfaces::WorkerView readView(const Statement& row)
{
    interfaces::WorkerView worker;
    worker.name = row.textAt(0);
    worker.label = row.textAt(1);
    worker.isHidden = row.integerAt(2) != 0;
    worker.firstSeen = toTime(row.integerAt(3));
    worker.lastShare = toTime(row.integerAt(4));
    worker.bestAllTime = util::Difficulty(row.realAt(5));
    return worker;
}

} // namespace

StoreResult<std::optional<std::int64_t>> WorkerTable::find(std::string_view name)
{
    if (const auto known = m_ids.find(std::string(name)); known != m_ids.end()) {
        return std::optional(known->second);
    }
    WARP_TRY(statement, m_database.prepare("SELECT id FROM workers WHERE name = ?"));
    std::optional<std::int64_t> id;
    WARP_CHECK(statement.text(name).forEach([&](const Statement& row) { id = row.integerAt(0); }));
    return id;
}

void WorkerTable::forgetIds()
{
    m_ids.clear();
    m_count.reset();
}

StoreResult<std::size_t> WorkerTable::count()
{
    if (!m_count) {
        WARP_TRY(rows, m_database.integer("SELECT count(*) FROM workers"));
        m_count = static_cast<std::size_t>(rows);
    }
    return *m_count;
}

StoreResult<std::optional<std::int64_t>> WorkerTable::findOrMake(std::string_view name,
                                                                 util::WallTime seen)
{
    WARP_TRY(known, find(name));
    if (known) {
        if (m_ids.size() >= CACHE_LIMIT) {
            m_ids.clear();
        }
        m_ids.emplace(name, *known);
        return known;
    }
    WARP_TRY(rows, count());
    if (rows >= m_limits.workers) {
        return std::optional<std::int64_t>();
    }
    WARP_TRY(statement, m_database.prepare("INSERT INTO workers (name, first_seen, last_share) "
                                           "VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING"));
    WARP_CHECK(statement.text(name).integer(toNumber(seen)).integer(toNumber(seen)).run());
    WARP_TRY(made, find(name));
    if (!made) {
        return util::Unexpected(
            StoreError{.fault = StoreFault::Failed, .detail = "a new worker is not there"});
    }
    m_count = rows + 1;
    return made;
}

StoreResult<void> WorkerTable::note(std::int64_t id, util::WallTime lastShare,
                                    util::Difficulty best)
{
    WARP_TRY(statement,
             m_database.prepare("UPDATE workers SET last_share = {greatest}(last_share, ?), "
                                "best = {greatest}(best, ?) WHERE id = ?"));
    WARP_CHECK(statement.integer(toNumber(lastShare)).real(best.value()).integer(id).run());
    return {};
}

StoreResult<void> WorkerTable::noteDifficulty(std::int64_t id, const WorkerDifficulty& difficulty)
{
    WARP_TRY(statement,
             m_database.prepare("INSERT INTO worker_difficulties (worker, class, difficulty, rate, "
                                "noted_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (worker, class) "
                                "DO UPDATE SET difficulty = excluded.difficulty, "
                                "rate = excluded.rate, noted_at = excluded.noted_at"));
    WARP_CHECK(statement.integer(id)
                   .text(difficulty.minerClass)
                   .real(difficulty.difficulty.value())
                   .real(difficulty.rate.value())
                   .integer(toNumber(difficulty.notedAt))
                   .run());
    return {};
}

StoreResult<Leftover> WorkerTable::prune()
{
    WARP_TRY(rows, count());
    const std::size_t excess = rows - std::min(rows, m_limits.workersKept);
    if (excess == 0) {
        return Leftover::Nothing;
    }
    WARP_CHECK(m_database.execute(
        fmt::format("CREATE TEMPORARY TABLE gone AS SELECT id FROM workers WHERE label = '' "
                    "ORDER BY last_share, id LIMIT {}",
                    std::min(excess, PRUNED_AT_ONCE))));
    for (const std::string_view table : {"worker_quarters", "worker_days", "worker_difficulties"}) {
        WARP_CHECK(m_database.execute(
            fmt::format("DELETE FROM {} WHERE worker IN (SELECT id FROM gone)", table)));
    }
    WARP_TRY(statement,
             m_database.prepare("DELETE FROM workers WHERE id IN (SELECT id FROM gone)"));
    WARP_TRY(changed, statement.run());
    WARP_CHECK(m_database.execute("DROP TABLE gone"));
    if (changed > 0) {
        forgetIds();
    }
    return static_cast<std::size_t>(changed) < PRUNED_AT_ONCE ? Leftover::Nothing : Leftover::Some;
}

StoreResult<interfaces::WorkersReply> WorkerTable::list(const interfaces::WorkersQuery& query)
{
    const std::uint32_t limit = std::min(query.limit, interfaces::WorkersQuery::MAX_WORKERS);
    WARP_TRY(statement,
             m_database.prepare(fmt::format(
                 "SELECT {} FROM workers WHERE {} {} ORDER BY name {{bytewise}} LIMIT {}",
                 VIEW_COLUMNS, query.hasHidden ? "hidden >= 0" : "hidden = 0",
                 query.after.empty() ? "" : "AND name {bytewise} > ?", std::uint64_t{limit} + 1)));
    if (!query.after.empty()) {
        statement.text(query.after);
    }
    interfaces::WorkersReply reply;
    WARP_CHECK(statement.forEach([&](const Statement& row) {
        if (reply.workers.size() < limit) {
            reply.workers.push_back(readView(row));
        } else {
            reply.isCut = true;
        }
    }));
    return reply;
}

StoreResult<std::optional<interfaces::WorkerView>> WorkerTable::one(std::string_view name)
{
    WARP_TRY(statement, m_database.prepare(
                            fmt::format("SELECT {} FROM workers WHERE name = ?", VIEW_COLUMNS)));
    std::optional<interfaces::WorkerView> worker;
    WARP_CHECK(statement.text(name).forEach([&](const Statement& row) { worker = readView(row); }));
    return worker;
}

StoreResult<WorkerDirectory> WorkerTable::directory()
{
    const std::string newest =
        fmt::format("SELECT id, name, label, hidden, first_seen, last_share, best FROM workers "
                    "ORDER BY last_share DESC LIMIT {}",
                    WorkerDirectory::MAX_WORKERS);
    WARP_TRY(statement, m_database.prepare(newest));
    std::vector<WorkerMemory> workers;
    std::unordered_map<std::int64_t, std::size_t> places;
    WARP_CHECK(statement.forEach([&](const Statement& row) {
        places.emplace(row.integerAt(0), workers.size());
        workers.push_back({.name = row.textAt(1),
                           .label = row.textAt(2),
                           .isHidden = row.integerAt(3) != 0,
                           .firstSeen = toTime(row.integerAt(4)),
                           .lastShare = toTime(row.integerAt(5)),
                           .best = util::Difficulty(row.realAt(6)),
                           .asked = {}});
    }));
    WARP_TRY(asked, m_database.prepare("SELECT worker, class, difficulty, rate, noted_at FROM "
                                       "worker_difficulties ORDER BY worker, class"));
    WARP_CHECK(asked.forEach([&](const Statement& row) {
        if (const auto place = places.find(row.integerAt(0)); place != places.end()) {
            workers[place->second].asked.push_back({.minerClass = row.textAt(1),
                                                    .difficulty = util::Difficulty(row.realAt(2)),
                                                    .rate = util::Hashrate(row.realAt(3)),
                                                    .notedAt = toTime(row.integerAt(4))});
        }
    }));
    return WorkerDirectory(std::move(workers));
}

StoreResult<bool> WorkerTable::rename(std::string_view name, std::string_view label)
{
    WARP_TRY(statement, m_database.prepare("UPDATE workers SET label = ? WHERE name = ?"));
    WARP_TRY(changed, statement.text(label).text(name).run());
    return changed > 0;
}

StoreResult<bool> WorkerTable::hide(std::string_view name, interfaces::Visibility visibility)
{
    WARP_TRY(statement, m_database.prepare("UPDATE workers SET hidden = ? WHERE name = ?"));
    WARP_TRY(
        changed,
        statement.integer(visibility == interfaces::Visibility::Hidden ? 1 : 0).text(name).run());
    return changed > 0;
}

StoreResult<bool> WorkerTable::forget(std::string_view name)
{
    m_ids.erase(std::string(name));
    m_count.reset();
    bool isKnown = false;
    const auto remove = [&]() -> StoreResult<void> {
        WARP_TRY(shares, m_database.prepare("DELETE FROM best_shares WHERE worker = ?"));
        WARP_CHECK(shares.text(name).run());
        // Its buckets go with it.
        WARP_TRY(worker, m_database.prepare("DELETE FROM workers WHERE name = ?"));
        WARP_TRY(changed, worker.text(name).run());
        isKnown = changed > 0;
        return {};
    };
    const auto removed = m_database.transact(remove);
    if (!removed) {
        return util::Unexpected(removed.error());
    }
    return isKnown;
}

} // namespace warp::store
