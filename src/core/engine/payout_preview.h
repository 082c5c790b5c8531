// What a block would pay with given settings, before anybody mines with them. Pure; any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/engine/payout_setup.h"
#include "core/interfaces/command.h"
#include "core/interfaces/pool_snapshot.h"

#include <optional>

namespace warp::engine {

/// By the value of the newest job; without one, by the subsidy of the next block, or of the newest
/// height that this program knew when it was made.
/// @param configured  the chain that the settings name; none where they follow the node
/// @return PayoutPreviewReply; BadArgument where an address cannot be paid on the chain. In the
/// mode per_miner the payout is a miner's and has no address.
[[nodiscard]] interfaces::CommandReply previewPayout(const PayoutOptions& options,
                                                     std::optional<bitcoin::Network> configured,
                                                     const interfaces::PoolSnapshot& snapshot);

} // namespace warp::engine
