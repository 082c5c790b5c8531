#include "core/mining/odds.h"

#include <cmath>
#include <limits>

namespace warp::mining {

namespace {

constexpr double SECONDS_PER_DAY = 86'400;
constexpr double DAYS_PER_YEAR = 365.25;
constexpr double MONTHS_PER_YEAR = 12;

double probability(double seconds, double expected)
{
    // expm1 keeps the many digits that 1 - exp() loses for a small miner.
    return -std::expm1(-seconds / expected);
}

} // namespace

double hashesPerShare(util::Difficulty difficulty)
{
    constexpr double HASHES_AT_ONE = 0x1p48 / 0xffff;
    return difficulty.value() * HASHES_AT_ONE;
}

double expectedSeconds(util::Hashrate hashrate, util::Difficulty network)
{
    if (!(hashrate.value() > 0) || !(network.value() > 0)) {
        return std::numeric_limits<double>::infinity();
    }
    return hashesPerShare(network) / hashrate.value();
}

Odds oddsOf(util::Hashrate hashrate, util::Difficulty network)
{
    const double expected = expectedSeconds(hashrate, network);
    constexpr double SECONDS_PER_YEAR = DAYS_PER_YEAR * SECONDS_PER_DAY;
    return {.perDay = probability(SECONDS_PER_DAY, expected),
            .perMonth = probability(SECONDS_PER_YEAR / MONTHS_PER_YEAR, expected),
            .perYear = probability(SECONDS_PER_YEAR, expected)};
}

double fractionOfBlock(util::Difficulty share, util::Difficulty network)
{
    return network.value() > 0 ? share.value() / network.value() : 0;
}

} // namespace warp::mining
