// Workers by name: what their owner calls them, when they were seen, what they were asked for.
// Owned by Archive, on its thread.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/miner_view.h"
#include "core/interfaces/query.h"
#include "core/store/database.h"
#include "core/store/history_batch.h"
#include "core/store/leftover.h"
#include "core/store/store_options.h"
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
    WorkerTable(Database& database, const RowLimits& limits)
        : m_database(database)
        , m_limits(limits)
    {}

    /// Of a worker that is known.
    [[nodiscard]] StoreResult<std::optional<std::int64_t>> find(std::string_view name);
    /// Makes the worker where it is not known; nothing where there are too many. Within a
    /// transaction.
    [[nodiscard]] StoreResult<std::optional<std::int64_t>> findOrMake(std::string_view name,
                                                                      util::WallTime seen);
    /// Within a transaction; `id` is of a worker that is known.
    StoreResult<void> note(std::int64_t id, util::WallTime lastShare, util::Difficulty best);
    StoreResult<void> noteDifficulty(std::int64_t id, const WorkerDifficulty& difficulty);

    /// Takes away who are too many: of those that nobody has named the ones that were not seen for
    /// longest; some of them at most. Time alone takes nobody away.
    [[nodiscard]] StoreResult<Leftover> prune();

    /// A transaction was undone: ids that were made in it are nobody's.
    void forgetIds();

    /// By name.
    [[nodiscard]] StoreResult<interfaces::WorkersReply> list(const interfaces::WorkersQuery& query);
    [[nodiscard]] StoreResult<std::optional<interfaces::WorkerView>> one(std::string_view name);
    /// Those that were seen last.
    [[nodiscard]] StoreResult<WorkerDirectory> directory();

    // Whether there is such a worker.
    StoreResult<bool> rename(std::string_view name, std::string_view label);
    StoreResult<bool> hide(std::string_view name, interfaces::Visibility visibility);
    StoreResult<bool> forget(std::string_view name);

private:
    /// Names whose ids are kept at hand.
    static constexpr std::size_t CACHE_LIMIT = 20'000;
    /// Bounds how long one transaction of prune() takes.
    static constexpr std::size_t PRUNED_AT_ONCE = 500;

    [[nodiscard]] StoreResult<std::size_t> count();

    Database& m_database;
    RowLimits m_limits;
    std::unordered_map<std::string, std::int64_t> m_ids;
    std::optional<std::size_t> m_count; ///< of rows; nothing where it has to be asked for
};

} // namespace warp::store
