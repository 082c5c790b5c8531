// Reading getblockchaininfo. Pure; safe on any thread.
#pragma once

#include "core/node/node_types.h"
#include "core/node/rpc_reply.h"
#include "core/util/result.h"

#include <optional>
#include <string_view>

namespace warp::node {

/// The names of Bitcoin Core, btcd ("mainnet", "testnet3") and bcoin ("testnet") alike.
[[nodiscard]] std::optional<bitcoin::Network> networkFromNodeName(std::string_view name);

/// `chain`, `blocks` and `bestblockhash` are required; `chainwork`, `initialblockdownload` and
/// `pruned` are not there on every node (btcd). Errors: Malformed, UnsupportedChain.
[[nodiscard]] util::Result<ChainInfo, NodeError> parseChainInfo(const RpcResult& result);

/// The result of getbestblockhash.
[[nodiscard]] std::optional<bitcoin::Hash256> parseBestHash(const RpcResult& result);

} // namespace warp::node
