// The store without time of its own: an open database with its tables, written batch by batch.
// Made, used and destroyed on one thread; every call may take as long as the disk does.
#pragma once

#include "core/store/best_share_table.h"
#include "core/store/block_table.h"
#include "core/store/bucket_table.h"
#include "core/store/database.h"
#include "core/store/history_batch.h"
#include "core/store/store_options.h"
#include "core/store/worker_directory.h"
#include "core/store/worker_table.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::store {

class Archive final
{
public:
    /// The clock is believed once the pool has run for so long in so many days up to it.
    static constexpr std::chrono::hours PROOF_OF_TIME{12};
    static constexpr std::chrono::days PROOF_WINDOW{7};

    /// Opens or makes the database, brings it to this program's schema, and looks whether the small
    /// tables are whole.
    [[nodiscard]] static StoreResult<std::unique_ptr<Archive>> open(const StoreOptions& options,
                                                                    util::WallTime now);

    /// Keeps a batch as a whole or not at all.
    StoreResult<void> commit(const HistoryBatch& batch, util::WallTime now);
    /// Takes away what is older than `retention` says and rows beyond the limits, in steps of
    /// bounded size, each by itself: in a full database the first make room for the others.
    StoreResult<Leftover> prune(const Retention& retention, util::WallTime now);
    /// Takes away the oldest of what would stay: some minutes that are in quarters, or, where those
    /// are gone, the quarters of the oldest day of workers.
    /// SQLite only, which alone has a quota.
    /// @return whether another call may find more
    StoreResult<Leftover> shed(util::WallTime now);
    /// Whether the pool ran for long enough, by its own count of seconds, in the days before `now`:
    /// a clock that has leapt ahead has nothing behind it.
    [[nodiscard]] StoreResult<bool> isTimeBorneOut(util::WallTime now);
    /// Tables that are large; each is looked at by checkTable(), which takes a while.
    [[nodiscard]] static std::vector<std::string> largeTables();
    /// Whether the table is whole: Corrupt if it is not. SQLite only.
    StoreResult<void> checkTable(std::string_view table);

    [[nodiscard]] StoreResult<interfaces::HistoryReply>
    history(const interfaces::HistoryQuery& query);
    /// The best difficulty of all time, also where its share is not kept.
    [[nodiscard]] StoreResult<util::Difficulty> best();

    [[nodiscard]] WorkerTable& workers() { return m_workers; }
    [[nodiscard]] BestShareTable& bestShares() { return m_bestShares; }
    [[nodiscard]] BlockTable& blocks() { return m_blocks; }

private:
    Archive(std::unique_ptr<Database> database, const StoreOptions& options);

    StoreResult<void> transact(const std::function<StoreResult<void>()>& work,
                               Durability durability = Durability::Normal);
    StoreResult<Leftover> pruneWorkers();
    StoreResult<void> write(const HistoryBatch& batch, util::WallTime now);
    StoreResult<void> writeWorkers(const HistoryBatch& batch);

    std::unique_ptr<Database> m_database;
    BucketTable m_buckets;
    WorkerTable m_workers;
    BestShareTable m_bestShares;
    BlockTable m_blocks;
};

} // namespace warp::store
