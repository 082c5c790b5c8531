// How many hashes a difficulty stands for, for every module that turns shares into a hashrate.
#pragma once

namespace warp::util {

/// Hashes that one share of difficulty 1 takes on average, near enough (exactly 2^48 / 65535).
inline constexpr double HASHES_PER_DIFFICULTY = 4'294'967'296.0;

} // namespace warp::util
