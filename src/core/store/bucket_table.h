// The buckets of pool and workers: minutes as they come, quarters of an hour and days made of them.
// Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/history.h"
#include "core/store/database.h"
#include "core/store/history_batch.h"
#include "core/store/leftover.h"
#include "core/store/store_options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace warp::store {

class BucketTable final
{
public:
    explicit BucketTable(Database& database)
        : m_database(database)
    {}

    /// Makes the quarters that the last run has not come to. Before any other call.
    StoreResult<void> open(util::WallTime now);

    // Within a transaction.
    StoreResult<void> addPool(const interfaces::HistoryBucket& bucket);
    /// @param statement  of prepareWorkers()
    static StoreResult<void> addWorker(Statement& statement, std::int64_t worker,
                                       const interfaces::HistoryBucket& bucket);
    [[nodiscard]] StoreResult<Statement> prepareWorkers();
    /// Makes the quarters that are over, and those anew in which minutes from `oldest` on lie.
    StoreResult<void> rollUp(util::WallTime oldest, util::WallTime now);
    /// Takes away the oldest minutes before `before`, two days of them at most, and none that are
    /// not in quarters yet. Needs no space.
    [[nodiscard]] StoreResult<Leftover> pruneMinutes(util::WallTime before);
    /// Makes days of the oldest quarters of workers before `before`, one day at most, and
    /// of none that has minutes left.
    [[nodiscard]] StoreResult<Leftover> makeDay(util::WallTime before);
    /// The oldest minute there is; `none` where there is none.
    [[nodiscard]] StoreResult<util::WallTime> oldestMinute(util::WallTime none);

    /// Every quarter before it is made.
    [[nodiscard]] util::WallTime rolledUntil() const { return m_rolledUntil; }
    /// A transaction was undone, and with it the quarters since.
    void setRolledUntil(util::WallTime time) { m_rolledUntil = time; }
    /// How long the pool ran between two times, as it has written down.
    [[nodiscard]] StoreResult<std::chrono::seconds> covered(util::WallTime from, util::WallTime to);

    /// @param worker  its id; none for the pool
    [[nodiscard]] StoreResult<interfaces::HistoryReply> read(const interfaces::HistoryQuery& query,
                                                             std::optional<std::int64_t> worker);

private:
    class Reader;

    StoreResult<void> makeQuarters(util::WallTime from, util::WallTime to);
    Database& m_database;
    util::WallTime m_rolledUntil{};
};

} // namespace warp::store
