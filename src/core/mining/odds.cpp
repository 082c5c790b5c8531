#include "core/mining/odds.h"

#include <algorithm>
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
    const double hashes = hashesPerShare(network);
    if (!(hashrate.value() > 0) || !(hashes > 0) || !std::isfinite(hashes)) {
        return std::numeric_limits<double>::infinity();
    }
    return hashes / hashrate.value();
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
    if (!(share.value() > 0) || !(network.value() > 0) || !std::isfinite(network.value())) {
        return 0;
    }
    return std::min(share.value() / network.value(), std::numeric_limits<double>::max());
}

} // namespace warp::mining
