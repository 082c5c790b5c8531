// The simulated node's rules for one block, in the order and words of Bitcoin Core
// (validation.cpp: CheckBlock, ContextualCheckBlockHeader, ContextualCheckBlock, ConnectBlock).
// Pure but for the coins; safe on any thread that owns them.
#pragma once

#include "core/bitcoin/block.h"
#include "core/sim/node/chain_rules.h"
#include "core/sim/node/coin_set.h"
#include "core/sim/node/rejection.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace warp::sim {

/// A block with what is computed from its bytes once.
struct BlockData
{
    bitcoin::Hash256 hash{};
    bitcoin::Block block;
    std::vector<bitcoin::Hash256> txids; ///< in block order
    std::shared_ptr<const util::Bytes> raw;

    [[nodiscard]] static bitcoin::ParseResult<BlockData>
    parse(std::shared_ptr<const util::Bytes> raw);
};

enum class ProofOfWork : std::uint8_t {
    Required,
    Ignored, ///< a proposal (BIP 23) has none yet
};

/// Where a block would stand.
struct BlockContext
{
    std::int64_t height = 0;
    std::int64_t medianTimePast = 0; ///< of the block before, Unix seconds
    std::int64_t now = 0;            ///< the node's clock, Unix seconds
};

/// Without a chain: proof of work, merkle root, sizes, form of each transaction.
/// A coinbase without its witness is not repaired, as Bitcoin Core's submitblock does it: the
/// block itself, not only its way through one RPC, is judged.
[[nodiscard]] Verdict checkBlock(const BlockData& data, const ChainRules& rules, ProofOfWork work);

[[nodiscard]] Verdict checkHeaderInContext(const bitcoin::BlockHeader& header,
                                           const ChainRules& rules, const BlockContext& context);

/// Lock times, BIP 34, witness commitment, weight.
[[nodiscard]] Verdict checkBlockInContext(const BlockData& data, const ChainRules& rules,
                                          const BlockContext& context);

/// Spends and creates the block's coins and judges what depends on them: inputs, maturity, fees,
/// scripts, the coinbase's value. After a rejection the coins are as before.
[[nodiscard]] util::Result<CoinUndo, Rejection>
connectBlock(const BlockData& data, const ChainRules& rules, std::int64_t height, CoinSet& coins);

} // namespace warp::sim
