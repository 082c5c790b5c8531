// The pool's health by areas, judged from one snapshot. Pure; any thread.
#pragma once

#include "core/interfaces/pool_snapshot.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warp::api {

/// In rising order of concern.
enum class HealthState : std::uint8_t {
    Ok,
    Degraded, ///< amber: the pool mines, and somebody should look
    Failed,   ///< red: the pool cannot mine, or a block is in danger
};

[[nodiscard]] std::string_view name(HealthState state);

struct HealthCheck
{
    std::string_view name; ///< "engine", "node", "work", ...
    HealthState state = HealthState::Ok;
    std::string code;   ///< "ok", or why it is not
    std::string detail; ///< values; unsanitised, and not for strangers

    friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

/// One check for each area, always all of them and in the same order. Where an area has several
/// issues, the gravest speaks for it, of equal ones the oldest.
[[nodiscard]] std::vector<HealthCheck> checksOf(const interfaces::PoolSnapshot& snapshot);

/// The gravest of all.
[[nodiscard]] HealthState overall(const std::vector<HealthCheck>& checks);

/// Why the pool is not ready for miners; empty where it is: a node and work from it.
[[nodiscard]] std::string_view unreadiness(const interfaces::PoolSnapshot& snapshot);

} // namespace warp::api
