// What can be said of a block from its own bytes, without a chain: proof of work against the target
// that it names, merkle root, witness commitment, form and weight. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/block.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace warp::bitcoin {

/// Rules of Bitcoin Core's CheckBlock and ContextualCheckBlock that need nothing but the block.
enum class BlockFault : std::uint8_t {
    BadTarget,      ///< the header names a target that no block may have
    HighHash,       ///< the hash does not meet the target
    NoCoinbase,     ///< no transactions, or the first is not a coinbase
    SecondCoinbase, ///< another transaction is one too
    BadScriptSize,  ///< the coinbase's input script is outside 2 to 100 bytes
    BadMerkleRoot,  ///< the header's root is not that of the transactions
    RepeatedEntry,  ///< a txid occurs twice, which a root cannot show (CVE-2012-2459)
    BadReserved,    ///< the coinbase's witness is not one item of 32 bytes (BIP 141)
    BadCommitment,  ///< the witness commitment is not that of the transactions
    WitnessAlone,   ///< there are witnesses and no commitment
    TooHeavy,       ///< above MAX_BLOCK_WEIGHT
};

/// English, for people and logs.
[[nodiscard]] std::string_view describe(BlockFault fault);

/// Every fault that there is, in the order of the rules; empty for a block that is well.
[[nodiscard]] std::vector<BlockFault> findFaults(const Block& block);

/// BIP 34; nothing where the coinbase's script does not begin with a height.
[[nodiscard]] std::optional<std::int64_t> coinbaseHeight(const Transaction& coinbase);

} // namespace warp::bitcoin
