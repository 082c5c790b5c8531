// Workers by name: what their owner calls them, when they were seen, what they were asked for.
// Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/miner_view.h"
#include "core/interfaces/query.h"
#include "core/store/database.h"
#include "core/store/history_batch.h"
#include "core/store/worker_directory.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace warp::store {

class WorkerTable final
{
public:
    explicit WorkerTable(Database& database)
        : m_database(database)
    {}

    /// Of a worker that is known.
    [[nodiscard]] StoreResult<std::optional<std::int64_t>> find(std::string_view name);
    /// Makes the worker where it is not known. Within a transaction.
    [[nodiscard]] StoreResult<std::int64_t> findOrMake(std::string_view name, util::WallTime seen);
    /// Within a transaction; `id` is of a worker that is known.
    StoreResult<void> note(std::int64_t id, util::WallTime lastShare, util::Difficulty best);
    StoreResult<void> noteDifficulty(std::int64_t id, const WorkerDifficulty& difficulty);

    /// A transaction was undone: ids that were made in it are nobody's.
    void forgetIds() { m_ids.clear(); }

    /// By name.
    /// @param name  of one of them; empty for all
    [[nodiscard]] StoreResult<std::vector<interfaces::WorkerView>>
    list(const interfaces::WorkersQuery& query, std::string_view name = {});
    /// Those that were seen last.
    [[nodiscard]] StoreResult<WorkerDirectory> directory();

    // Whether there is such a worker.
    StoreResult<bool> rename(std::string_view name, std::string_view label);
    StoreResult<bool> hide(std::string_view name, interfaces::Visibility visibility);
    StoreResult<bool> forget(std::string_view name);

private:
    /// Names whose ids are kept at hand.
    static constexpr std::size_t CACHE_LIMIT = 20'000;

    Database& m_database;
    std::unordered_map<std::string, std::int64_t> m_ids;
};

} // namespace warp::store
