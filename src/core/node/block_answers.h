// What a node answers about one block: where it stands, and its coinbase. Everything comes from
// outside. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_types.h"
#include "core/node/rpc_reply.h"

#include <string_view>

namespace warp::node {

/// The reply to getblockheader. Core's `confirmations` is -1 outside of the best chain (rpc/
/// blockchain.cpp); a node that leaves the field out has the block all the same. Core says -5 for
/// a block that it has not, btcd too; bcoin says -1 "Block not found".
[[nodiscard]] BlockLocation parseBlockLocation(const RpcReply& reply);

/// The reply to getblock with verbosity 0: outputs of the first transaction, where the header's
/// hash is `hash`.
[[nodiscard]] OutputsResult parseCoinbaseOutputs(const RpcReply& reply,
                                                 const bitcoin::Hash256& hash);

} // namespace warp::node
