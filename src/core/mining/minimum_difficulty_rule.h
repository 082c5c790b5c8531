// The 20-minute rule of the testnets: a block whose time is more than twenty minutes after its
// predecessor's must have the least difficulty, and one before that must not (Bitcoin Core pow.cpp,
// fPowAllowMinDifficultyBlocks). A time rolled across that line makes a block invalid.
// Pure; safe on any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/mining/block_template.h"

#include <cstdint>
#include <optional>

namespace warp::mining {

/// Whether the chain has the rule. Regtest has it too, but knows one difficulty only.
[[nodiscard]] bool hasMinimumDifficultyRule(bitcoin::Network network);

/// Narrows the times that jobs of this template allow to its side of the line.
/// @param previousTime  nTime of the block before; without it no time but the template's is allowed
void keepToSideOfTwentyMinutes(BlockTemplate& blockTemplate, bitcoin::Network network,
                               std::optional<std::uint32_t> previousTime);

} // namespace warp::mining
