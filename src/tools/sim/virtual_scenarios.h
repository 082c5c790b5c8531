// Stories that are played in a virtual world from a seed: nodes in trouble, storms of miners,
// clocks and difficulties. Pure but for the world that each one makes; any thread.
#pragma once

#include "tools/sim/virtual_pool.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warp::tools {

struct VirtualScenario
{
    std::string_view name;
    std::string_view summary;
    VirtualPoolOptions options{}; ///< but for the seed
    /// @return what is wrong; empty where the story ended as it should.
    std::string (*play)(VirtualPool& pool) = nullptr;
    /// Whether a connection of a miner that ends is the pool's fault.
    VirtualPool::Drops drops = VirtualPool::Drops::Faults;
};

[[nodiscard]] std::span<const VirtualScenario> nodeScenarios();
[[nodiscard]] std::span<const VirtualScenario> farmScenarios();
[[nodiscard]] std::span<const VirtualScenario> minerScenarios();
[[nodiscard]] std::span<const VirtualScenario> floodScenarios();
[[nodiscard]] std::span<const VirtualScenario> v2Scenarios();
/// All of them.
[[nodiscard]] std::vector<VirtualScenario> virtualScenarios();

/// Plays one of them and adds what no story may end with (VirtualPool::faults) and the world's last
/// lines.
/// @return what is wrong; empty where all is well.
[[nodiscard]] std::string playScenario(const VirtualScenario& scenario, std::uint64_t seed);

/// A line for a story whose `what` came too late.
[[nodiscard]] std::string tooLate(std::string_view what, util::Duration limit);

} // namespace warp::tools
