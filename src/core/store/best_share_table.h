// The best shares of all time with their proof: the best of the pool, and some of each worker.
// Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/history.h"
#include "core/store/database.h"
#include "core/store/store_options.h"

namespace warp::store {

class BestShareTable final
{
public:
    BestShareTable(Database& database, const StoreOptions& options)
        : m_database(database)
        , m_perPool(options.bestsPerPool)
        , m_perWorker(options.bestsPerWorker)
    {}

    /// Keeps the share if it is among the best. Within a transaction.
    StoreResult<void> add(const interfaces::BestShare& share);
    /// Takes away those that better ones have replaced. Within a transaction.
    StoreResult<void> prune();
    /// Highest first.
    [[nodiscard]] StoreResult<interfaces::BestSharesReply>
    read(const interfaces::BestSharesQuery& query);

private:
    [[nodiscard]] StoreResult<bool> isGoodEnough(const interfaces::BestShare& share);

    Database& m_database;
    std::size_t m_perPool;
    std::size_t m_perWorker;
};

} // namespace warp::store
