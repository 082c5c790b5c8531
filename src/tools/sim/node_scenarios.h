// Stories of nodes in trouble, each played in a virtual world from a seed.
// Pure but for the world that each one makes; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace warp::tools {

struct VirtualScenario
{
    std::string_view name;
    std::string_view summary;
};

[[nodiscard]] std::span<const VirtualScenario> nodeScenarios();

/// Plays one of them and adds what no story may end with (VirtualPool::faults) and the world's last
/// lines.
/// @return what is wrong; empty where all is well.
[[nodiscard]] std::string playScenario(const VirtualScenario& scenario, std::uint64_t seed);

} // namespace warp::tools
