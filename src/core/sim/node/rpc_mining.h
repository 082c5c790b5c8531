// The simulated node's RPCs about blocks to come: submitblock, getmininginfo, generatetoaddress,
// getrawmempool, getmempoolinfo, sendrawtransaction; and getblocktemplate, which may wait.
// Functions without state; called on the node's executor.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/sim/node/rpc_types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::sim {

/// Nullptr for another method.
[[nodiscard]] RpcMethod findMiningMethod(std::string_view name);

/// What a longpoll waits to change: longpollid is the tip's hash and the mempool's counter.
struct LongpollKey
{
    bitcoin::Hash256 tip{};
    std::uint64_t mempoolChanges = 0;
};

/// Of a call of getblocktemplate: nothing where it is to be answered at once, be it with an error.
[[nodiscard]] std::optional<LongpollKey> longpollOf(const RpcCall& call);

/// The template, or the verdict on a proposal; waits for nothing.
RpcResult getBlockTemplate(const RpcContext& context, const boost::json::array& params);

} // namespace warp::sim
