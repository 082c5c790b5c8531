// What the pool has to say to the store: buckets that grow, shares and blocks worth keeping.
// Value types; no thread affinity.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/interfaces/history.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/store/worker_directory.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace warp::store {

/// Growth since the last batch, not totals.
struct HistoryBatch
{
    /// By minute. Where too much has piled up, the minutes of one quarter of an hour are one row.
    std::map<util::WallTime, interfaces::HistoryBucket> pool;
    /// By minute and worker.
    std::map<std::pair<util::WallTime, std::string>, interfaces::HistoryBucket> workers;
    std::map<std::string, util::WallTime> lastShares; ///< by worker
    std::vector<interfaces::BestShare> bests;
    std::map<bitcoin::Hash256, interfaces::BlockRecord> blocks; ///< as they are, not growth
    /// By worker and kind.
    std::map<std::pair<std::string, std::string>, WorkerDifficulty> difficulties;
    util::Difficulty best{}; ///< of all shares in it

    [[nodiscard]] bool isEmpty() const;
    /// Adds a later batch.
    void append(HistoryBatch&& later);
};

} // namespace warp::store
