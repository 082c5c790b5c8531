// NodeTemplate: the transactions that the simulated node proposes for the next block.
// Immutable once made; shared by every answer until the tip or the mempool changes.
#pragma once

#include "core/sim/node/mempool.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace warp::sim {

struct NodeTemplate
{
    bitcoin::Hash256 previous{};
    std::int64_t height = 0;                   ///< of the block to be made
    std::int64_t medianTimePast = 0;           ///< of the block before
    util::Satoshi coinbaseValue{};             ///< subsidy and fees
    std::vector<MempoolEntryPtr> transactions; ///< parents first
    /// Whole output script, where the block may carry witnesses.
    util::Bytes witnessCommitmentScript;
    /// The field "transactions" of getblocktemplate, as JSON.
    std::string transactionsJson;
    std::uint64_t mempoolChanges = 0; ///< of the mempool it was made from
    std::int64_t madeAt = 0;          ///< the node's clock, Unix seconds
};

/// Best fee rate first, but parents before children; within the block's weight less 8,000 and its
/// signature operations less 400, which are left to the coinbase (Bitcoin Core node/miner.cpp).
[[nodiscard]] std::shared_ptr<const NodeTemplate>
makeTemplate(const Chain& chain, const Mempool& mempool, std::int64_t now);

} // namespace warp::sim
