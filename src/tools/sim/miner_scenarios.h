// Stories of miners and their difficulty, each played in a virtual world from a seed.
// Pure but for the world that each one makes; any thread.
#pragma once

#include "tools/sim/node_scenarios.h"

#include <cstdint>
#include <span>
#include <string>

namespace warp::tools {

[[nodiscard]] std::span<const VirtualScenario> minerScenarios();

/// Plays one of them.
/// @return what is wrong, with the world's last lines; empty where all is well.
[[nodiscard]] std::string playMinerScenario(const VirtualScenario& scenario, std::uint64_t seed);

} // namespace warp::tools
