// BlockEntry: one block of the tree that a Chain knows, valid or not.
// Owned by its Chain, never moved or removed; lives on its executor.
#pragma once

#include "core/bitcoin/header.h"
#include "core/bitcoin/uint256.h"
#include "core/sim/node/coin_set.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace warp::sim {

enum class BlockStanding : std::uint8_t {
    Untried,      ///< fits its parent, its transactions were not applied yet
    Valid,        ///< was part of the best chain at some time
    Failed,       ///< broke a rule, or invalidateblock named it
    FailedParent, ///< stands on a failed block
};

struct BlockEntry
{
    bitcoin::Hash256 hash{};
    bitcoin::BlockHeader header;
    BlockEntry* parent = nullptr; ///< nullptr for the first block
    std::int64_t height = 0;
    bitcoin::Uint256 chainwork{};
    BlockStanding standing = BlockStanding::Untried;
    /// Of two chains with the same work the one whose last block has the lower number wins.
    std::int64_t arrival = 0;
    std::size_t transactionCount = 0;
    std::shared_ptr<const util::Bytes> raw;
    CoinUndo undo; ///< while it is in the best chain

    [[nodiscard]] bool hasFailed() const
    {
        return standing == BlockStanding::Failed || standing == BlockStanding::FailedParent;
    }
};

/// Of the last eleven blocks up to this one (Bitcoin Core CBlockIndex::GetMedianTimePast).
[[nodiscard]] std::int64_t medianTimePast(const BlockEntry& entry);

/// The last block that both stand on.
[[nodiscard]] const BlockEntry& forkPoint(const BlockEntry& left, const BlockEntry& right);

} // namespace warp::sim
