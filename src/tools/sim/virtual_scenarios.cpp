#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <chrono>

namespace warp::tools {

namespace {

/// How long the last blocks may be under way.
constexpr std::chrono::seconds SETTLING_TIME{60};

} // namespace

std::vector<VirtualScenario> virtualScenarios()
{
    std::vector<VirtualScenario> all;
    for (const auto& some :
         {nodeScenarios(), farmScenarios(), minerScenarios(), floodScenarios(), v2Scenarios()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

std::string playScenario(const VirtualScenario& scenario, std::uint64_t seed)
{
    VirtualPoolOptions options = scenario.options;
    options.seed = seed;
    VirtualPool pool(options);
    std::string wrong = scenario.play(pool);
    pool.changeNode([](sim::NodeBehaviour& behaviour) { behaviour = {}; });
    pool.runFor(SETTLING_TIME);
    wrong += pool.faults(scenario.drops);
    if (!wrong.empty()) {
        wrong += pool.world().report();
    }
    return wrong;
}

std::string tooLate(std::string_view what, util::Duration limit)
{
    return fmt::format("{}: not within {} ms\n", what,
                       std::chrono::duration_cast<std::chrono::milliseconds>(limit).count());
}

} // namespace warp::tools
