// What GET /api/profile says: every number that a profile sets, as the program follows it. Pure;
// any thread.
#pragma once

#include "core/api/settings_in_force.h"

#include <string>

namespace warp::api {

/// Each with its key, its unit, and what the profile alone would give.
[[nodiscard]] std::string profileJson(const SettingsInForce& settings);

} // namespace warp::api
