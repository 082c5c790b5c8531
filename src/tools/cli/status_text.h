// The status of a running pool as text for people, from what its API answers. Pure; any thread.
#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace warp::cli {

/// @param overview, health  answers of /api/overview and /healthz; what is missing in them is left
///                          out, and their text is made safe for a terminal
[[nodiscard]] std::string statusText(const boost::json::object& overview,
                                     const boost::json::object& health);

/// "1.23 TH/s" of hashes per second.
[[nodiscard]] std::string hashrateText(double hashesPerSecond);

} // namespace warp::cli
