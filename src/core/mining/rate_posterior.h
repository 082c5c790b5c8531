// What is known of a miner's rate from its shares: a Gamma posterior. Value type; no clock of its
// own, no thread affinity.
#pragma once

#include "core/util/clock.h"
#include "core/util/strong.h"

namespace warp::mining {

/// A hashrate and the bounds that it lies within at 95 %.
struct RateEstimate
{
    util::Hashrate low{};
    util::Hashrate rate{}; ///< 0 without a share
    util::Hashrate high{}; ///< "at most" where there is no share; 0: nothing is known

    friend bool operator==(const RateEstimate&, const RateEstimate&) = default;
};

/// @param shares    that came, also parts of one
/// @param exposure  see RatePosterior::exposure()
[[nodiscard]] RateEstimate estimateRate(double shares, double exposure);

/// A Poisson process whose rate is shares() / exposure(), in difficulty per second. A change of
/// difficulty needs no new beginning: a second at difficulty 8 tells as much as an eighth of a
/// second at difficulty 1.
class RatePosterior final
{
public:
    RatePosterior() = default;
    /// As sure of `difficultyPerSecond` (> 0) as so many shares make it.
    RatePosterior(double difficultyPerSecond, double shares)
        : m_shares(shares)
        , m_exposure(shares / difficultyPerSecond)
    {}

    /// @param shares  of the difficulty that time is exposed at
    void addShares(double shares) { m_shares += shares; }
    /// @param difficulty  > 0, that shares had to meet in this time
    void addTime(double seconds, util::Difficulty difficulty)
    {
        m_exposure += seconds / difficulty.value();
    }
    /// Forgets of both so much that `part` (0 to 1) is left: the rate stays, it is less sure.
    void keep(double part)
    {
        m_shares *= part;
        m_exposure *= part;
    }

    [[nodiscard]] double shares() const { return m_shares; }
    /// Sum of seconds by difficulty.
    [[nodiscard]] double exposure() const { return m_exposure; }
    /// The likeliest; 0 without exposure.
    [[nodiscard]] util::Hashrate rate() const;
    [[nodiscard]] RateEstimate estimate() const { return estimateRate(m_shares, m_exposure); }

    friend bool operator==(const RatePosterior&, const RatePosterior&) = default;

private:
    double m_shares = 0;
    double m_exposure = 0;
};

} // namespace warp::mining
