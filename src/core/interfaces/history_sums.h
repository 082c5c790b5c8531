// Sums of history: buckets into longer ones, and into the days of a place, whatever its clocks do.
// Pure; any thread.
#pragma once

#include "core/interfaces/history.h"
#include "core/util/clock.h"

#include <chrono>
#include <span>
#include <vector>

namespace warp::interfaces {

/// Sums counts and time, keeps the greater best and number of miners. `start` and `bootId` stay.
void merge(HistoryBucket& into, const HistoryBucket& from);

/// The start of the span that a time lies in.
[[nodiscard]] util::WallTime startOf(util::WallTime time, BucketSpan span);

/// From `since` on, local clocks show UTC and so much more.
struct OffsetChange
{
    util::WallTime since{};
    std::chrono::minutes offset{};
};

struct LocalDay
{
    std::chrono::sys_days date; ///< as the calendar on the wall has it
    HistoryBucket sum;          ///< `start` is its first instant in UTC that has a bucket

    friend bool operator==(const LocalDay&, const LocalDay&) = default;
};

/// The days of a place, oldest first; those without a bucket are left out. All clocks in use differ
/// from UTC by whole quarters of an hour, so that a bucket of 15 minutes lies in one day.
/// @param quarters  of any length up to 15 minutes
/// @param changes   of the place's clocks, oldest first; the first holds for all time before, and
///        none at all is UTC
[[nodiscard]] std::vector<LocalDay> sumLocalDays(std::span<const HistoryBucket> quarters,
                                                 std::span<const OffsetChange> changes);

} // namespace warp::interfaces
