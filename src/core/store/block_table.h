// Every block the pool found, with its state and whom it paid. Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/query.h"
#include "core/store/database.h"

namespace warp::store {

class BlockTable final
{
public:
    explicit BlockTable(Database& database)
        : m_database(database)
    {}

    /// Adds or replaces by hash. Within a transaction.
    StoreResult<void> put(const interfaces::BlockRecord& block);
    /// Newest first.
    [[nodiscard]] StoreResult<interfaces::BlocksReply> read(const interfaces::BlocksQuery& query);

private:
    [[nodiscard]] StoreResult<std::vector<interfaces::Payment>>
    readPayments(const bitcoin::Hash256& hash);

    Database& m_database;
};

} // namespace warp::store
