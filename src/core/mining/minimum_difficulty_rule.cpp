#include "core/mining/minimum_difficulty_rule.h"

#include <algorithm>

namespace warp::mining {

namespace {

constexpr std::uint32_t TWENTY_MINUTES = 20 * 60;

} // namespace

bool hasMinimumDifficultyRule(bitcoin::Network network)
{
    return network == bitcoin::Network::Test || network == bitcoin::Network::Testnet4;
}

void keepToSideOfTwentyMinutes(BlockTemplate& blockTemplate, bitcoin::Network network,
                               std::optional<std::uint32_t> previousTime)
{
    if (!hasMinimumDifficultyRule(network)) {
        return;
    }
    if (!previousTime) {
        blockTemplate.minimumTime = blockTemplate.currentTime;
        blockTemplate.maximumTime = blockTemplate.currentTime;
        return;
    }
    const std::uint32_t line = *previousTime + TWENTY_MINUTES;
    if (blockTemplate.currentTime > line) {
        blockTemplate.minimumTime = std::max(blockTemplate.minimumTime, line + 1);
    } else {
        blockTemplate.maximumTime = line;
    }
}

} // namespace warp::mining
