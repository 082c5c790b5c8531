// Everything that /metrics says, from one snapshot. Names, types and units stand in
// docs/src/metrics.md. Pure; any thread.
#pragma once

#include "core/api/api_options.h"
#include "core/api/health_tracker.h"
#include "core/interfaces/pool_snapshot.h"

#include <string>

namespace warp::api {

inline constexpr auto METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/// No secret, no address, no host; worker names only where `facts` asks for them.
[[nodiscard]] std::string metricsText(const interfaces::PoolSnapshot& snapshot,
                                      const HealthTracker& health, const ProgramFacts& facts);

} // namespace warp::api
