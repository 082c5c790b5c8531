#include "core/store/history_batch.h"

#include "core/interfaces/history_sums.h"

#include <algorithm>
#include <iterator>

namespace warp::store {

bool HistoryBatch::isEmpty() const
{
    return pool.empty() && workers.empty() && lastShares.empty() && bests.empty() &&
           blocks.empty() && difficulties.empty();
}

void HistoryBatch::append(HistoryBatch&& later)
{
    const auto add = [](auto& rows, const auto& row) {
        const auto [place, isNew] = rows.try_emplace(row.first, row.second);
        if (!isNew) {
            interfaces::merge(place->second, row.second);
        }
    };
    for (const auto& row : later.pool) {
        add(pool, row);
    }
    for (const auto& row : later.workers) {
        add(workers, row);
    }
    for (const auto& [worker, time] : later.lastShares) {
        util::WallTime& known = lastShares[worker];
        known = std::max(known, time);
    }
    bests.insert(bests.end(), std::make_move_iterator(later.bests.begin()),
                 std::make_move_iterator(later.bests.end()));
    for (auto& [hash, block] : later.blocks) {
        blocks.insert_or_assign(hash, std::move(block));
    }
    for (auto& [key, difficulty] : later.difficulties) {
        difficulties.insert_or_assign(key, std::move(difficulty));
    }
    best = std::max(best, later.best);
}

} // namespace warp::store
