// Work for the first moments of a new tip: a block without transactions, made without the node's
// template, for nodes that need long to give one. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/mining/block_template.h"
#include "core/util/clock.h"

#include <cstdint>
#include <memory>

namespace warp::mining {

/// An empty block on a tip that the node itself has named. nullptr where it could be wrong: the tip
/// is not at the height that `last` was for, the difficulty may change there (every 2016 blocks),
/// or the chain has the testnets' 20-minute rule.
/// @param last  the node's own template for the tip before
[[nodiscard]] std::shared_ptr<const BlockTemplate>
makeEmptyTemplate(const BlockTemplate& last, const bitcoin::Hash256& tip, std::int64_t tipHeight,
                  bitcoin::Network network, util::BootTime now);

} // namespace warp::mining
