// A year of made-up history, written by the store's own code: for measuring what a large database
// costs, and for trying out what shows it. Blocks the caller.
#pragma once

#include "core/store/store_fault.h"
#include "core/util/clock.h"

#include <cstdint>
#include <functional>
#include <string>

namespace warp::engine {

struct SampleOptions
{
    std::string file; ///< made; a database that is there grows
    int days = 365;
    int workers = 100;
    std::uint64_t seed = 1;
    util::WallTime end{}; ///< the last day's end
};

/// @param onDay  called after each day, with its number from 1
store::StoreResult<void> makeSampleHistory(const SampleOptions& options,
                                           const std::function<void(int day)>& onDay);

} // namespace warp::engine
