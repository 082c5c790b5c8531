// Any bytes as a block: refused, or written back to the same bytes, with a merkle root that equals
// the coinbase's branch.
#include "core/bitcoin/block.h"
#include "core/bitcoin/merkle.h"
#include "core/bitcoin/script.h"
#include "core/bitcoin/target.h"
#include "core/bitcoin/witness_commitment.h"
#include "core/util/assert.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace warp::bitcoin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto block = Block::parse(bytes);
    if (!block) {
        return 0;
    }
    WARP_ASSERT(std::ranges::equal(block->serialize(WitnessMode::Include), bytes));
    WARP_ASSERT(block->serializedSize(WitnessMode::Include) == size);
    WARP_ASSERT(block->weight() <= 4 * static_cast<std::int64_t>(size));
    if (block->transactions.empty()) {
        return 0;
    }
    const auto txids = block->txids();
    const auto branch = merkleBranchOfFirst(std::span(txids).subspan(1));
    WARP_ASSERT(foldBranch(txids.front(), branch) == merkleRoot(txids));
    const Transaction& coinbase = block->transactions.front();
    const auto commitment = findWitnessCommitment(coinbase);
    WARP_ASSERT(!commitment || *commitment < coinbase.vout.size());
    for (const TxOut& output : coinbase.vout) {
        WARP_ASSERT(legacySigopCount(output.script) <=
                    20 * static_cast<std::int64_t>(output.script.size()));
    }
    if (const auto target = Target::fromCompact(block->header.bits)) {
        WARP_ASSERT(Target::fromCompact(target->toCompact()) == target);
        WARP_ASSERT(!target->work().isZero());
    }
    return 0;
}
