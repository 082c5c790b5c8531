// The share target that suits a miner who states its hashrate, as Stratum V2 miners do when they
// open a channel. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/target.h"
#include "core/util/strong.h"

namespace warp::mining {

/// floor((2^256 - 1 - n) / (n + 1)) for the n = trunc(hashrate * 60 / sharesPerMinute) hashes that
/// a share is to take on average: the formula of the Stratum V2 reference implementation, on whose
/// results its clients rely. n is at most 2^128 - 1; without a positive number it is 0, which every
/// hash meets.
[[nodiscard]] bitcoin::Target targetOfHashrate(util::Hashrate hashrate, double sharesPerMinute);

} // namespace warp::mining
