// The difficulties next to a target: a double seldom stands for a target exactly, and a limit must
// not be passed by the rounding. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/target.h"
#include "core/util/strong.h"

namespace warp::mining {

/// The largest difficulty whose target contains this one: of a network's target, what shares may
/// be asked for at most.
[[nodiscard]] util::Difficulty largestContaining(const bitcoin::Target& target);

/// The smallest difficulty whose target lies within this one: of a miner's limit, what its shares
/// are asked for at least. The zero target counts as 1.
[[nodiscard]] util::Difficulty smallestWithin(const bitcoin::Target& target);

} // namespace warp::mining
