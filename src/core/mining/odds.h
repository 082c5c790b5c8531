// Honest odds of a solo miner. Pure; safe on any thread.
#pragma once

#include "core/util/strong.h"

namespace warp::mining {

/// Probability of at least one block within the time, 0 to 1.
struct Odds
{
    double perDay = 0;
    double perMonth = 0; ///< a twelfth of a year
    double perYear = 0;  ///< 365.25 days

    friend bool operator==(const Odds&, const Odds&) = default;
};

/// Hashes that a share of this difficulty takes on average: 2^256 / target of difficulty 1 is
/// 2^48 / 0xffff.
[[nodiscard]] double hashesPerShare(util::Difficulty difficulty);

/// Blocks come as a Poisson process: 1 - exp(-hashes / hashes per block). 0 where either is not
/// above 0, or the network's difficulty is beyond all numbers.
[[nodiscard]] Odds oddsOf(util::Hashrate hashrate, util::Difficulty network);

/// Mean time to a block; nothing sensible (infinity) where either is not above 0.
[[nodiscard]] double expectedSeconds(util::Hashrate hashrate, util::Difficulty network);

/// How much of a block a share was: 1 and more is one. 0 without a share or a network difficulty;
/// always finite.
[[nodiscard]] double fractionOfBlock(util::Difficulty share, util::Difficulty network);

} // namespace warp::mining
