#include "core/interfaces/history_sums.h"

#include <algorithm>
#include <map>

namespace warp::interfaces {

void merge(HistoryBucket& into, const HistoryBucket& from)
{
    into.covered += from.covered;
    into.acceptedWork += from.acceptedWork;
    into.accepted += from.accepted;
    into.refused += from.refused;
    into.stale += from.stale;
    into.best = std::max(into.best, from.best);
    into.miners = std::max(into.miners, from.miners);
}

util::WallTime startOf(util::WallTime time, BucketSpan span)
{
    const std::chrono::milliseconds length = lengthOf(span);
    std::chrono::milliseconds past = time.time_since_epoch() % length;
    if (past < std::chrono::milliseconds::zero()) {
        past += length;
    }
    return time - past;
}

std::vector<LocalDay> sumLocalDays(std::span<const HistoryBucket> quarters,
                                   std::span<const OffsetChange> changes)
{
    const auto offsetAt = [&](util::WallTime time) {
        const auto next = std::ranges::upper_bound(changes, time, {}, &OffsetChange::since);
        if (changes.empty()) {
            return std::chrono::minutes(0);
        }
        return next == changes.begin() ? changes.front().offset : std::prev(next)->offset;
    };
    std::map<std::chrono::sys_days, HistoryBucket> days;
    for (const HistoryBucket& quarter : quarters) {
        const auto date =
            std::chrono::floor<std::chrono::days>(quarter.start + offsetAt(quarter.start));
        const auto [place, isNew] = days.try_emplace(date, quarter);
        if (!isNew) {
            place->second.start = std::min(place->second.start, quarter.start);
            merge(place->second, quarter);
        }
    }
    std::vector<LocalDay> list;
    list.reserve(days.size());
    for (const auto& [date, sum] : days) {
        list.push_back({.date = date, .sum = sum});
    }
    return list;
}

} // namespace warp::interfaces
