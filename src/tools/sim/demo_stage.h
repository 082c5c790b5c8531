// The stage of the demo, which scenarios vary: three miners of different kinds, a block every few
// seconds, SegWit transactions in the mempool. Pure.
#pragma once

#include "tools/sim/stage.h"

namespace warp::tools {

/// 2^20 hashes a block.
inline constexpr const char* DEMO_BITS = "1e0fffff";
inline constexpr const char* DEMO_RATE = "70000";

[[nodiscard]] StageOptions demoStage(const sim::ChainRules& rules, util::Hashrate rateOfEach);

} // namespace warp::tools
