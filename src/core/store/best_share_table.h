// The best shares of all time with their proof: the best of the pool, and some of each worker.
// Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/history.h"
#include "core/store/database.h"
#include "core/store/store_options.h"

#include <cstdint>

namespace warp::store {

/// Among which shares one has to be good.
enum class BestRank : std::uint8_t { OfWorkerOrPool, OfPool };

class BestShareTable final
{
public:
    BestShareTable(Database& database, const StoreOptions& options)
        : m_database(database)
        , m_limits(options.limits)
    {}

    /// Keeps the share if it is among the best. Within a transaction.
    StoreResult<void> add(const interfaces::BestShare& share,
                          BestRank rank = BestRank::OfWorkerOrPool);
    /// Takes away those that better ones have replaced, and those of workers that are forgotten
    /// unless they are among the pool's best. Within a transaction.
    StoreResult<void> prune();
    /// Highest first.
    [[nodiscard]] StoreResult<interfaces::BestSharesReply>
    read(const interfaces::BestSharesQuery& query);

private:
    [[nodiscard]] StoreResult<bool> isGoodEnough(const interfaces::BestShare& share, BestRank rank);

    Database& m_database;
    RowLimits m_limits;
};

} // namespace warp::store
