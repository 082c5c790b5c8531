#include "core/mining/rate_posterior.h"

#include "core/mining/odds.h"

#include <algorithm>
#include <cmath>

namespace warp::mining {

namespace {

/// Of the normal distribution, for bounds that 2.5 % lie beyond on either side.
constexpr double NORMAL_QUANTILE = 1.96;
/// -ln(0.05): as many shares as a silence rules out at 95 %.
constexpr double SILENT_LIMIT = 2.996;

/// Quantile of a Gamma distribution of this shape and scale 1, by Wilson and Hilferty's cube; off
/// by less than 2 % of the mean from shape 1 on.
double gammaQuantile(double shape, double normalQuantile)
{
    const double root = 1 - 1 / (9 * shape) + normalQuantile / (3 * std::sqrt(shape));
    return shape * std::pow(std::max(root, 0.0), 3);
}

util::Hashrate toHashrate(double difficultyPerSecond)
{
    return util::Hashrate(hashesPerShare(util::Difficulty(difficultyPerSecond)));
}

} // namespace

RateEstimate estimateRate(double shares, double exposure)
{
    if (!(exposure > 0)) {
        return {};
    }
    const bool isSilent = !(shares > 0);
    const double low = isSilent ? 0.0 : gammaQuantile(shares, -NORMAL_QUANTILE);
    const double high = isSilent ? SILENT_LIMIT : gammaQuantile(shares + 1, NORMAL_QUANTILE);
    return {.low = toHashrate(low / exposure),
            .rate = toHashrate(shares / exposure),
            .high = toHashrate(high / exposure)};
}

util::Hashrate RatePosterior::rate() const
{
    return m_exposure > 0 ? toHashrate(m_shares / m_exposure) : util::Hashrate{};
}

} // namespace warp::mining
