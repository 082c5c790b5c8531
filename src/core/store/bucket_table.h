// The buckets of pool and workers: minutes as they come, quarters of an hour and days made of them.
// Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/history.h"
#include "core/store/database.h"
#include "core/store/history_batch.h"
#include "core/store/store_options.h"

#include <cstdint>
#include <optional>
#include <string>
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
    /// Takes away what is older than `retention` says.
    StoreResult<void> prune(const Retention& retention, util::WallTime now);

    /// @param worker  its id; none for the pool
    [[nodiscard]] StoreResult<interfaces::HistoryReply> read(const interfaces::HistoryQuery& query,
                                                             std::optional<std::int64_t> worker);

private:
    class Reader;

    StoreResult<void> makeQuarters(util::WallTime from, util::WallTime to);
    StoreResult<void> makeDays(util::WallTime before);

    Database& m_database;
    util::WallTime m_rolledUntil{}; ///< every quarter before it is made
};

} // namespace warp::store
