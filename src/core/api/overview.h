// What GET /api/overview, /api/version and /healthz say, as JSON: the public form, whose names
// carry their units. Pure; any thread.
#pragma once

#include "core/api/api_options.h"
#include "core/api/health_tracker.h"
#include "core/interfaces/pool_snapshot.h"

#include <cstdint>
#include <string>

namespace warp::api {

/// Rises by one where a field of an answer changes its meaning or goes; more fields leave it.
inline constexpr std::uint32_t API_FORMAT = 1;

[[nodiscard]] std::string overviewJson(const interfaces::PoolSnapshot& snapshot,
                                       const HealthTracker& health, const ProgramFacts& facts);

[[nodiscard]] std::string versionJson(const ProgramFacts& facts);

/// Whether the values behind the codes are told, such as addresses and paths.
enum class Details : std::uint8_t { Hidden, Shown };

[[nodiscard]] std::string healthJson(const HealthTracker& health, Details details);

} // namespace warp::api
