#include "tools/sim/demo_stage.h"

namespace warp::tools {

namespace {

/// The reward of the first blocks, by other miners, pays for made-up transactions.
constexpr std::size_t START_HEIGHT = 3;
/// Harder blocks would take the node too long to make by itself.
constexpr double MAX_START_HASHES = 0x1p23;
constexpr std::uint32_t PAYOUT_ADDRESS_NUMBER = 1;

} // namespace

StageOptions demoStage(const sim::ChainRules& rules, util::Hashrate rateOfEach)
{
    StageOptions stage;
    stage.rules = rules;
    if (sim::hashesPerBlock(rules) <= MAX_START_HASHES) {
        // A chain of a few blocks has nothing to spend under the real hundred.
        stage.rules.coinbaseMaturity = 1;
        stage.startHeight = START_HEIGHT;
        stage.trafficInterval = std::chrono::seconds(2);
    }
    stage.payoutAddress = sim::exampleAddress(rules, PAYOUT_ADDRESS_NUMBER);
    const auto add = [&](const char* user, const char* agent, sim::MinerQuirk quirks) {
        sim::MinerOptions miner;
        miner.user = stage.payoutAddress + "." + user;
        miner.userAgent = agent;
        miner.hashrate = rateOfEach;
        miner.quirks = quirks;
        stage.miners.push_back(std::move(miner));
    };
    add("kitchen", "simulated-small/1.0", sim::MinerQuirk::None);
    add("garage", "simulated-asic/1.0", sim::MinerQuirk::VersionRolling);
    add("attic", "simulated-roller/1.0",
        sim::MinerQuirk::VersionRolling | sim::MinerQuirk::TimeRolling);
    return stage;
}

} // namespace warp::tools
