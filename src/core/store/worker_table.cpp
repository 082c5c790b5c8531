#include "core/store/worker_table.h"

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

StoreResult<std::int64_t> WorkerTable::findOrMake(std::string_view name, util::WallTime seen)
{
    WARP_TRY(known, find(name));
    if (known) {
        if (m_ids.size() >= CACHE_LIMIT) {
            m_ids.clear();
        }
        m_ids.emplace(name, *known);
        return *known;
    }
    WARP_TRY(statement, m_database.prepare("INSERT INTO workers (name, first_seen, last_share) "
                                           "VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING"));
    WARP_CHECK(statement.text(name).integer(toNumber(seen)).integer(toNumber(seen)).run());
    WARP_TRY(made, find(name));
    if (!made) {
        return util::Unexpected(
            StoreError{.fault = StoreFault::Failed, .detail = "a new worker is not there"});
    }
    return *made;
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

StoreResult<std::vector<interfaces::WorkerView>>
WorkerTable::list(const interfaces::WorkersQuery& query, std::string_view name)
{
    WARP_TRY(statement,
             m_database.prepare(fmt::format("SELECT name, label, hidden, first_seen, last_share, "
                                            "best FROM workers WHERE {} {} ORDER BY name",
                                            query.hasHidden ? "hidden >= 0" : "hidden = 0",
                                            name.empty() ? "" : "AND name = ?")));
    if (!name.empty()) {
        statement.text(name);
    }
    std::vector<interfaces::WorkerView> workers;
    WARP_CHECK(statement.forEach([&](const Statement& row) {
        interfaces::WorkerView worker;
        worker.name = row.textAt(0);
        worker.label = row.textAt(1);
        worker.isHidden = row.integerAt(2) != 0;
        worker.firstSeen = toTime(row.integerAt(3));
        worker.lastShare = toTime(row.integerAt(4));
        worker.bestAllTime = util::Difficulty(row.realAt(5));
        workers.push_back(std::move(worker));
    }));
    return workers;
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
