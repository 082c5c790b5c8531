// The simulated node's RPCs about the chain: getblockchaininfo, getbestblockhash, getblockcount,
// getblockhash, getblockheader, getblock, getchaintips, getnetworkinfo,
// getzmqnotifications, invalidateblock, preciousblock. Functions without state; called on the
// node's executor.
#pragma once

#include "core/sim/node/rpc_types.h"

#include <string_view>

namespace warp::sim {

/// Nullptr for another method.
[[nodiscard]] RpcMethod findChainMethod(std::string_view name);

} // namespace warp::sim
