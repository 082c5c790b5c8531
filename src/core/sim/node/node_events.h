// What a simulated node tells those who watch it: ZMQ, the demo, tests.
// Value types; no thread affinity.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"

#include <cstdint>
#include <memory>

namespace warp::sim {

enum class BlockSource : std::uint8_t {
    Submitted, ///< by submitblock
    Generated, ///< mined by the node itself
};

/// A block that broke no rule and became part of the best chain.
struct BlockAccepted
{
    bitcoin::Hash256 hash{};
    std::int64_t height = 0;
    bitcoin::Transaction coinbase;
    std::shared_ptr<const util::Bytes> raw; ///< with witness
    BlockSource source = BlockSource::Submitted;
};

enum class TipCause : std::uint8_t {
    Block,       ///< a block or a longer chain arrived
    Invalidated, ///< invalidateblock took blocks away: Bitcoin Core sends no ZMQ message for it
};

struct TipChanged
{
    bitcoin::Hash256 hash{};
    std::int64_t height = 0;
    std::shared_ptr<const util::Bytes> raw;
    TipCause cause = TipCause::Block;
};

} // namespace warp::sim
