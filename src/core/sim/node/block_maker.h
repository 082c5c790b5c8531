// Blocks that the simulated node mines itself, by real hashing: its funding chain and
// generatetoaddress. Pure; safe on any thread.
#pragma once

#include "core/sim/node/chain_rules.h"
#include "core/sim/node/node_template.h"

#include <cstdint>

namespace warp::sim {

/// A block of the template that pays everything to `payoutScript`. Its proof of work is missing.
/// @param salt  makes the coinbase unique.
[[nodiscard]] bitcoin::Block assembleBlock(const NodeTemplate& from, const ChainRules& rules,
                                           util::ByteView payoutScript, std::uint32_t time,
                                           std::uint64_t salt);

/// Tries nonces from 0 on until the header meets its target. False after `maxTries` hashes.
[[nodiscard]] bool grind(bitcoin::BlockHeader& header, std::uint32_t maxTries);

} // namespace warp::sim
