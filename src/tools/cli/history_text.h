// The history of a pool as text, from what its API answers. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace warp::cli {

/// A table for people, one row a span of time.
/// @param history  answer of /api/history; what is missing or odd in it stands as 0 or "?"
[[nodiscard]] std::string historyTable(const boost::json::object& history);

/// Comma-separated values with a header, one row a bucket.
[[nodiscard]] std::string historyCsv(const boost::json::object& history);

} // namespace warp::cli
