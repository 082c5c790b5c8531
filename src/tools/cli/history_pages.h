// The history of a span of time, put together from as many of the pool's answers as it takes. Main
// thread; waits for the answers.
#pragma once

#include "core/interfaces/history.h"
#include "core/util/result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>

namespace warp::cli {

/// More of them would be a quarter of a million buckets.
inline constexpr int MAX_HISTORY_REQUESTS = 50;

struct HistoryRange
{
    interfaces::BucketSpan span = interfaces::BucketSpan::FifteenMinutes;
    std::int64_t from = 0; ///< Unix seconds, a multiple of the span
    std::int64_t to = 0;   ///< Unix seconds, behind the last one
    std::string worker;    ///< empty for the whole pool
};

/// The first answer with the buckets of all of them; "is_cut" where MAX_HISTORY_REQUESTS did not
/// suffice or the answers lead no further. The error is an exit code, and what is wrong was
/// printed.
[[nodiscard]] util::Result<boost::json::object, int> askForHistory(const std::string& url,
                                                                   const HistoryRange& range);

} // namespace warp::cli
